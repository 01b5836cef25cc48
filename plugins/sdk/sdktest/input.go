package sdktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// resolve follows references.
func (d document) resolve(s schema) schema {
	for range 16 {
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		s = d.schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
	}
	return s
}

// example returns a value that the schema takes: its own default or example,
// or else the least one.
func (d document) example(s schema, depth int) any {
	s = d.resolve(s)
	if s == nil || depth > 8 {
		return nil
	}
	for _, key := range []string{"const", "default"} {
		if v, ok := s[key]; ok {
			return v
		}
	}
	for _, key := range []string{"examples", "enum"} {
		if list, ok := s[key].([]any); ok && len(list) > 0 {
			return list[0]
		}
	}
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		if list, ok := s[key].([]any); ok && len(list) > 0 {
			if one, ok := list[0].(map[string]any); ok {
				return d.example(one, depth+1)
			}
		}
	}
	switch typeOf(s) {
	case "object":
		object := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			if name, ok := name.(string); ok {
				property, _ := properties[name].(map[string]any)
				object[name] = d.example(property, depth+1)
			}
		}
		return object
	case "array":
		items, _ := s["items"].(map[string]any)
		list := []any{}
		for range number(s, "minItems") {
			list = append(list, d.example(items, depth+1))
		}
		return list
	case "integer", "number":
		return max(number(s, "minimum"), number(s, "exclusiveMinimum")+1, 1)
	case "boolean":
		return true
	case "string":
		switch s["format"] {
		case "date-time":
			return "2026-11-22T20:30:00Z"
		case "date":
			return "2026-11-22"
		case "uuid":
			return "018f0000-0000-7000-8000-00000000ffff"
		case "uri":
			return "https://labfilms.test/"
		case "email":
			return "anna@labfilms.test"
		}
		return strings.Repeat("a", max(number(s, "minLength"), 1))
	}
	return nil
}

func typeOf(s schema) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any: // ["string", "null"]
		for _, t := range t {
			if t, ok := t.(string); ok && t != "null" {
				return t
			}
		}
	}
	if s["properties"] != nil {
		return "object"
	}
	return ""
}

func number(s schema, key string) int {
	n, _ := s[key].(float64)
	return int(n)
}

// badRequest is a request that no operation ought to take, or that any ought
// at least to survive.
type badRequest struct {
	what    string
	query   string
	path    map[string]string
	body    string
	headers []string
}

// bad returns bad requests for the operation.
func (d document) bad(o operation) []badRequest {
	requests := []badRequest{
		{what: "unknown parameter", query: "surely_not_a_parameter=1"},
		{what: "query that is no query", query: "%zz=%"},
		{what: "NUL in the query", query: "limit=%00"},
		{what: "bad UTF-8 in the query", query: "cursor=%ff%fe"},
	}
	for _, p := range o.in("query") {
		for _, value := range []string{"", "%00", "%ff", "-1", "99999999999999999999", "x", "%27%3B--", strings.Repeat("x", 5000)} {
			requests = append(requests, badRequest{what: "query " + p.Name, query: p.Name + "=" + value})
		}
		requests = append(requests, badRequest{what: "query twice", query: p.Name + "=1&" + p.Name + "=2"})
	}
	for _, p := range o.in("path") {
		for _, value := range []string{"x", "%00", "%ff", "-", "0", "'", strings.Repeat("x", 2000), "%F0%9F%8E%AC"} {
			requests = append(requests, badRequest{what: "path " + p.Name, path: map[string]string{p.Name: value}})
		}
	}
	for _, header := range []string{"If-Match", "If-None-Match", "Idempotency-Key", "Accept", "Accept-Language", "Content-Type"} {
		for _, value := range []string{"", "*", `"`, `"0"`, "é", strings.Repeat("x", 5000), "text/plain"} {
			if o.method != "GET" || header == "Idempotency-Key" {
				requests = append(requests, badRequest{what: "header " + header, headers: []string{header, value}})
			}
		}
	}
	if body, ok := o.json(); ok {
		requests = append(requests, d.badBodies(body)...)
	}
	return requests
}

// badBodies returns bodies that a JSON Schema of an object does not take.
func (d document) badBodies(s schema) []badRequest {
	var requests []badRequest
	add := func(what, body string) {
		requests = append(requests, badRequest{what: what, body: body, headers: []string{"Content-Type", "application/json"}})
	}
	for _, text := range []string{"", "{", "nonsense", "null", "true", "1", `"x"`, "[]", "{}", "{}{}", "\xff\xfe", "\x00", `{"a":1,"a":2}`, `{"":null}`} {
		add("body "+text, text)
	}
	add("deep nesting", strings.Repeat("[", 100_000))
	add("deep object", strings.Repeat(`{"a":`, 50_000)+"1"+strings.Repeat("}", 50_000))
	add("too large", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)

	good, _ := d.example(s, 0).(map[string]any)
	with := func(name string, value any) string {
		object := maps.Clone(good)
		if object == nil {
			object = map[string]any{}
		}
		object[name] = value
		encoded, err := json.Marshal(object)
		if err != nil {
			panic(err) // it was made of JSON
		}
		return string(encoded)
	}
	add("unknown member", with("surely_not_a_member", 1))
	properties, _ := d.resolve(s)["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		for _, value := range []any{
			nil, true, -1, 1e308, "", "\x00", "\u202e", strings.Repeat("x", 200_000),
			[]any{},
			[]any{nil, map[string]any{}},
			map[string]any{},
			map[string]any{"a": []any{1}},
		} {
			add("member "+name, with(name, value))
		}
		add("bad UTF-8 in "+name, strings.Replace(with(name, "@@"), "@@", "\xff", 1))
		add("half a surrogate in "+name, strings.Replace(with(name, "@@"), "@@", `\ud800`, 1))
	}
	return requests
}
