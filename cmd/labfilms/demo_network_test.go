package main

import (
	"slices"
	"testing"

	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
)

// TestTheNetworkHoldsTogether reads the demonstration's files as its loader does
// and checks what one of them says of another: that everybody who is named is
// there, and that nobody chooses what they may not.
func TestTheNetworkHoldsTogether(t *testing.T) {
	t.Parallel()
	people, films, labels := map[string]networkPerson{}, map[string]networkFilm{}, map[string]networkLabel{}
	for _, p := range all[networkPerson](t, "people", 150) {
		people[p.Handle] = p
		if _, ok := communes.Get(p.Commune); !ok {
			t.Errorf("%s lives in %s", p.Handle, p.Commune)
		}
	}
	for _, f := range all[networkFilm](t, "films", 120) {
		films[f.Slug] = f
		for _, c := range f.Credits {
			if _, ok := crafts.Get(c.Craft); !ok || people[c.Person].Handle == "" {
				t.Errorf("%s credits %v", f.Title, c)
			}
		}
	}
	for _, l := range all[networkLabel](t, "labels", 30) {
		labels[l.Slug] = l
		for _, handle := range append(l.Curators, l.Holder) {
			if people[handle].Handle == "" {
				t.Errorf("%s is made by %s", l.Name, handle)
			}
		}
	}
	lists := map[string]networkSelection{}
	notes := map[string]bool{}
	for _, s := range all[networkSelection](t, "selections", 64) {
		lists[s.Label+"/"+s.Title] = s
		label := labels[s.Label]
		for _, p := range s.Picks {
			film := films[p.Film]
			if film.Stage != "released" || film.Consent == "none" || notes[p.Note] {
				t.Errorf("%s picks %s: %s", s.Title, p.Film, p.Note)
			}
			notes[p.Note] = true
			if !slices.Contains(append(label.Curators, label.Holder, s.Guest), p.By) {
				t.Errorf("%s signs for %s", p.By, label.Name)
			}
			part := film.Owner == p.By
			for _, c := range film.Credits {
				part = part || c.Person == p.By
			}
			if part {
				t.Errorf("%s picks their own %s", p.By, film.Title)
			}
		}
	}
	taken := map[networkPin]bool{}
	for _, p := range all[networkPin](t, "pins", 87) {
		slot := networkPin{Space: p.Space, Slot: p.Slot, FromDays: p.FromDays}
		if taken[slot] || p.Selection == nil && labels[p.Label].Slug == "" || p.Selection != nil && lists[p.Selection.Label+"/"+p.Selection.Title].Title == "" {
			t.Errorf("%s, slot %d: %s", p.Space, p.Slot, p.Reason)
		}
		taken[slot] = true
	}
	all[networkInstitution](t, "institutions", 12)
}

func all[T any](t *testing.T, name string, want int) []T {
	t.Helper()
	read, err := read[T](name)
	if err != nil || len(read) != want {
		t.Fatalf("%d %s, want %d: %v", len(read), name, want, err)
	}
	return read
}
