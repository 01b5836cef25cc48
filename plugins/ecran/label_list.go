package ecran

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Label returns a label of the space with its curators, or ErrLabelUnknown.
func (e *Ecran) Label(ctx context.Context, id string) (*ent.Label, error) {
	return findLabel(ctx, e.store.From(ctx), id, "ecran.label.read")
}

// LabelFilter narrows a list of labels; its zero narrows nothing.
type LabelFilter struct {
	State label.State // those that are active where it is empty
	Kind  label.Kind
}

// Labels lists the labels of the scope with their curators, by created_at or
// by name.
func (e *Ecran) Labels(ctx context.Context, filter LabelFilter, page sdk.Page) (sdk.List[*ent.Label], error) {
	when := sdk.Lists(ctx, "ecran.label.read")
	if when.Never() {
		return sdk.List[*ent.Label]{}, nil
	}
	if filter.State == "" {
		filter.State = label.StateActive
	}
	q := e.store.From(ctx).Label.Query().Where(
		sdk.InScope(ctx, label.FieldHolderID), listedLabel(when, sdk.ActorFrom(ctx).Person), label.StateEQ(filter.State),
	)
	if filter.Kind != "" {
		q = q.Where(label.KindEQ(filter.Kind))
	}
	total, err := countIf(ctx, page, q.Clone())
	if err != nil {
		return sdk.List[*ent.Label]{}, err
	}
	keyset, key := sdk.Keyset[time.Time](page, label.FieldCreatedAt), func(l *ent.Label) sdk.Key { return sdk.KeyOf(l.CreatedAt, l.ID) }
	if strings.TrimPrefix(page.Sort, "-") == "name" {
		keyset, key = sdk.Keyset[string](page, label.FieldSlug), func(l *ent.Label) sdk.Key { return sdk.KeyOf(l.Slug, l.ID) }
	}
	rows, err := q.Where(keyset).WithCurators(inOrder).All(ctx)
	if err != nil {
		return sdk.List[*ent.Label]{}, err
	}
	list := sdk.PageOf(rows, page, key)
	list.Total = total
	return list, nil
}

// findLabel returns a label of the space with its curators, if the asker may do
// the action with it. Where they may not even read it, it is unknown.
func findLabel(ctx context.Context, c *ent.Client, id, action string) (*ent.Label, error) {
	l, err := c.Label.Query().Where(label.ID(id), sdk.InPlace(ctx, label.FieldHolderID)).WithCurators(inOrder).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrLabelUnknown
	}
	if err != nil {
		return nil, err
	}
	actor := sdk.ActorFrom(ctx)
	facts := relations(actor, l)
	if l.State != label.StateRequested {
		facts = append(facts, sdk.Published)
	}
	if !actor.May("ecran.label.read", facts...) {
		return nil, ErrLabelUnknown
	}
	return l, actor.Check(action, facts...)
}

// openLabel is findLabel of one that still acts: a closed one is remembered,
// and chooses nothing any more.
func openLabel(ctx context.Context, c *ent.Client, id, action string) (*ent.Label, error) {
	l, err := findLabel(ctx, c, id, action)
	if err == nil && l.State == label.StateClosed {
		err = ErrLabelClosed
	}
	return l, err
}

// relations returns what the asker is to a label, whose curators are loaded:
// they own it if they hold or direct it, are curating if they choose for it, and
// of its team in any case.
func relations(actor *sdk.Actor, l *ent.Label) []sdk.Relation {
	if actor.Person == "" {
		return nil
	}
	if l.HolderID == actor.Person {
		return []sdk.Relation{sdk.Own, sdk.Curating, sdk.Team}
	}
	for _, c := range l.Edges.Curators {
		if c.PersonID != actor.Person {
			continue
		}
		switch c.Role {
		case curator.RoleDirector:
			return []sdk.Relation{sdk.Own, sdk.Curating, sdk.Team}
		case curator.RoleCurator:
			return []sdk.Relation{sdk.Curating, sdk.Team}
		default:
			return []sdk.Relation{sdk.Team}
		}
	}
	return nil
}

// peopleOf returns who is of a label, whose curators are loaded: its holder first.
func peopleOf(l *ent.Label) []string {
	people := []string{l.HolderID}
	for _, c := range l.Edges.Curators {
		people = append(people, c.PersonID)
	}
	return people
}

// listedLabel is the predicate of the labels that a person finds in a list.
func listedLabel(when sdk.When, person string) predicate.Label {
	if when.Always() {
		return func(*sql.Selector) {}
	}
	ways := []predicate.Label{func(s *sql.Selector) { s.Where(sql.False()) }}
	for _, set := range when {
		switch {
		case set == sdk.RelationSet(sdk.Published):
			ways = append(ways, label.StateNEQ(label.StateRequested))
		case set == sdk.RelationSet(sdk.Curating) && person != "":
			ways = append(ways, curatedBy(person))
		case set == sdk.RelationSet(sdk.Team) && person != "":
			ways = append(ways, ofTeamOf(person))
		}
	}
	return label.Or(ways...)
}

// ofTeamOf is the predicate of the labels of whose people the person is.
func ofTeamOf(person string) predicate.Label {
	return label.Or(label.HolderID(person), label.HasCuratorsWith(curator.PersonID(person)))
}

// curatedBy is the predicate of the labels for which the person chooses.
func curatedBy(person string) predicate.Label {
	return label.Or(
		label.HolderID(person),
		label.HasCuratorsWith(curator.PersonID(person), curator.RoleIn(curator.RoleDirector, curator.RoleCurator)),
	)
}
