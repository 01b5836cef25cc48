package main

import (
	"context"
	"fmt"
	"strings"
)

type networkPin struct {
	Space, By, Reason, Label, Pick string
	Selection                      *struct{ Label, Title string }
	Slot                           int
	FromDays                       int  `json:"from_days"` // 0: at once
	Days                           *int // nil: until somebody ends it; counted from now
}

// pin puts things forward on the pages.
func (n *network) pin(ctx context.Context) error {
	pins, err := read[networkPin]("pins")
	if err != nil {
		return err
	}
	for _, p := range pins {
		body := map[string]any{"slot": p.Slot, "reason": p.Reason}
		switch {
		case p.Selection == nil:
			body["kind"], body["target"] = "label", n.labels[p.Label].id
		case p.Pick == "":
			body["kind"], body["target"] = "selection", n.lists[p.Selection.Label+"/"+p.Selection.Title].id
		default:
			body["kind"], body["target"] = "pick", n.picks[strings.Join([]string{p.Selection.Label, p.Selection.Title, p.Pick}, "/")]
		}
		until := 0
		if p.Days != nil {
			until = *p.Days
		}
		n.date(body, p.FromDays, until)
		if _, err := n.ask(ctx, n.cast[p.By], "/v1/spaces/"+p.Space+"/ecran/pins", body); err != nil {
			return fmt.Errorf("%s, slot %d: %w", p.Space, p.Slot, err)
		}
	}
	return nil
}
