package films

import (
	"maps"
	"slices"

	entsql "entgo.io/ent/dialect/sql"
)

// firstOfEach is the predicate of the first n rows of each of the films in a
// table of what belongs to films: of those that only lets through, in the order
// of columns of the table.
func firstOfEach(table string, films map[string]Seen, n int, only func(*entsql.Selector), order ...string) func(*entsql.Selector) {
	const film, id, number = "film_id", "id", "number"
	return func(s *entsql.Selector) {
		rows := entsql.Table(table)
		numbered := entsql.Dialect(s.Dialect()).Select(rows.C(id)).From(rows).
			AppendSelectExprAs(entsql.RowNumber().PartitionBy(rows.C(film)).OrderBy(order...), number)
		entsql.FieldIn(film, slices.Collect(maps.Keys(films))...)(numbered)
		only(numbered)
		numbered.As("numbered")
		first := entsql.Dialect(s.Dialect()).Select(numbered.C(id)).From(numbered).
			Where(entsql.LTE(numbered.C(number), n))
		s.Where(entsql.In(s.C(id), first))
	}
}
