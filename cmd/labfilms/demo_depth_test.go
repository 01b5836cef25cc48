package main

import (
	"slices"
	"testing"
)

// TestTheNetworkHasSomethingOfEverything reads the demonstration's files and
// checks that what Écran can do is there to be seen: votes and who lost them,
// conflicts that are declared, makers who answer, proposals in each state, what
// is to come and what is over.
func TestTheNetworkHasSomethingOfEverything(t *testing.T) {
	t.Parallel()
	films, labels := map[string]networkFilm{}, map[string]networkLabel{}
	for _, f := range all[networkFilm](t, "films", 120) {
		films[f.Slug] = f
	}
	for _, l := range all[networkLabel](t, "labels", 30) {
		labels[l.Slug] = l
		if people := len(l.Curators) + 1; l.VotesNeeded > people {
			t.Errorf("%s wants %d votes of %d", l.Name, l.VotesNeeded, people)
		}
	}
	seen := map[string]int{}
	for _, s := range all[networkSelection](t, "selections", 64) {
		switch {
		case s.Over:
			seen["selection over"]++
		case s.FromDays > 0:
			seen["selection to come"]++
		case s.UntilDays > 0:
			seen["selection that ends"]++
		}
		for _, p := range s.Picks {
			for _, what := range depthOf(t, labels[s.Label], s, films[p.Film], p) {
				seen[what]++
			}
		}
	}
	for _, p := range all[networkProposal](t, "proposals", 13) {
		seen["proposal "+p.State]++
		answered := p.State == "taken" || p.State == "declined"
		if answered != (p.Decider != "" && p.Answer != "") || films[p.Film].Stage != "released" || films[p.Film].Owner != p.By {
			t.Errorf("%s proposes %s to %s: %s", p.By, p.Film, p.Label, p.Answer)
		}
		if l := labels[p.Label]; answered && !slices.Contains(append(l.Curators, l.Holder), p.Decider) {
			t.Errorf("%s answers for %s", p.Decider, l.Name)
		}
	}
	for _, p := range all[networkPin](t, "pins", 87) {
		if p.FromDays > 0 {
			seen["pin to come"]++
		}
	}
	for what, least := range map[string]int{
		"accepted by vote": 40, "somebody against": 12, "under vote": 6, "conflict declared": 10,
		"consent granted": 1, "consent refused": 1, "consent waits": 2, "pick to come": 5,
		"selection over": 1, "selection that ends": 1, "selection to come": 1,
		"proposal proposed": 3, "proposal taken": 3, "proposal declined": 3, "proposal withdrawn": 1, "pin to come": 5,
	} {
		if seen[what] < least {
			t.Errorf("%s: %d, want %d", what, seen[what], least)
		}
	}
}

// depthOf names what there is to see in a pick, and checks that its votes are
// those of people who may vote.
func depthOf(t *testing.T, l networkLabel, s networkSelection, f networkFilm, p networkPick) (seen []string) {
	t.Helper()
	part := []string{f.Owner}
	for _, c := range f.Credits {
		part = append(part, c.Person)
	}
	team := append([]string{l.Holder}, l.Curators...)
	for _, voter := range slices.Concat(p.For, p.Against) {
		if !slices.Contains(team, voter) || voter == p.By || slices.Contains(part, voter) {
			t.Errorf("%s votes on %s for %s", voter, f.Title, l.Name)
		}
	}
	voted := s.Guest == "" && l.VotesNeeded > 0
	accepted := !voted || len(p.For)+1 >= l.VotesNeeded
	switch {
	case voted && accepted:
		seen = append(seen, "accepted by vote")
	case voted:
		seen = append(seen, "under vote")
	case len(p.For)+len(p.Against) > 0:
		t.Errorf("%s does not vote, and voted on %s", l.Name, f.Title)
	}
	if len(p.Against) > 0 {
		seen = append(seen, "somebody against")
	}
	if p.FromDays > 0 {
		seen = append(seen, "pick to come")
	}
	concerns := slices.ContainsFunc(team, func(one string) bool { return slices.Contains(part, one) })
	switch {
	case p.Conflict != "" && concerns:
		seen = append(seen, "conflict declared")
	case concerns != (p.Conflict != "") && f.Slug != "maree-basse": // the cast's, made before
		t.Errorf("%s of %s: %q", f.Title, l.Name, p.Conflict)
	}
	switch {
	case f.Consent != "ask" || !accepted:
	case p.Consent == "":
		seen = append(seen, "consent waits")
	default:
		seen = append(seen, "consent "+p.Consent)
	}
	return seen
}
