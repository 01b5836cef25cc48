package films

import (
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
)

// The relations are found in two ways, which mean the same: of a film that was
// read ([seen]), and as a predicate for films that are to be read (relatedBy).
// A test holds the two against each other.

// roleOf says which member of a film has the relation.
var roleOf = map[core.Relation]filmmember.Role{
	core.Own:  filmmember.RoleOwner,
	core.Team: filmmember.RoleEditor,
	core.Crew: filmmember.RoleCrew,
}

// membership are the relations that come from being a member of the film.
var membership = core.RelationSet(core.Own, core.Team, core.Crew)

// possible reports whether there can be a film at the stage, or at any if it
// is empty, to which an actor has all these relations.
func possible(set core.Relations, stage film.Stage) bool {
	known := membership | core.RelationSet(core.Any, core.Published, core.Draft)
	public := stage == film.StageReleased || stage == film.StageWithdrawn
	switch {
	case set&^known != 0: // what one is to a label or a booking
		return false
	case set.Has(core.Published) && stage != "" && stage != film.StageReleased,
		set.Has(core.Draft) && public,
		set.Has(core.Draft) && set.Has(core.Published):
		return false
	default:
		return true
	}
}

// relatedBy returns the predicate of the films to which the person has the
// relations of at least one of the sets; of no film for no set.
func relatedBy(when core.When, person string) predicate.Film {
	if len(when) == 0 {
		return none
	}
	sets := make([]predicate.Film, len(when))
	for i, set := range when {
		var all []predicate.Film
		if set.Has(core.Published) {
			all = append(all, published)
		}
		if set.Has(core.Draft) {
			all = append(all, film.ReleasedAtIsNil())
		}
		for relation, role := range roleOf {
			if set.Has(relation) {
				all = append(all, memberAs(person, role))
			}
		}
		sets[i] = every
		if len(all) > 0 {
			sets[i] = film.And(all...)
		}
	}
	return film.Or(sets...)
}

func none(s *entsql.Selector) { s.Where(entsql.False()) }

func every(s *entsql.Selector) { s.Where(entsql.Not(entsql.False())) }

// published is the predicate of the films that everybody can see. The people
// who are suspended are few, and have an index of their own.
func published(s *entsql.Selector) {
	people := entsql.Table(person.Table)
	suspended := entsql.Select(people.C(person.FieldID)).From(people).Where(entsql.IsTrue(people.C(person.FieldSuspended)))
	s.Where(entsql.And(
		entsql.EQ(s.C(film.FieldStage), film.StageReleased),
		entsql.NotIn(s.C(film.FieldOwnerID), suspended),
	))
}

// memberAs returns the predicate of the films of which the person is a member
// in the role.
func memberAs(person string, role filmmember.Role) predicate.Film {
	return func(s *entsql.Selector) {
		theirs := filmsOf(person)
		theirs.Where(entsql.EQ(theirs.C(filmmember.FieldRole), role))
		s.Where(entsql.In(s.C(film.FieldID), theirs))
	}
}

// member returns the predicate of the films of which the person is a member.
func member(person string) predicate.Film {
	return func(s *entsql.Selector) {
		if s.Dialect() != dialect.Postgres {
			s.Where(entsql.In(s.C(film.FieldID), filmsOf(person)))
			return
		}
		// As an array it is found first, and its films by their ids. As a
		// subquery it may be joined, in one pass over all the films there are.
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(film.FieldID)).WriteString(" = ANY(ARRAY")
			b.Wrap(func(b *entsql.Builder) { b.Join(filmsOf(person)) }).WriteByte(')')
		}))
	}
}

func filmsOf(person string) *entsql.Selector {
	members := entsql.Table(filmmember.Table)
	return entsql.Select(members.C(filmmember.FieldFilmID)).From(members).
		Where(entsql.EQ(members.C(filmmember.FieldPersonID), person))
}
