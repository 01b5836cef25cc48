package films

import (
	"context"
	"fmt"
	"maps"
	"slices"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/space"
)

// idsMax is the most films that are asked for at once.
const idsMax = 500

// Seen is a film and what the asker is to it.
type Seen struct {
	*ent.Film
	Relations core.Relations
	Path      string // of the film's home
}

// place is where the film belongs.
func (s Seen) place() core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.SpaceID, Path: s.Path}
}

// Film returns the film with this id: action film.read. It returns ErrUnknown
// where there is none for the actor.
func (c *Catalog) Film(ctx context.Context, id string) (*ent.Film, error) {
	f, err := c.seen(ctx, c.store.From(ctx), id)
	if err != nil {
		return nil, err
	}
	return f.Film, c.allow(ctx, "film.read", f)
}

// Get returns the films with these ids, at most 500, by id, with what the
// actor is to each: action film.read. It leaves out what the actor does not get
// to see, whatever the reason. It runs one query.
func (c *Catalog) Get(ctx context.Context, ids []string) (map[string]Seen, error) {
	if len(ids) > idsMax {
		return nil, core.ErrInvalid.With(core.Reason{
			Pointer: "/ids", Code: "too_many", EN: "Ask for 500 at most.", FR: "Demandez-en 500 au plus.",
		})
	}
	c.gate.Lists(ctx, "film.read", "") // each is asked for below; none may be found
	rows, err := c.look(ctx, c.store.From(ctx), slices.DeleteFunc(slices.Clone(ids), noID)...)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Seen, len(rows))
	for _, f := range rows {
		if c.gate.May(ctx, "film.read", f.Path, f.Relations) {
			found[f.ID] = f
		}
	}
	return found, nil
}

// open is Get for those of the films to which the actor may also do the action.
func (c *Catalog) open(ctx context.Context, action string, ids []string) (map[string]Seen, error) {
	c.gate.Lists(ctx, action, "") // each is asked for below
	found, err := c.Get(ctx, ids)
	maps.DeleteFunc(found, func(_ string, f Seen) bool { return !c.gate.May(ctx, action, f.Path, f.Relations) })
	return found, err
}

// noID reports whether s cannot be an id. PostgreSQL would fail on some of
// those instead of finding nothing.
func noID(s string) bool { return uuid.Validate(s) != nil }

// allow returns nil if the actor may do the action to the film. A film that
// they may not read is unknown to them, whatever they wanted to do.
func (c *Catalog) allow(ctx context.Context, action string, f Seen) error {
	err := c.gate.Check(ctx, action, f.Path, f.Relations)
	if err != nil && !c.gate.May(ctx, "film.read", f.Path, f.Relations) {
		return ErrUnknown
	}
	return err
}

// seen returns one film, allowed or not, or ErrUnknown.
func (c *Catalog) seen(ctx context.Context, client *ent.Client, id string) (Seen, error) {
	if noID(id) {
		return Seen{}, ErrUnknown
	}
	rows, err := c.look(ctx, client, id)
	if err != nil {
		return Seen{}, err
	}
	if len(rows) == 0 {
		return Seen{}, ErrUnknown
	}
	return rows[0], nil
}

// look returns the films, allowed or not, with what the actor is to each, in
// one query.
func (c *Catalog) look(ctx context.Context, client *ent.Client, ids ...string) ([]Seen, error) {
	rows, err := client.Film.Query().Where(film.IDIn(ids...), asSeenBy(core.ActorFrom(ctx).Person)).All(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Seen, len(rows))
	for i, row := range rows {
		if all[i], err = seen(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// The columns that asSeenBy brings along.
const (
	pathColumn   = "home_path"
	roleColumn   = "member_role"
	hiddenColumn = "owner_suspended"
)

// asSeenBy returns a predicate that refuses nothing and brings along, in the
// same query, what decides who may do what with a film: the path of its home,
// whether its owner is suspended, and the asker's part in it.
func asSeenBy(asker string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		spaces, owners, members := entsql.Table(space.Table), entsql.Table(person.Table), entsql.Table(filmmember.Table)
		// Each is looked up for the row that is returned. Were they joined,
		// PostgreSQL might read all people of a small network to find one.
		bring := func(column, otherwise string, found *entsql.Selector) {
			s.AppendSelectExprAs(entsql.ExprFunc(func(b *entsql.Builder) {
				// Not null: what ent does not know of it cannot read as null from SQLite.
				b.WriteString("COALESCE(").Wrap(func(b *entsql.Builder) { b.Join(found) }).WriteString(", ").WriteString(otherwise).WriteByte(')')
			}), column)
		}
		bring(pathColumn, "''", entsql.Select(spaces.C(space.FieldPath)).From(spaces).
			Where(entsql.ColumnsEQ(spaces.C(space.FieldID), s.C(film.FieldSpaceID))))
		bring(hiddenColumn, "TRUE", entsql.Select(owners.C(person.FieldSuspended)).From(owners).
			Where(entsql.ColumnsEQ(owners.C(person.FieldID), s.C(film.FieldOwnerID))))
		bring(roleColumn, "''", entsql.Select(members.C(filmmember.FieldRole)).From(members).
			Where(entsql.And(
				entsql.ColumnsEQ(members.C(filmmember.FieldFilmID), s.C(film.FieldID)),
				entsql.EQ(members.C(filmmember.FieldPersonID), asker),
			)))
	}
}

// seen reads a row that asSeenBy brought.
func seen(row *ent.Film) (Seen, error) {
	path, err := row.Value(pathColumn)
	if err != nil {
		return Seen{}, err
	}
	hidden, err := row.Value(hiddenColumn)
	if err != nil {
		return Seen{}, err
	}
	role, err := row.Value(roleColumn)
	if err != nil {
		return Seen{}, err
	}
	var facts core.Relations
	for relation, of := range roleOf {
		if role == string(of) {
			facts = core.RelationSet(relation)
		}
	}
	if row.Stage == film.StageReleased && !truth(hidden) {
		facts |= core.RelationSet(core.Published)
	}
	if row.ReleasedAt == nil {
		facts |= core.RelationSet(core.Draft)
	}
	return Seen{Film: row, Relations: facts, Path: fmt.Sprint(path)}, nil
}

// truth reads a boolean as either database writes it.
func truth(v ent.Value) bool { return v == true || v == int64(1) }
