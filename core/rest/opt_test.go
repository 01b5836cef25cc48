package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
)

func TestOptKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	old := 5
	absent, null, seven := rest.Opt[int]{}, rest.Opt[int]{Set: true, Null: true}, rest.Some(7)
	if absent.Or(5) != 5 || null.Or(5) != 0 || seven.Or(5) != 7 {
		t.Error("Or")
	}
	if absent.Pointer(&old) != &old || null.Pointer(&old) != nil || *seven.Pointer(&old) != 7 {
		t.Error("Pointer")
	}
	type patch struct {
		A rest.Opt[int] `json:"a,omitzero"`
		B rest.Opt[int] `json:"b,omitzero"`
		C rest.Opt[int] `json:"c,omitzero"`
	}
	b, err := json.Marshal(patch{A: seven, B: null})
	if err != nil || string(b) != `{"a":7,"b":null}` {
		t.Errorf("%s, %v", b, err)
	}
	var back patch
	if err := json.Unmarshal(b, &back); err != nil || back != (patch{A: seven, B: null}) {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"a":"x"}`), &back); err == nil {
		t.Error("a text was read as a number")
	}
}

func TestOptIsDocumentedAsItsValueOrNull(t *testing.T) {
	t.Parallel()
	a := api()
	type money struct {
		Amount int `json:"amount" minimum:"0"`
	}
	huma.Register(a, public(http.MethodPatch, "/p"), func(_ context.Context, _ *struct {
		Body struct {
			Title rest.Opt[string]   `json:"title,omitempty" maxLength:"5" doc:"The title."`
			Tags  rest.Opt[[]string] `json:"tags,omitempty" maxItems:"2"`
			Price rest.Opt[money]    `json:"price,omitempty"`
		}
	},
	) (*struct{}, error) {
		return nil, nil
	})
	doc, err := a.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var tree struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
			}
		}
	}
	if err := json.Unmarshal(doc, &tree); err != nil {
		t.Fatal(err)
	}
	got := tree.Components.Schemas["PatchPRequest"].Properties
	if s := toJSON(t, got["title"]); s != `{"description":"The title.","maxLength":5,"type":["string","null"]}` {
		t.Errorf("title: %s in %s", s, doc)
	}
	for body, status := range map[string]int{
		`{"price":{"amount":1},"tags":["a"]}`: 204, `{"price":null,"tags":null,"title":null}`: 204,
		`{"price":{"amount":-1}}`: 422, `{"price":7}`: 422, `{"tags":["a","b","c"]}`: 422,
	} {
		if w := do(a, http.MethodPatch, "/p", body); w.Code != status {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}
