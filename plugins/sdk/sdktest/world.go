package sdktest

import (
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// The spaces of the small world in which modules are tested: the network, two
// of its regions and an institution.
var (
	France    = space("018f0000-0000-7000-8000-000000000001", "france", "France", sdk.Place{Network: "018f0000-0000-7000-8000-000000000001", Path: "/fr/"})
	Bretagne  = space("018f0000-0000-7000-8000-000000000002", "bretagne", "Bretagne", below(France, "/fr/bretagne/"))
	Occitanie = space("018f0000-0000-7000-8000-000000000003", "occitanie", "Occitanie", below(France, "/fr/occitanie/"))
	Brest     = space("018f0000-0000-7000-8000-000000000004", "brest", "Cinémathèque de Brest", below(Bretagne, "/fr/bretagne/brest/"))
)

// Now is the time at which the clocks of tested modules stand still, unless
// the World says otherwise.
var Now = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)

func space(id, slug, name string, place sdk.Place) sdk.Space {
	place.Space = id
	if place.Region == "" && place.Network != id {
		place.Region = id
	}
	return sdk.Space{ID: id, Slug: slug, Name: name, Place: place}
}

func below(above sdk.Space, path string) sdk.Place {
	return sdk.Place{Network: above.Network, Region: above.Region, Path: path}
}

// Visitor is somebody who is not signed in.
var Visitor = sdk.Actor{Roles: []sdk.Role{core.RoleVisitor}}

// Someone is an account with a profile and these roles; the same name is the
// same person.
func Someone(name string, roles ...sdk.Role) sdk.Actor {
	return sdk.Actor{Account: "account-" + name, Person: "person-" + name, Roles: append([]sdk.Role{core.RoleVisitor}, roles...)}
}

// World is what a tested module finds around it. The zero World has an empty
// SQLite database and knows no film.
type World struct {
	Dialect string       // "sqlite", the default, or "postgres"
	Films   []sdk.Film   // that every asker may see
	People  []sdk.Person // likewise
	Clock   time.Time    // default: Now
}
