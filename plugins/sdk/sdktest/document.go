package sdktest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// document is what the suite reads of an OpenAPI document.
type document struct {
	operations []operation // in the order of their paths
	schemas    map[string]schema
}

// operation is one operation of the module.
type operation struct {
	ID         string      `json:"operationId"`
	Permission string      `json:"x-permission"`
	Public     bool        `json:"x-public"`
	MaxBody    int64       `json:"x-max-body"`
	Parameters []parameter `json:"parameters"`
	Body       struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]any `json:"content"`
	} `json:"responses"`

	method string
	full   string // /v1/spaces/{space}/probe/notes
	path   string // /notes
}

type parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required"`
	Schema   schema `json:"schema"`
}

// schema is a JSON Schema.
type schema map[string]any

func readDocument(t testing.TB, raw []byte) document {
	t.Helper()
	var read struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatalf("the OpenAPI document: %v", err)
	}
	d := document{schemas: read.Components.Schemas}
	for full, item := range read.Paths {
		for method, raw := range item {
			var op operation
			if method == "parameters" || json.Unmarshal(raw, &op) != nil {
				continue
			}
			op.method, op.full = strings.ToUpper(method), full
			if _, below, ok := strings.Cut(strings.TrimPrefix(full, "/v1/spaces/{space}/"), "/"); ok {
				op.path = "/" + below
			}
			d.operations = append(d.operations, op)
		}
	}
	slices.SortFunc(d.operations, func(a, b operation) int { return strings.Compare(a.full+a.method, b.full+b.method) })
	return d
}

// streams reports whether the operation answers with server-sent events.
func (o operation) streams() bool {
	for _, r := range o.Responses {
		if _, ok := r.Content["text/event-stream"]; ok {
			return true
		}
	}
	return false
}

// json returns the schema of the JSON body, if the operation takes one.
func (o operation) json() (schema, bool) {
	for media, content := range o.Body.Content {
		if media == "application/json" || strings.HasSuffix(media, "+json") {
			return content.Schema, true
		}
	}
	return nil, false
}

// bytes returns the media type of a body that is no JSON, if the operation
// takes one.
func (o operation) bytes() (string, bool) {
	for media := range o.Body.Content {
		if media != "application/json" && !strings.HasSuffix(media, "+json") {
			return media, true
		}
	}
	return "", false
}

// in returns the operation's parameters of one kind.
func (o operation) in(where string) []parameter {
	return slices.DeleteFunc(slices.Clone(o.Parameters), func(p parameter) bool { return p.In != where || p.Name == "space" })
}

// simple reports whether the operation can be called without knowing anything.
func (o operation) simple() bool {
	required := func(p parameter) bool { return p.Required && p.Name != "space" }
	return !slices.ContainsFunc(o.Parameters, required)
}

// at returns the path of the operation with its parameters filled in.
func (o operation) at(values map[string]string) string {
	segments := strings.Split(o.path, "/")
	for i, s := range segments {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			segments[i] = values[strings.TrimSuffix(name, "}")]
			if segments[i] == "" {
				segments[i] = "018f0000-0000-7000-8000-00000000ffff"
			}
		}
	}
	return strings.Join(segments, "/")
}

// learn reads the values of path parameters from a Location.
func (d document) learn(location string, values map[string]string) {
	got := strings.Split(location, "/")
	for _, o := range d.operations {
		want := strings.Split(o.full, "/")
		if len(got) != len(want) {
			continue
		}
		found := map[string]string{}
		for i := range want {
			if name, ok := strings.CutPrefix(want[i], "{"); ok {
				found[strings.TrimSuffix(name, "}")] = got[i]
			} else if got[i] != want[i] {
				found = nil
				break
			}
		}
		for name, value := range found {
			values[name] = value
		}
	}
}
