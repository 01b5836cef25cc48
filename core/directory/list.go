package directory

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/personcraft"
	"github.com/labfilms/labfilms/ent/predicate"
)

// Filter narrows a list of people. A commune and what is near one look across
// the borders of spaces: then the scope is the whole network.
type Filter struct {
	Scope    core.Scope
	Craft    string // code; empty for all
	Commune  string // INSEE code: who shows that they live there, in it or a part of it
	Near     string // INSEE code: who lives near it, as exactly as they show
	WithinKM int    // 5 to 50, with Near
}

// The bounds of a search by radius, in kilometres. They keep it to some sixty
// tiles.
const nearest, furthest = 5, 50

func (f Filter) check() error {
	var form text.Form
	if f.Craft != "" {
		if _, ok := crafts.Get(f.Craft); !ok {
			form.Refuse("query/craft", "unknown", "There is no such craft.", "Ce métier n'existe pas.")
		}
	}
	for pointer, code := range map[string]string{"query/commune": f.Commune, "query/near": f.Near} {
		if _, ok := communes.Get(code); !ok && code != "" {
			form.Refuse(pointer, "unknown", "There is no commune with this code.", "Aucune commune n'a ce code.")
		}
	}
	if f.Near != "" && (f.WithinKM < nearest || f.WithinKM > furthest) {
		form.Refuse("query/within_km", "range", "It is between 5 and 50.", "La valeur est comprise entre 5 et 50.")
	}
	if f.Near != "" && f.Commune != "" {
		form.Refuse("query/near", "alternative", "Ask for a commune or for what is near one.", "Demandez une commune ou ses environs.")
	}
	return form.Err()
}

// People returns the people with an account, without the suspended ones, with
// their crafts: action person.read. They are sorted by name, as a dictionary
// has it, or created_at; near a commune by distance, the nearest tile of the
// grid first and in it by name. It returns [core.ErrInvalid] with the reasons.
//
// It is two or three queries, and one more to count; each follows an index,
// whose length they do not depend on.
func (d *Directory) People(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Person], error) {
	var list core.List[*ent.Person]
	if !d.gate.Lists(ctx, "person.read", filter.Scope.Path).Always() {
		return list, core.ErrDenied
	}
	if err := filter.check(); err != nil {
		return list, err
	}
	switch {
	case filter.Near != "":
		return d.near(ctx, filter, page)
	case filter.Craft != "":
		return d.withCraft(ctx, filter, page)
	}
	query := d.store.From(ctx).Person.Query().Where(listed)
	if filter.Commune != "" {
		query.Where(foundIn(filter.Commune))
	} else {
		query.Where(predicate.Person(db.In(filter.Scope)))
	}
	order, key := db.Keyset[string](page, person.FieldSortName), byName
	if byAge(page) {
		order, key = db.Keyset[time.Time](page, person.FieldCreatedAt), func(p *ent.Person) core.Key { return db.KeyOf(p.CreatedAt, p.ID) }
	}
	rows, err := query.Clone().Where(order).WithCrafts(inOrder).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, key)
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

func byName(p *ent.Person) core.Key { return db.KeyOf(p.SortName, p.ID) }

func byAge(page core.Page) bool { return strings.TrimPrefix(page.Sort, "-") == "created_at" }

// withCraft lists those who have a craft, by the rows of that craft, which
// repeat what the list is ordered and narrowed by.
func (d *Directory) withCraft(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Person], error) {
	query := d.store.From(ctx).PersonCraft.Query().Where(personcraft.Craft(filter.Craft), ofListed)
	if filter.Commune != "" {
		query.Where(foundIn(filter.Commune))
	} else {
		query.Where(predicate.PersonCraft(db.In(filter.Scope)))
	}
	order, key := db.Keyset[string](page, personcraft.FieldSortName), func(c *ent.PersonCraft) core.Key { return db.KeyOf(c.SortName, c.ID) }
	if byAge(page) {
		order, key = db.Keyset[time.Time](page, personcraft.FieldJoinedAt), func(c *ent.PersonCraft) core.Key { return db.KeyOf(c.JoinedAt, c.ID) }
	}
	rows, err := query.Clone().Where(order).All(ctx)
	if err != nil {
		return core.List[*ent.Person]{}, err
	}
	found := db.ListOf(rows, page, key)
	ids := make([]string, len(found.Items))
	for i, row := range found.Items {
		ids[i] = row.PersonID
	}
	list := core.List[*ent.Person]{Next: found.Next}
	if list.Items, err = d.byID(ctx, ids); err != nil {
		return list, err
	}
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// listed is a predicate for who is in the lists. It is written out because
// SQLite does not find a bare column in an index.
func listed(s *entsql.Selector) {
	s.Where(entsql.ExprP(s.C(person.FieldListed) + " = true"))
}

// foundIn is a predicate for who shows that they live in a commune, which there
// is, or a part of it. The code is the table's own, and written out: by an
// argument PostgreSQL takes a city for a village, and sorts all its people for
// each page.
func foundIn(commune string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		today, _ := communes.Current(commune)
		s.Where(entsql.ExprP(s.C(person.FieldFoundCommune) + " = '" + today.Code + "'"))
	}
}

// ofListed is a predicate for the crafts of who is in the lists. It is asked row
// by row: neither database makes a join of it, whose cost would be everybody's.
func ofListed(s *entsql.Selector) {
	s.Where(entsql.ExprP("(SELECT listed FROM people WHERE id = " + s.C(personcraft.FieldPersonID) + ")"))
}

// byID returns the people with these ids, in this order, with their crafts.
func (d *Directory) byID(ctx context.Context, ids []string) ([]*ent.Person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := d.store.From(ctx).Person.Query().Where(person.IDIn(ids...), listed).WithCrafts(inOrder).All(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*ent.Person, len(rows))
	for _, p := range rows {
		known[p.ID] = p
	}
	var people []*ent.Person
	for _, id := range ids {
		if p := known[id]; p != nil {
			people = append(people, p)
		}
	}
	return people, nil
}

// near lists by distance. Each tile within the radius is one branch of a union,
// which follows an index and stops; the branches stand in the order of their
// distance, and the databases go through them in that order until the page is
// full: neither runs a branch that has a limit beside another.
func (d *Directory) near(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Person], error) {
	var list core.List[*ent.Person]
	tiles := communes.Near(filter.Near, filter.WithinKM)
	table, id, narrowed := person.Table, person.FieldID, "listed = true"
	if filter.Craft != "" {
		table, id = personcraft.Table, personcraft.FieldPersonID
		narrowed = "craft = %s AND (SELECT listed FROM people WHERE id = person_id)"
	}
	q := statement{dialect: d.store.DB().Dialect()}
	from, after, afterID := 0, "", ""
	if page.After != nil {
		rank, name, ok := strings.Cut(page.After.Value, " ")
		n, err := strconv.Atoi(rank)
		if !ok || err != nil || n < 0 {
			return list, fmt.Errorf("directory: a key of distance: %q", page.After.Value)
		}
		from, after, afterID = n, name, page.After.ID
	}
	for rank := from; rank < len(tiles); rank++ {
		if rank > from {
			q.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&q, "SELECT * FROM (SELECT %d AS rank, %s AS person, sort_name, id FROM %s WHERE found_tile = %s AND ", rank, id, table, q.arg(int(tiles[rank])))
		if filter.Craft != "" {
			fmt.Fprintf(&q, narrowed, q.arg(filter.Craft))
		} else {
			q.WriteString(narrowed)
		}
		if rank == from && page.After != nil {
			fmt.Fprintf(&q, " AND (sort_name, id) > (%s, %s)", q.arg(after), q.arg(afterID))
		}
		fmt.Fprintf(&q, " ORDER BY sort_name, id LIMIT %d) AS t%d", page.Limit+1, rank)
	}
	if from < len(tiles) {
		fmt.Fprintf(&q, " LIMIT %d", page.Limit+1)
		if err := d.nearPage(ctx, &q, page, &list); err != nil {
			return list, err
		}
	}
	if page.Count {
		total, err := d.countNear(ctx, filter, tiles)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

func (d *Directory) nearPage(ctx context.Context, q *statement, page core.Page, list *core.List[*ent.Person]) error {
	rows, err := d.store.From(ctx).QueryContext(ctx, q.String(), q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	type found struct {
		rank             int
		person, name, id string
	}
	var all []found
	for rows.Next() {
		var f found
		if err := rows.Scan(&f.rank, &f.person, &f.name, &f.id); err != nil {
			return err
		}
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(all) > page.Limit {
		last := all[page.Limit-1]
		all = all[:page.Limit]
		list.Next = &core.Key{Value: fmt.Sprintf("%d %s", last.rank, last.name), ID: last.id}
	}
	ids := make([]string, len(all))
	for i, f := range all {
		ids[i] = f.person
	}
	list.Items, err = d.byID(ctx, ids)
	return err
}

func (d *Directory) countNear(ctx context.Context, filter Filter, tiles []communes.Tile) (int, error) {
	cells := make([]int, len(tiles))
	for i, tile := range tiles {
		cells[i] = int(tile)
	}
	client := d.store.From(ctx)
	if filter.Craft != "" {
		return client.PersonCraft.Query().
			Where(personcraft.Craft(filter.Craft), personcraft.FoundTileIn(cells...), ofListed).
			Count(ctx)
	}
	return client.Person.Query().Where(person.FoundTileIn(cells...), listed).Count(ctx)
}

// statement is SQL that is being written, and its arguments.
type statement struct {
	strings.Builder
	dialect string
	args    []any
}

// arg adds an argument and returns its placeholder.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	if s.dialect == dialect.Postgres {
		return "$" + strconv.Itoa(len(s.args))
	}
	return "?"
}
