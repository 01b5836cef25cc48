package db

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
)

// Sortable is what a list may be ordered by. A column that may be null may
// not: its rows would fall out of the pages.
type Sortable interface{ string | int | time.Time }

// Keyset returns the predicate of one page of a list that is ordered by column
// and then by id: what comes after p.After, in the direction that p.Sort's "-"
// gives, one row more than p.Limit, for [ListOf] to see whether there is a
// next page. T is the type of the column:
//
//	films.Query().Where(db.Keyset[time.Time](page, film.FieldCreatedAt))
//
// It belongs on the query of the page, never on that of the count. A key whose
// value is no T fails the query: cursors are sealed together with their sort,
// so it is a defect.
func Keyset[T Sortable](p core.Page, column string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		columns := []string{s.C(column), s.C("id")}
		direction, beyond := entsql.Asc, entsql.CompositeGT
		if strings.HasPrefix(p.Sort, "-") {
			direction, beyond = entsql.Desc, entsql.CompositeLT
		}
		if p.After != nil {
			value, err := parse[T](p.After.Value)
			if err != nil {
				s.AddError(fmt.Errorf("db: a key of %s: %w", column, err))
				return
			}
			s.Where(beyond(columns, value, p.After.ID))
		}
		s.OrderBy(direction(columns[0]), direction(columns[1])).Limit(p.Limit + 1)
	}
}

// KeyOf returns the key of a row: the value of the column that its list is
// ordered by, and its id.
func KeyOf[T Sortable](value T, id string) core.Key {
	switch v := any(value).(type) {
	case time.Time:
		return core.Key{Value: stamp(v).Format(time.RFC3339Nano), ID: id}
	default:
		return core.Key{Value: fmt.Sprint(v), ID: id}
	}
}

func parse[T Sortable](text string) (value T, err error) {
	switch v := any(&value).(type) {
	case *string:
		*v = text
	case *int:
		*v, err = strconv.Atoi(text)
	case *time.Time:
		*v, err = time.Parse(time.RFC3339Nano, text)
	}
	return value, err
}

// ListOf returns the rows of a [Keyset] query as a page; key returns where a
// row stands ([KeyOf]).
func ListOf[T any](rows []T, p core.Page, key func(T) core.Key) core.List[T] {
	if len(rows) <= p.Limit {
		return core.List[T]{Items: rows}
	}
	rows = rows[:p.Limit]
	next := key(rows[len(rows)-1])
	return core.List[T]{Items: rows, Next: &next}
}

// In returns the predicate of what a scope covers, for a schema with
// [InSpace]: one equality, on the column of the scope's level if it takes in
// the spaces below, and without the spaces in which the module is off. The
// zero Scope covers nothing.
func In(scope core.Scope) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		column, id := "space_id", scope.Space
		if scope.Subtree {
			switch scope.Level() {
			case core.Network:
				column = "network_id"
			case core.Region:
				column = "region_id"
			}
		}
		s.Where(entsql.EQ(s.C(column), id))
		if len(scope.Off) > 0 {
			off := make([]any, len(scope.Off))
			for i, space := range scope.Off {
				off[i] = space
			}
			s.Where(entsql.NotIn(s.C("space_id"), off...))
		}
	}
}
