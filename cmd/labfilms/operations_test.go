package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// operation is one operation of the merged OpenAPI document.
type operation struct {
	ID, Method, Path string
	Permission       string
	Public           bool
	Parameters       []parameter
	Body             map[string]any // schema of the JSON body, nil without one
	Module           string
}

type parameter struct {
	Name, In string
	Schema   struct {
		Enum  words
		Items struct{ Enum words }
	}
}

// words are the values of an enum that are text.
type words []string

// UnmarshalJSON passes over what is no text.
func (w *words) UnmarshalJSON(content []byte) error {
	var values []any
	if err := json.Unmarshal(content, &values); err != nil {
		return err
	}
	for _, v := range values {
		if s, ok := v.(string); ok {
			*w = append(*w, s)
		}
	}
	return nil
}

// takes reports whether the operation has the query parameter.
func (o operation) takes(name string) bool {
	return slices.ContainsFunc(o.Parameters, func(q parameter) bool { return q.In == "query" && q.Name == name })
}

// operations reads the merged document that the platform serves.
func operations(t testing.TB, p *platform) []operation {
	t.Helper()
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]map[string]any }
	}
	if err := json.Unmarshal(p.must(t, "", http.MethodGet, "/openapi.json", nil).Body, &doc); err != nil {
		t.Fatal(err)
	}
	var found []operation
	for path, item := range doc.Paths {
		for method, raw := range item {
			var o struct {
				OperationID string `json:"operationId"`
				Permission  string `json:"x-permission"`
				Public      bool   `json:"x-public"`
				Parameters  []parameter
				RequestBody struct {
					Content map[string]struct{ Schema map[string]any }
				}
			}
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			op := operation{
				ID: o.OperationID, Method: strings.ToUpper(method), Path: path,
				Permission: o.Permission, Public: o.Public, Parameters: o.Parameters,
			}
			for _, content := range o.RequestBody.Content {
				op.Body = content.Schema
				if ref, ok := content.Schema["$ref"].(string); ok {
					op.Body = doc.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]]
				}
			}
			if rest, ok := strings.CutPrefix(path, "/v1/spaces/{space}/"); ok {
				if name, _, _ := strings.Cut(rest, "/"); name != "modules" && name != "grants" {
					op.Module = name
				}
			}
			found = append(found, op)
		}
	}
	slices.SortFunc(found, func(a, b operation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	if len(found) < 20 {
		t.Fatalf("the document has only %d operations", len(found))
	}
	return found
}

// at returns the operation's path with every parameter filled: the space with
// Bretagne, the module with Écran, everything else with value.
func (o operation) at(value string) string {
	path := o.Path
	for _, p := range o.Parameters {
		if p.In != "path" {
			continue
		}
		with := value
		switch p.Name {
		case "space":
			with = "bretagne"
		case "module":
			with = "ecran"
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", with)
	}
	return path
}
