package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/spaces"
)

type networkLabel struct {
	Slug, Kind, Name, Space, Holder, Manifesto string
	Curators                                   []string
	MaxPins                                    int    `json:"max_pins"`
	VotesNeeded                                int    `json:"votes_needed"`
	NoteRequired                               bool   `json:"note_required"`
	OwnFilms                                   string `json:"own_films"` // empty: declared
}

// rules are the label's as the API takes them.
func (l networkLabel) rules() map[string]any {
	rules := map[string]any{"max_pins": l.MaxPins, "votes_needed": l.VotesNeeded, "note_required": l.NoteRequired}
	if l.OwnFilms != "" {
		rules["own_films"] = l.OwnFilms
	}
	return rules
}

// found makes the labels. One that a member asks for is accepted by who runs
// the network.
func (n *network) found(ctx context.Context) error {
	labels, err := read[networkLabel]("labels")
	if err != nil {
		return err
	}
	for _, l := range labels {
		place := networkPlace{space: l.Space, ecran: "/v1/spaces/" + l.Space + "/ecran", holder: l.Holder}
		if err := n.belong(ctx, l.Space, append(l.Curators, l.Holder)...); err != nil {
			return err
		}
		curators := make([]map[string]string, len(l.Curators))
		for i, handle := range l.Curators {
			curators[i] = map[string]string{"person": n.cast[handle].account.PersonID, "role": "curator"}
		}
		if place.id, err = n.named(ctx, place, "labels", l.Name); err != nil {
			return err
		}
		if place.id != "" { // the cast's
			err = n.mend(ctx, n.cast[l.Holder], place.ecran+"/labels/"+place.id, map[string]any{"curators": curators, "rules": l.rules()})
		} else {
			body := map[string]any{"kind": l.Kind, "name": l.Name, "manifesto": l.Manifesto, "curators": curators, "rules": l.rules()}
			place.id, err = n.label(ctx, place, body)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		n.labels[l.Slug] = place
	}
	return nil
}

// belong makes people members of a space where they sign, though they may live
// elsewhere.
func (n *network) belong(ctx context.Context, space string, handles ...string) error {
	system := core.WithActor(ctx, core.System())
	at, err := n.spaces.Get(system, space)
	if err != nil {
		return err
	}
	for _, handle := range handles {
		_, err := n.spaces.Grant(system, at, spaces.NewGrant{Account: n.cast[handle].account.ID, Role: core.RoleMember})
		if err != nil && core.AsError(err).Fault != spaces.ErrGrantHeld {
			return fmt.Errorf("%s at %s: %w", handle, space, err)
		}
	}
	return nil
}

func (n *network) label(ctx context.Context, place networkPlace, body map[string]any) (string, error) {
	content, err := n.say(ctx, n.cast[place.holder], http.MethodPost, place.ecran+"/labels", body)
	if err != nil {
		return "", err
	}
	var made struct{ ID, State string }
	if err := json.Unmarshal(content, &made); err != nil {
		return "", err
	}
	if made.State == "requested" {
		_, err = n.ask(ctx, n.cast["nadia"], place.ecran+"/labels/"+made.ID+"/accept", nil)
	}
	return made.ID, err
}

// named returns the id of something of an Écran, by its name or title; empty
// where there is nothing of that name.
func (n *network) named(ctx context.Context, place networkPlace, what, name string) (string, error) {
	content, err := n.say(ctx, n.cast[place.holder], http.MethodGet, place.ecran+"/"+what+"?limit=100", nil)
	if err != nil {
		return "", err
	}
	var list struct {
		Data []struct{ ID, Name, Title string }
	}
	if err := json.Unmarshal(content, &list); err != nil {
		return "", err
	}
	for _, one := range list.Data {
		if one.Name == name || one.Title == name {
			return one.ID, nil
		}
	}
	return "", nil
}
