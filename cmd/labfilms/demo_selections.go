package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

type networkSelection struct {
	Label, Title, Text, Kind, Visibility, Guest string
	Edition                                     int
	FromDays                                    int  `json:"from_days"`  // 0: from its publication
	UntilDays                                   int  `json:"until_days"` // 0: until somebody ends it
	Over                                        bool // it ends when all is made
	Picks                                       []networkPick
}

type networkPick struct {
	Film, By, Note, Conflict string
	FromDays                 int      `json:"from_days"`
	UntilDays                int      `json:"until_days"`
	For, Against             []string // besides who picks; who is against says so first
	Consent                  string   // what the maker answers if they are asked: granted, refused, nothing
}

// choose makes the selections and picks the films, each signed by who wrote the
// note, and publishes them.
func (n *network) choose(ctx context.Context) error {
	selections, err := read[networkSelection]("selections")
	if err != nil {
		return err
	}
	for _, s := range selections {
		if s.Guest != "" {
			if err := n.belong(ctx, n.labels[s.Label].space, s.Guest); err != nil {
				return err
			}
		}
		if err := n.selection(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.Title, err)
		}
	}
	return nil
}

func (n *network) selection(ctx context.Context, s networkSelection) error {
	label := n.labels[s.Label]
	holder := n.cast[label.holder]
	place := label
	id, err := n.named(ctx, label, "selections", s.Title)
	if err != nil {
		return err
	}
	picked := map[string]bool{}
	if id == "" {
		body := map[string]any{"title": s.Title, "text": s.Text, "kind": s.Kind, "visibility": s.Visibility}
		if s.Edition > 0 {
			body["edition"] = s.Edition
		}
		if s.Guest != "" {
			body["guest"] = n.cast[s.Guest].account.PersonID
		}
		n.date(body, s.FromDays, s.UntilDays)
		if id, err = n.ask(ctx, holder, label.ecran+"/labels/"+label.id+"/selections", body); err != nil {
			return err
		}
	} else if picked, err = n.picked(ctx, holder, label.ecran+"/selections/"+id, s); err != nil {
		return err
	}
	place.id = id
	key := s.Label + "/" + s.Title
	n.lists[key] = place
	at := label.ecran + "/selections/" + id
	if s.Guest != "" {
		if err := n.accept(ctx, n.cast[s.Guest], at); err != nil {
			return err
		}
	}
	for _, p := range s.Picks {
		if picked[n.films[p.Film]] {
			continue
		}
		made, err := n.pick(ctx, label, at+"/picks", p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Film, err)
		}
		n.picks[key+"/"+p.Film] = made
	}
	_, err = n.ask(ctx, holder, at+"/publish", nil)
	return err
}

// pick picks a film, has the label's people vote on it and its maker answer.
func (n *network) pick(ctx context.Context, label networkPlace, picks string, p networkPick) (string, error) {
	body := map[string]any{"film": n.films[p.Film], "note": p.Note}
	if p.Conflict != "" {
		body["conflict"] = p.Conflict
	}
	n.date(body, p.FromDays, p.UntilDays)
	id, err := n.ask(ctx, n.cast[p.By], picks, body)
	if err != nil {
		return "", err
	}
	for i, voter := range slices.Concat(p.Against, p.For) {
		choice := "yes"
		if i < len(p.Against) {
			choice = "no"
		}
		if _, err := n.say(ctx, n.cast[voter], http.MethodPut, picks+"/"+id+"/vote", map[string]any{"choice": choice}); err != nil {
			return "", fmt.Errorf("%s: %w", voter, err)
		}
	}
	if p.Consent != "" {
		err = n.consent(ctx, label, p)
	}
	return id, err
}

// consent has the maker of a film answer the label that asks.
func (n *network) consent(ctx context.Context, label networkPlace, p networkPick) error {
	maker := n.owners[p.Film]
	content, err := n.say(ctx, maker, http.MethodGet, label.ecran+"/consents?film="+n.films[p.Film], nil)
	if err != nil {
		return err
	}
	var list struct {
		Data []struct {
			ID    string
			Label struct{ ID string }
		}
	}
	if err := json.Unmarshal(content, &list); err != nil {
		return err
	}
	answers := map[string]string{"granted": "/grant", "refused": "/refuse"}
	for _, asked := range list.Data {
		if asked.Label.ID == label.id {
			_, err := n.ask(ctx, maker, label.ecran+"/consents/"+asked.ID+answers[p.Consent], nil)
			return err
		}
	}
	return fmt.Errorf("nobody asked for %s", p.Film)
}

// date writes days from now into something that is to be made; 0 is left out.
func (n *network) date(body map[string]any, from, until int) {
	for name, days := range map[string]int{"from": from, "until": until} {
		if days != 0 {
			body[name] = n.db.Now().AddDate(0, 0, days).Format(time.RFC3339)
		}
	}
}

// close ends the selections that are over, at the instant that follows: nothing
// ends before it has begun.
func (n *network) close(ctx context.Context) error {
	selections, err := read[networkSelection]("selections")
	if err != nil {
		return err
	}
	for _, s := range selections {
		if !s.Over {
			continue
		}
		place := n.lists[s.Label+"/"+s.Title]
		until := n.db.Now().Add(time.Second).Format(time.RFC3339Nano)
		if err := n.mend(ctx, n.cast[place.holder], place.ecran+"/selections/"+place.id, map[string]any{"until": until}); err != nil {
			return fmt.Errorf("%s: %w", s.Title, err)
		}
	}
	return nil
}

// accept has the guest of a carte blanche accept it, unless they have.
func (n *network) accept(ctx context.Context, guest castMember, at string) error {
	content, err := n.say(ctx, guest, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	var asked struct{ Invitation string }
	if err := json.Unmarshal(content, &asked); err != nil || asked.Invitation != "open" {
		return err
	}
	_, err = n.ask(ctx, guest, at+"/invitation/accept", nil)
	return err
}

// picked returns the films that are in a selection already.
func (n *network) picked(ctx context.Context, who castMember, at string, s networkSelection) (map[string]bool, error) {
	content, err := n.say(ctx, who, http.MethodGet, at+"/picks?limit=100", nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []struct {
			ID   string
			Film struct{ ID, Slug string }
		}
	}
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, p := range list.Data {
		found[p.Film.ID] = true
		n.picks[s.Label+"/"+s.Title+"/"+p.Film.Slug] = p.ID
	}
	return found, nil
}
