package directory

import (
	"context"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
)

// A section is a part of a profile that its person shows to everyone, to
// members (whoever is signed in and not suspended), or to nobody but themselves.
const (
	Everyone = "everyone"
	Members  = "members"
	Nobody   = "nobody"
)

// Sections are the parts of a profile whose audience the person chooses, and
// who sees each as long as they have not. Name, handle, crafts and home are for
// everyone: people are here to be found by them.
var Sections = map[string]string{
	"pronouns": Everyone, "bio": Everyone, "skills": Everyone, "languages": Everyone, "place": Everyone,
	"standing": Nobody, "statuses": Everyone, "busy": Members, "links": Everyone,
}

// audience returns who sees a section of the profile.
func audience(p *ent.Person, section string) string {
	if chosen := p.Visibility[section]; chosen != "" {
		return chosen
	}
	return Sections[section]
}

// Shows reports whether the actor, who may see the person, sees a section of
// their profile.
func Shows(ctx context.Context, p *ent.Person, section string) bool {
	actor := core.ActorFrom(ctx)
	signedIn := actor.Account != "" && actor.InScope("person.read")
	switch audience(p, section) {
	case Everyone:
		return true
	case Members:
		return actor.System || signedIn && (!actor.Suspended || actor.Person == p.ID)
	default:
		return signedIn && (actor.Person == p.ID || p.MadeBy != "" && p.MadeBy == actor.Person)
	}
}
