package sdk_test

import (
	"context"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

// shown is a probe whose notes are found.
type shown struct {
	*probe.Probe
	documents func(ctx context.Context, ids []string, cursor string) ([]sdk.Document, string, error)
}

func (s *shown) Manifest() sdk.Manifest {
	m := s.Probe.Manifest()
	m.Kinds = []string{"note"}
	return m
}

func (s *shown) Documents(ctx context.Context, _ string, ids []string, cursor string) ([]sdk.Document, string, error) {
	return s.documents(ctx, ids, cursor)
}

func TestDocumentsAreAskedForAsAVisitor(t *testing.T) {
	t.Parallel()
	s := &shown{Probe: probe.New().(*probe.Probe)}
	m := sdktest.Open(t, func() sdk.Module { return s })
	s.documents = func(ctx context.Context, ids []string, cursor string) ([]sdk.Document, string, error) {
		a := sdk.ActorFrom(ctx)
		if a.Account != "" || a.System || !a.May("probe.note.read") || a.May("probe.note.create", sdk.Own) {
			t.Errorf("asked as %+v", a)
		}
		if ids != nil || cursor != "after" {
			t.Errorf("asked for %v after %q", ids, cursor)
		}
		return []sdk.Document{{Key: sdk.DocumentKey{Kind: "note", ID: "n1"}, Names: []string{"Bonjour"}, Place: sdktest.Brest.Place}}, "more", nil
	}
	docs, next, err := m.Documents(t.Context(), "note", nil, "after")
	if err != nil || next != "more" || len(docs) != 1 || docs[0].ID != "n1" || docs[0].Names[0] != "Bonjour" || docs[0].Place.Space != sdktest.Brest.ID {
		t.Errorf("%+v, %q, %v", docs, next, err)
	}
	if docs, _, err := m.Documents(t.Context(), "note", []string{}, ""); err != nil || len(docs) > 0 {
		t.Errorf("no ids: %v, %v", docs, err)
	}
	if _, _, err := m.Documents(t.Context(), "letter", nil, ""); err == nil {
		t.Error("a kind that the manifest does not name is answered for")
	}
	s.documents = func(context.Context, []string, string) ([]sdk.Document, string, error) { panic("on purpose") }
	if _, _, err := m.Documents(t.Context(), "note", []string{"n1"}, ""); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("a panic is %v", err)
	}
}

func TestAKindIsOneWordAndNotTheCores(t *testing.T) {
	t.Parallel()
	for kind, holds := range map[string]bool{"label": true, "film": false, "person": false, "organisation": false, "Label": false, "two words": false, "": false} {
		m := probe.New().Manifest()
		m.Kinds = []string{kind}
		if err := m.Validate(); (err == nil) != holds {
			t.Errorf("%q: %v", kind, err)
		}
	}
}
