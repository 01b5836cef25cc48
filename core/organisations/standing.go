package organisations

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
)

// Standing is what an actor is to an organisation, and where that is at home.
type Standing struct {
	Path      string // of its home
	Relations core.Relations
}

// standingOf says what belonging to an organisation in a role makes of somebody.
var standingOf = map[membership.Role]core.Relation{
	membership.RoleAdmin:  core.Own,
	membership.RoleEditor: core.Team,
	membership.RoleMember: core.Crew,
}

// Standing returns what the actor is to the organisation with this id, for what
// others than this area let its people do: action organisation.read. A
// membership that has not begun or is over makes nobody anything. It returns
// ErrUnknown, and takes three queries at most.
func (o *Organisations) Standing(ctx context.Context, id string) (Standing, error) {
	if uuid.Validate(id) != nil {
		return Standing{}, ErrUnknown
	}
	client := o.store.From(ctx)
	found, err := client.Organisation.Query().Where(organisation.ID(id)).WithSpace().Only(ctx)
	if ent.IsNotFound(err) {
		return Standing{}, ErrUnknown
	}
	if err != nil {
		return Standing{}, err
	}
	home := found.Edges.Space
	if !o.gate.May(ctx, "organisation.read", home.Path, 0) {
		return Standing{}, ErrUnknown
	}
	standing := Standing{Path: home.Path}
	person := core.ActorFrom(ctx).Person
	if person == "" {
		return standing, nil
	}
	zone, err := time.LoadLocation(home.TimeZone)
	if err != nil {
		return Standing{}, err
	}
	today := o.store.DB().Now().In(zone).Format(time.DateOnly)
	mine, err := client.Membership.Query().
		Where(
			membership.OrganisationID(id), membership.PersonID(person), membership.StateEQ(membership.StateActive),
			membership.SinceLTE(today), membership.Or(membership.Until(""), membership.UntilGTE(today)),
		).
		Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return standing, nil
	case err != nil:
		return Standing{}, err
	}
	standing.Relations = core.RelationSet(standingOf[mine.Role])
	return standing, nil
}
