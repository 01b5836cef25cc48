package core_test

import (
	"slices"
	"testing"

	"github.com/labfilms/labfilms/core"
)

type state string

var door = core.Machine[state]{
	Noun: "door", Starts: []state{"shut"},
	Moves: []core.Move[state]{
		{Action: "door.open", Event: "door.opened.v1", From: []state{"shut"}, To: []state{"open", "ajar"}},
		{Action: "door.shut", Event: "door.shut.v1", From: []state{"open", "ajar"}, To: []state{"shut"}},
	},
}

func TestAMachineKnowsItsMovesAndNoOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action   string
		from, to state
		event    string
	}{
		{"door.open", "shut", "open", "door.opened.v1"},
		{"door.open", "shut", "ajar", "door.opened.v1"},
		{"door.shut", "ajar", "shut", "door.shut.v1"},
		{"door.open", "open", "ajar", ""},
		{"door.open", "shut", "shut", ""},
		{"door.shut", "shut", "open", ""},
		{"door.paint", "shut", "open", ""},
	} {
		move, ok := door.Move(c.action, c.from, c.to)
		if ok != (c.event != "") || move.Event != c.event {
			t.Errorf("%s from %s to %s is %q, want %q", c.action, c.from, c.to, move.Event, c.event)
		}
	}
	if got := door.States(); !slices.Equal(got, []state{"shut", "open", "ajar"}) {
		t.Errorf("the states are %v", got)
	}
}

func TestAChartIsTheWholeMachine(t *testing.T) {
	t.Parallel()
	chart := door.Chart()
	if chart.Noun != "door" || !slices.Equal(chart.Starts, []string{"shut"}) || len(chart.Moves) != 2 {
		t.Fatalf("the chart is %+v", chart)
	}
	if m := chart.Moves[0]; m.Action != "door.open" || !slices.Equal(m.To, []string{"open", "ajar"}) || !slices.Equal(m.From, []string{"shut"}) {
		t.Errorf("the first move is %+v", m)
	}
}
