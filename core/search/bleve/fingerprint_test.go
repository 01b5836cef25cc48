package bleve_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	library "github.com/blevesearch/bleve/v2"

	"github.com/labfilms/labfilms/core/search"
)

// TestAnotherMappingIsBuiltAnew opens indexes that another version has made: one
// with a mapping of its own, one that did not write down which, and one that
// wrote its documents otherwise.
func TestAnotherMappingIsBuiltAnew(t *testing.T) {
	t.Parallel()
	sign := func(value []byte) func(path string) error {
		return func(path string) error {
			index, err := library.Open(path)
			if err != nil {
				return err
			}
			return errors.Join(index.SetInternal([]byte("labfilms_fingerprint"), value), index.Close())
		}
	}
	for name, made := range map[string]func(path string) error{
		"another mapping": func(path string) error {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			index, err := library.New(path, library.NewIndexMapping())
			if err != nil {
				return err
			}
			return errors.Join(index.Index("film-"+garrigue.ID, map[string]any{"names": "Garrigue"}), index.Close())
		},
		"no fingerprint":      sign(nil),
		"another fingerprint": sign([]byte("another")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := built(t)
			if err := made(filepath.Join(dir, "2")); err != nil {
				t.Fatal(err)
			}
			index := open(t, dir)
			if whole(t, index) || found(t, index, search.Query{}) != 0 {
				t.Error("an index of another version is whole")
			}
			next, err := index.Rebuild(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(next.Put(t.Context(), garrigue), next.Done(t.Context()), index.Close()); err != nil {
				t.Fatal(err)
			}
			if index = open(t, dir); !whole(t, index) || found(t, index, search.Query{Words: "garrigue"}) != 1 {
				t.Error("built anew, it is not whole")
			}
		})
	}
}
