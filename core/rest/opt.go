package rest

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Opt is a property of a merge patch: absent, null, or a value. Give its field
// "omitempty" in the json tag, or the property is required.
type Opt[T any] struct {
	Set   bool // it was given, be it as null
	Null  bool
	Value T
}

// Some returns a property that is given as v.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Or returns the value that the property is given, the zero value for null,
// and old where it is absent.
func (o Opt[T]) Or(old T) T {
	if !o.Set {
		return old
	}
	return o.Value
}

// Pointer returns the value that the property is given, nil for null, and old
// where it is absent.
func (o Opt[T]) Pointer(old *T) *T {
	switch {
	case !o.Set:
		return old
	case o.Null:
		return nil
	default:
		return &o.Value
	}
}

// IsZero reports whether the property is absent, for "omitzero".
func (o Opt[T]) IsZero() bool { return !o.Set }

// UnmarshalJSON is called where the property is given.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	*o = Opt[T]{Set: true}
	if bytes.Equal(b, []byte("null")) {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}

// MarshalJSON writes null for null and for absent.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.Set || o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// Schema is for Huma: that of T, and null.
func (o Opt[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	// Huma cannot say "this object or null"; it takes null there all the same.
	s.Nullable = s.Ref == ""
	return &s
}
