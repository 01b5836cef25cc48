package main

import (
	"context"
	"fmt"
)

type networkProposal struct {
	Label, Film, By, Why string
	State, Answer        string // proposed, taken, declined or withdrawn
	Decider              string // who answers, one of the label's people
	Selection, Note      string // of what is taken
}

// propose has makers propose their films to labels, and the labels' people
// answer.
func (n *network) propose(ctx context.Context) error {
	proposals, err := read[networkProposal]("proposals")
	if err != nil {
		return err
	}
	for _, p := range proposals {
		if err := n.proposal(ctx, p); err != nil {
			return fmt.Errorf("%s to %s: %w", p.Film, p.Label, err)
		}
	}
	return nil
}

func (n *network) proposal(ctx context.Context, p networkProposal) error {
	label := n.labels[p.Label]
	if err := n.belong(ctx, label.space, p.By); err != nil {
		return err
	}
	made, err := n.ask(ctx, n.cast[p.By], label.ecran+"/labels/"+label.id+"/proposals", map[string]any{"film": n.films[p.Film], "why": p.Why})
	if err != nil {
		return err
	}
	at := label.ecran + "/proposals/" + made
	switch p.State {
	case "taken":
		key := p.Label + "/" + p.Selection
		body := map[string]any{"selection": n.lists[key].id, "note": p.Note, "answer": p.Answer}
		_, err = n.ask(ctx, n.cast[p.Decider], at+"/take", body)
	case "declined":
		_, err = n.ask(ctx, n.cast[p.Decider], at+"/decline", map[string]any{"answer": p.Answer})
	case "withdrawn":
		_, err = n.ask(ctx, n.cast[p.By], at+"/withdraw", nil)
	}
	return err
}
