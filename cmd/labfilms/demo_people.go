package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

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
