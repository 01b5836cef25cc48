package core

import "slices"

// Machine is the states of a noun and the moves between them: one table, which
// every verb asks and the documentation shows.
type Machine[S ~string] struct {
	Noun   string // as the policy names it: "film"
	Starts []S    // the states in which one begins
	Moves  []Move[S]
}

// Move is a way from state to state. Who may go it is the policy's to say, by
// the action; what it is called when it has happened is the event.
type Move[S ~string] struct {
	Action string
	Event  string
	From   []S
	To     []S
}

// Move returns the move by the action between two states, false if there is
// none. Staying is no move.
func (m Machine[S]) Move(action string, from, to S) (Move[S], bool) {
	for _, move := range m.Moves {
		if move.Action == action && from != to && slices.Contains(move.From, from) && slices.Contains(move.To, to) {
			return move, true
		}
	}
	return Move[S]{}, false
}

// States returns every state there is, in the order of the table.
func (m Machine[S]) States() []S {
	all := slices.Clone(m.Starts)
	for _, move := range m.Moves {
		for _, s := range slices.Concat(move.From, move.To) {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// Chart is a Machine for people to read.
type Chart struct {
	Noun   string
	Starts []string
	Moves  []Move[string]
}

// Chart returns the machine as text.
func (m Machine[S]) Chart() Chart {
	chart := Chart{Noun: m.Noun, Starts: words(m.Starts)}
	for _, move := range m.Moves {
		chart.Moves = append(chart.Moves, Move[string]{move.Action, move.Event, words(move.From), words(move.To)})
	}
	return chart
}

func words[S ~string](states []S) []string {
	all := make([]string, len(states))
	for i, s := range states {
		all[i] = string(s)
	}
	return all
}
