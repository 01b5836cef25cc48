package host_test

import (
	"context"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Documents has one that holds, one that is nowhere, and one that lies.
func (m *rig) Documents(_ context.Context, _ string, ids []string, cursor string) ([]sdk.Document, string, error) {
	if cursor != "" {
		return nil, "", nil
	}
	place := core.Place{Network: "space-fr", Space: "space-fr"}
	docs := []sdk.Document{
		{Key: sdk.DocumentKey{Kind: "film", ID: "d1"}, Module: "ecran", Place: place, Names: []string{strings.Repeat("é", 400)}, Text: strings.Repeat("œ", 30_000)},
		{Key: sdk.DocumentKey{Kind: "trace", ID: "nowhere"}},
		{Key: sdk.DocumentKey{Kind: "trace", ID: "unasked"}, Place: place},
	}
	if ids == nil {
		return docs[:2], "more", nil
	}
	return docs, "", nil
}

func TestDocumentsAreTheModulesWhateverItSays(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	if kinds, err := p.Kinds(); err != nil || len(kinds) != 1 || kinds["trace"] != "rig" {
		t.Errorf("kinds %v, %v", kinds, err)
	}
	for what, ids := range map[string][]string{"all": nil, "two": {"d1", "nowhere"}} {
		docs, next, err := p.Documents(t.Context(), "rig", "trace", ids, "")
		if err != nil || len(docs) != 1 || (next == "more") != (ids == nil) {
			t.Fatalf("%s: %d documents, %q, %v", what, len(docs), next, err)
		}
		if d := docs[0]; d.ID != "d1" || d.Kind != "trace" || d.Module != "rig" || d.Names[0] != strings.Repeat("é", 300) || d.Text != strings.Repeat("œ", 20_000) {
			t.Errorf("%s: %s %s of %s", what, d.Kind, d.ID, d.Module)
		}
	}
	if docs, next, err := p.Documents(t.Context(), "rig", "trace", nil, "more"); err != nil || len(docs) > 0 || next != "" {
		t.Errorf("the last page: %v, %q, %v", docs, next, err)
	}
	if _, _, err := p.Documents(t.Context(), "rig", "letter", nil, ""); err == nil {
		t.Error("a kind that the manifest does not name is answered for")
	}
	if _, _, err := p.Documents(t.Context(), "nothing", "trace", nil, ""); err == nil {
		t.Error("a module that is not there answers")
	}
}
