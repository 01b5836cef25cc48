package ecran

import (
	"fmt"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// LabelRules are what a label asks of its own people.
type LabelRules struct {
	MaxPins      int    `json:"max_pins" minimum:"0" maximum:"24" default:"3" doc:"How many of its things may be put forward at one instant, on all pages together."`
	OwnFilms     string `json:"own_films,omitempty" enum:"declared,forbidden" default:"declared" doc:"Whether its people may pick a film in which they have a part, if they declare it; where that is forbidden, nobody picks a film of any of them."`
	MaxFamily    int    `json:"max_family,omitempty" minimum:"0" maximum:"100" doc:"How many films of one family, of one maker, director or producer, a selection holds at a time. 0: as many as it likes."`
	NoteRequired bool   `json:"note_required,omitempty" doc:"Whether a pick has to say why."`
	VotesNeeded  int    `json:"votes_needed,omitempty" minimum:"0" maximum:"50" doc:"How many of its people have to be for a film before it comes on screen; who picks is for it, unless they have a part in it. 0: who picks decides. A veto refuses."`
}

// LabelRulesChange is what changes of a label's rules; what is not set stays.
type LabelRulesChange struct {
	MaxPins      sdk.Opt[int]    `json:"max_pins,omitempty" minimum:"0" maximum:"24"`
	OwnFilms     sdk.Opt[string] `json:"own_films,omitempty" enum:"declared,forbidden"`
	MaxFamily    sdk.Opt[int]    `json:"max_family,omitempty" minimum:"0" maximum:"100"`
	NoteRequired sdk.Opt[bool]   `json:"note_required,omitempty"`
	VotesNeeded  sdk.Opt[int]    `json:"votes_needed,omitempty" minimum:"0" maximum:"50"`
}

// newRules are the rules of a label that names none.
func newRules() LabelRules {
	return LabelRules{MaxPins: label.DefaultMaxPins, OwnFilms: string(label.DefaultOwnFilms)}
}

// rulesOf returns the rules of a label.
func rulesOf(l *ent.Label) LabelRules {
	return LabelRules{
		MaxPins: l.MaxPins, OwnFilms: string(l.OwnFilms), MaxFamily: l.MaxFamily,
		NoteRequired: l.NoteRequired, VotesNeeded: l.VotesNeeded,
	}
}

// with returns the rules after the change, each that is null as a new label has it.
func (r LabelRules) with(in sdk.Opt[LabelRulesChange]) LabelRules {
	fresh := newRules()
	if in.Null {
		return fresh
	}
	r.MaxPins = orNew(in.Value.MaxPins, r.MaxPins, fresh.MaxPins)
	r.OwnFilms = orNew(in.Value.OwnFilms, r.OwnFilms, fresh.OwnFilms)
	r.MaxFamily = orNew(in.Value.MaxFamily, r.MaxFamily, fresh.MaxFamily)
	r.NoteRequired = orNew(in.Value.NoteRequired, r.NoteRequired, fresh.NoteRequired)
	r.VotesNeeded = orNew(in.Value.VotesNeeded, r.VotesNeeded, fresh.VotesNeeded)
	return r
}

// orNew returns what a rule is after a change.
func orNew[T any](in sdk.Opt[T], old, fresh T) T {
	if in.Null {
		return fresh
	}
	return in.Or(old)
}

// enoughPeople refuses rules that ask for more votes than the label, with so many
// curators besides its holder, has people to give them.
func enoughPeople(form *sdk.Form, rules LabelRules, curators int) {
	if people := curators + 1; rules.VotesNeeded > people {
		form.Refuse("/rules/votes_needed", "too_few_people",
			fmt.Sprintf("These are more votes than the label has people: %d.", people),
			fmt.Sprintf("C'est plus de voix que le label n'a de membres : %d.", people))
	}
}
