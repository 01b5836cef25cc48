package main

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// The network to look at: written by hand, as JSON, so that its texts can be
// read and mended without Go. People and institutions are invented.
//
//go:embed demo/*.json
var networkFiles embed.FS

type networkInstitution struct {
	Slug, Name string
	Region     string // INSEE code
}

type networkPerson struct {
	Handle, Name, Region, Commune, Standing, Bio string
	Crafts, Languages, Skills                    []string
	MemberOf                                     string `json:"member_of"` // slug of an institution
	Curator                                      bool   // at home, and where they belong
}

type networkFilm struct {
	Slug, Title, Region, Owner, Stage, Form, Synopsis, Consent string
	Year                                                       int
	DurationS                                                  int `json:"duration_s"`
	Genres, Countries, Languages                               []string
	Credits                                                    []struct{ Person, Craft string }
}

type networkLabel struct {
	Slug, Kind, Name, Space, Holder, Manifesto string
	Curators                                   []string
	MaxPins                                    int `json:"max_pins"`
}

type networkSelection struct {
	Label, Title, Text, Kind, Visibility, Guest string
	Edition                                     int
	Picks                                       []struct{ Film, By, Note string }
}

type networkPin struct {
	Space, By, Reason, Label, Pick string
	Selection                      *struct{ Label, Title string }
	Slot                           int
	Days                           *int // nil: until somebody ends it
}

// network is what has been made of the files so far.
type network struct {
	*Program
	cast   map[string]castMember // by handle
	films  map[string]string     // ids, by slug
	labels map[string]networkPlace
	lists  map[string]networkPlace // selections, by label and title
	picks  map[string]string       // ids, by selection and film
}

// networkPlace is something of Écran: its id, and the address of its Écran.
type networkPlace struct{ id, space, ecran, holder string }

// Network fills a platform that has the cast of [Program.Demo] with a network
// to look at, once for a data folder: institutions, people with crafts, films
// at every stage with their credits, labels, selections and what is pinned on
// every page. Each does their own part through the API.
func (p *Program) Network(ctx context.Context) error {
	n := &network{
		Program: p, cast: map[string]castMember{}, films: map[string]string{},
		labels: map[string]networkPlace{}, lists: map[string]networkPlace{}, picks: map[string]string{},
	}
	for _, step := range []func(context.Context) error{n.people, n.make, n.found, n.choose, n.pin} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demonstration: %w", err)
		}
	}
	return nil
}

// read reads one of the files.
func read[T any](name string) ([]T, error) {
	content, err := networkFiles.ReadFile("demo/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var all []T
	if err := json.Unmarshal(content, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// people makes the institutions and those who are not of the cast yet, and has
// everybody say what they do.
func (n *network) people(ctx context.Context) error {
	system := core.WithActor(ctx, core.System())
	institutions, err := read[networkInstitution]("institutions")
	if err != nil {
		return err
	}
	people, err := read[networkPerson]("people")
	if err != nil {
		return err
	}
	at, err := n.homes(system, people, institutions)
	if err != nil {
		return err
	}
	for _, person := range people {
		if err := n.join(system, person, at); err != nil {
			return fmt.Errorf("%s: %w", person.Handle, err)
		}
	}
	return nil
}

// homes returns the spaces in which people live or belong, by slug, and makes
// the institutions among them.
func (n *network) homes(system context.Context, people []networkPerson, institutions []networkInstitution) (map[string]*ent.Space, error) {
	at := map[string]*ent.Space{}
	byCode := map[string]*ent.Space{}
	for _, person := range people {
		home, err := n.spaces.Get(system, person.Region)
		if err != nil {
			return nil, err
		}
		at[home.Slug] = home
		if home.Code != nil {
			byCode[*home.Code] = home
		}
	}
	for _, i := range institutions {
		region := byCode[i.Region]
		if region == nil {
			return nil, fmt.Errorf("nobody lives in the region %s of %s", i.Region, i.Slug)
		}
		made, err := n.spaces.Create(system, region, spaces.NewSpace{Kind: "institution", Slug: i.Slug, Name: i.Name})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", i.Slug, err)
		}
		at[made.Slug] = made
	}
	return at, nil
}

// join gives a person an account and their roles, unless they are of the cast,
// and has them fill in their profile.
func (n *network) join(system context.Context, person networkPerson, at map[string]*ent.Space) error {
	home := at[person.Region]
	held, err := n.account(system, person, home)
	if err != nil {
		return err
	}
	roles := map[*ent.Space][]core.Role{home: {core.RoleMember, core.RoleCreator}}
	where := []*ent.Space{home}
	if belongs := at[person.MemberOf]; belongs != nil {
		where = append(where, belongs)
		roles[belongs] = append(roles[belongs], core.RoleMember)
	}
	if person.Curator {
		for _, space := range where {
			roles[space] = append(roles[space], "curator")
		}
	}
	for space, roles := range roles {
		for _, role := range roles {
			_, err := n.spaces.Grant(system, space, spaces.NewGrant{Account: held.ID, Role: role})
			if err != nil && core.AsError(err).Fault != spaces.ErrGrantHeld {
				return err
			}
		}
	}
	self, err := n.accounts.As(system, held.ID)
	if err != nil {
		return err
	}
	token, _, err := n.accounts.CreateToken(self, accounts.NewToken{Name: "demonstration"})
	if err != nil {
		return err
	}
	n.cast[person.Handle] = castMember{held, token}
	profile := map[string]any{"commune": person.Commune, "crafts": person.Crafts, "bio": person.Bio, "languages": person.Languages, "skills": person.Skills}
	if person.Standing != "" {
		profile["standing"] = person.Standing
		profile["visibility"] = map[string]string{"standing": "everyone"}
	}
	for name, value := range profile {
		if words, ok := value.([]string); ok && len(words) == 0 || value == "" {
			delete(profile, name)
		}
	}
	return n.mend(system, n.cast[person.Handle], "/v1/people/"+person.Handle, profile)
}

func (n *network) account(system context.Context, person networkPerson, home *ent.Space) (*ent.Account, error) {
	email := person.Handle + "@demo.labfilms.example"
	held, err := n.accounts.ByEmail(system, email)
	if err == nil {
		return held, nil
	}
	return n.accounts.Create(system, accounts.NewAccount{
		Email: email, Password: rand.Text(), Name: person.Name, Handle: person.Handle, Home: spaces.Place(home),
	})
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
	n.films[f.Slug] = id
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
		rules := map[string]any{"max_pins": l.MaxPins}
		curators := make([]map[string]string, len(l.Curators))
		for i, handle := range l.Curators {
			curators[i] = map[string]string{"person": n.cast[handle].account.PersonID, "role": "curator"}
		}
		if place.id, err = n.named(ctx, place, "labels", l.Name); err != nil {
			return err
		}
		if place.id != "" { // the cast's
			err = n.mend(ctx, n.cast[l.Holder], place.ecran+"/labels/"+place.id, map[string]any{"curators": curators, "rules": rules})
		} else {
			body := map[string]any{"kind": l.Kind, "name": l.Name, "manifesto": l.Manifesto, "curators": curators, "rules": rules}
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
		made, err := n.ask(ctx, n.cast[p.By], at+"/picks", map[string]any{"film": n.films[p.Film], "note": p.Note})
		if err != nil {
			return fmt.Errorf("%s: %w", p.Film, err)
		}
		n.picks[key+"/"+p.Film] = made
	}
	_, err = n.ask(ctx, holder, at+"/publish", nil)
	return err
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
		if p.Days != nil {
			body["until"] = n.db.Now().AddDate(0, 0, *p.Days).Format(time.RFC3339)
		}
		if _, err := n.ask(ctx, n.cast[p.By], "/v1/spaces/"+p.Space+"/ecran/pins", body); err != nil {
			return fmt.Errorf("%s, slot %d: %w", p.Space, p.Slot, err)
		}
	}
	return nil
}
