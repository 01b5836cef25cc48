package bleve_test

import (
	"testing"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/bleve"
	"github.com/labfilms/labfilms/core/search/searchtest"
)

func open(t testing.TB, dir string) *bleve.Index {
	t.Helper()
	index, err := bleve.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() }) // a test may have closed it
	return index
}

func TestIndex(t *testing.T) {
	t.Parallel()
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, t.TempDir()) })
}
