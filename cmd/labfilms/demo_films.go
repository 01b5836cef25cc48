package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

type networkFilm struct {
	Slug, Title, Region, Owner, Stage, Form, Synopsis, Consent string
	Year                                                       int
	DurationS                                                  int `json:"duration_s"`
	Genres, Countries, Languages                               []string
	Credits                                                    []struct{ Person, Craft string }
}

// make makes the films that are not there yet, brings each to its stage, and
// writes its titles, which everybody who is named confirms.
func (n *network) make(ctx context.Context) error {
	films, err := read[networkFilm]("films")
	if err != nil {
		return err
	}
	for _, f := range films {
		if err := n.film(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.Title, err)
		}
	}
	return nil
}

func (n *network) film(ctx context.Context, f networkFilm) error {
	owner := n.cast[f.Owner]
	facts := map[string]any{
		"synopsis": f.Synopsis, "year": f.Year, "duration_s": f.DurationS, "form": f.Form, "consent": f.Consent,
		"genres": f.Genres, "countries": f.Countries, "languages": f.Languages,
	}
	for name, value := range facts {
		if words, ok := value.([]string); ok && len(words) == 0 || value == "" || value == 0 {
			delete(facts, name)
		}
	}
	id, err := n.titled(ctx, owner, f.Title)
	if err != nil {
		return err
	}
	fresh := id == ""
	if fresh {
		facts["space"], facts["title"] = f.Region, f.Title
		if id, err = n.ask(ctx, owner, "/v1/films", facts); err != nil {
			return err
		}
	} else if err := n.mend(ctx, owner, "/v1/films/"+id, facts); err != nil {
		return err
	}
	n.films[f.Slug], n.owners[f.Slug] = id, owner
	at := "/v1/films/" + id
	if fresh {
		if err := n.titles(ctx, owner, at, f); err != nil {
			return err
		}
	}
	switch f.Stage {
	case "idea":
	case "released":
		if fresh {
			_, err = n.ask(ctx, owner, at+"/release", nil)
		}
	case "withdrawn":
		if _, err = n.ask(ctx, owner, at+"/release", nil); err == nil {
			_, err = n.ask(ctx, owner, at+"/withdraw", nil)
		}
	default:
		err = n.mend(ctx, owner, at, map[string]any{"stage": f.Stage})
	}
	return err
}

// titled returns the id of the owner's film with this title, empty for none.
func (n *network) titled(ctx context.Context, owner castMember, title string) (string, error) {
	content, err := n.say(ctx, owner, http.MethodGet, "/v1/films?mine=true&limit=100", nil)
	if err != nil {
		return "", err
	}
	var list struct{ Data []struct{ ID, Title string } }
	if err := json.Unmarshal(content, &list); err != nil {
		return "", err
	}
	for _, f := range list.Data {
		if f.Title == title {
			return f.ID, nil
		}
	}
	return "", nil
}

func (n *network) titles(ctx context.Context, owner castMember, at string, f networkFilm) error {
	credits := make([]map[string]string, len(f.Credits))
	who := map[string]castMember{}
	for i, c := range f.Credits {
		credits[i] = map[string]string{"person": n.cast[c.Person].account.PersonID, "craft": c.Craft}
		who[n.cast[c.Person].account.PersonID] = n.cast[c.Person]
	}
	content, err := n.say(ctx, owner, http.MethodPost, at+"/credits", map[string]any{"credits": credits})
	if err != nil {
		return err
	}
	var made struct {
		Data []struct {
			ID        string
			Confirmed bool
			Person    struct{ ID string }
		}
	}
	if err := json.Unmarshal(content, &made); err != nil {
		return err
	}
	for _, c := range made.Data {
		if c.Confirmed {
			continue // their own film
		}
		if _, err := n.ask(ctx, who[c.Person.ID], at+"/credits/"+c.ID+"/confirm", nil); err != nil {
			return err
		}
	}
	return nil
}
