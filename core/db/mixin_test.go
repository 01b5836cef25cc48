package db_test

import (
	"slices"
	"testing"
	"time"

	"entgo.io/ent"

	"github.com/labfilms/labfilms/core/db"
)

func TestMixins(t *testing.T) {
	t.Parallel()
	var names []string
	for _, mixin := range []ent.Mixin{db.ID{}, db.Times{}, db.Version{}, db.InSpace{}} {
		for _, f := range mixin.Fields() {
			names = append(names, f.Descriptor().Name)
			if now, ok := f.Descriptor().Default.(func() time.Time); ok {
				if at := now(); at.Location() != time.UTC || at.Nanosecond()%1000 != 0 {
					t.Errorf("%s is %v by default", f.Descriptor().Name, at)
				}
			}
		}
	}
	want := []string{"id", "created_at", "updated_at", "version", "network_id", "region_id", "space_id"}
	if !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
	var levels []string
	for _, index := range db.LevelIndexes("title", "at") {
		fields := index.Descriptor().Fields
		levels = append(levels, fields[0])
		if !slices.Equal(fields[1:], []string{"title", "at", "id"}) {
			t.Errorf("an index on %q", fields)
		}
	}
	if !slices.Equal(levels, []string{"network_id", "region_id", "space_id"}) {
		t.Errorf("indexes for %q", levels)
	}
}

// Ids are made in order, so that an index on them grows at its end.
func TestNewID(t *testing.T) {
	t.Parallel()
	last := ""
	for range 10_000 {
		id := db.NewID()
		if len(id) != 36 || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}
