package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
)

type note struct {
	ID   string
	Text string
	Rank int
	At   time.Time
}

// list runs a query as ent would.
func list(ctx context.Context, d *db.DB, predicates ...func(*entsql.Selector)) ([]note, error) {
	drv := d.Driver(ctx)
	s := entsql.Dialect(drv.Dialect()).Select("id", "text", "rank", "at").From(entsql.Table("notes"))
	for _, predicate := range predicates {
		predicate(s)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	query, args := s.Query()
	var rows entsql.Rows
	if err := drv.Query(ctx, query, args, &rows); err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []note
	for rows.Next() {
		var n note
		if err := rows.Scan(&n.ID, &n.Text, &n.Rank, &n.At); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

func insert(t *testing.T, d *db.DB, notes ...note) {
	t.Helper()
	ctx := context.Background()
	err := d.Write(ctx, func(ctx context.Context) error {
		for _, n := range notes {
			_, err := d.Exec(ctx, `INSERT INTO notes (id, text, rank, at) VALUES (?, ?, ?, ?)`, n.ID, n.Text, n.Rank, n.At)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// walk reads a list to its end and returns the ids in order.
func walk[T db.Sortable](t *testing.T, d *db.DB, p core.Page, column string, value func(note) T) []string {
	t.Helper()
	var ids []string
	for {
		rows, err := list(context.Background(), d, db.Keyset[T](p, column))
		if err != nil {
			t.Fatal(err)
		}
		page := db.ListOf(rows, p, func(n note) core.Key { return db.KeyOf(value(n), n.ID) })
		if len(page.Items) > p.Limit || page.Next != nil && len(page.Items) != p.Limit {
			t.Fatalf("a page of %d, limit %d", len(page.Items), p.Limit)
		}
		for _, n := range page.Items {
			ids = append(ids, n.ID)
		}
		if page.Next == nil {
			return ids
		}
		if len(ids) > 1000 {
			t.Fatal("the list has no end")
		}
		p.After = page.Next
	}
}

// Whatever the order, the direction and the size of the pages: every row comes
// once, in order, with many at the same value.
func TestKeyset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		var notes []note
		start := time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC)
		for i := range 60 {
			notes = append(notes, note{
				ID:   fmt.Sprintf("%02d", (i*37)%60),
				Text: fmt.Sprintf("text %d", i%4),
				Rank: i%7 - 3,
				At:   start.Add(time.Duration(i%9) * 100 * time.Microsecond),
			})
		}
		insert(t, d, notes...)
		for _, limit := range []int{1, 7, 59, 60, 61} {
			for _, sort := range []string{"x", "-x"} {
				p := core.Page{Sort: sort, Limit: limit}
				for column, got := range map[string][]string{
					"text": walk(t, d, p, "text", func(n note) string { return n.Text }),
					"rank": walk(t, d, p, "rank", func(n note) int { return n.Rank }),
					"at":   walk(t, d, p, "at", func(n note) time.Time { return n.At }),
					"id":   walk(t, d, p, "id", func(n note) string { return n.ID }),
				} {
					want := slices.SortedFunc(slices.Values(notes), func(a, b note) int {
						c := map[string]int{
							"text": strings.Compare(a.Text, b.Text), "rank": a.Rank - b.Rank, "at": a.At.Compare(b.At),
						}[column]
						if c == 0 {
							c = strings.Compare(a.ID, b.ID)
						}
						if sort == "-x" {
							return -c
						}
						return c
					})
					if len(got) != len(want) {
						t.Fatalf("%s%s by %d: %d rows, want %d", sort, column, limit, len(got), len(want))
					}
					for i := range want {
						if got[i] != want[i].ID {
							t.Fatalf("%s%s by %d: %v at %d, want %v", sort, column, limit, got[i], i, want[i].ID)
						}
					}
				}
			}
		}
	}, notes)
}

func TestKeysetRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, notes)
	p := core.Page{Limit: 3, After: &core.Key{Value: "tomorrow", ID: "x"}}
	for name, predicate := range map[string]func(*entsql.Selector){
		"time":   db.Keyset[time.Time](p, "at"),
		"number": db.Keyset[int](p, "rank"),
	} {
		if _, err := list(context.Background(), d, predicate); err == nil || !strings.Contains(err.Error(), "a key of") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIn(t *testing.T) {
	network := core.Place{Network: "n", Space: "n"}
	region := core.Place{Network: "n", Region: "r", Space: "r"}
	institution := core.Place{Network: "n", Region: "r", Space: "i"}
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		ctx, d := context.Background(), open(t)
		for id, place := range map[string]core.Place{
			"of the network": network, "of the region": region, "of the institution": institution,
			"elsewhere": {Network: "n", Region: "other", Space: "other"}, "abroad": {Network: "m", Space: "m"},
		} {
			_, err := d.Exec(ctx, `INSERT INTO notes (id, network_id, region_id, space_id, at) VALUES (?, ?, ?, ?, ?)`,
				id, place.Network, place.Region, place.Space, time.Now())
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, test := range map[string]struct {
			scope core.Scope
			want  string
		}{
			"nothing":                       {core.Scope{}, ""},
			"nothing and below":             {core.Scope{Subtree: true}, ""},
			"the network":                   {core.Scope{Place: network}, "of the network"},
			"the network and below":         {core.Scope{Place: network, Subtree: true}, "elsewhere of the institution of the network of the region"},
			"the network but two":           {core.Scope{Place: network, Subtree: true, Off: []string{"other", "i"}}, "of the network of the region"},
			"the region":                    {core.Scope{Place: region}, "of the region"},
			"the region and below":          {core.Scope{Place: region, Subtree: true}, "of the institution of the region"},
			"the region, off itself":        {core.Scope{Place: region, Subtree: true, Off: []string{"r"}}, "of the institution"},
			"the institution and below":     {core.Scope{Place: institution, Subtree: true}, "of the institution"},
			"the institution, which is off": {core.Scope{Place: institution, Off: []string{"i"}}, ""},
			"a region of which nothing is":  {core.Scope{Place: core.Place{Network: "n", Region: "q", Space: "q"}, Subtree: true}, ""},
			"an institution of the network": {core.Scope{Place: core.Place{Network: "n", Space: "r"}, Subtree: true}, "of the region"},
		} {
			rows, err := list(ctx, d, db.In(test.scope))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, row := range rows {
				ids = append(ids, row.ID)
			}
			slices.Sort(ids)
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
	}, notes)
}

// The page of a space is read from the index of its level: no sort, no scan.
func TestKeysetIndex(t *testing.T) {
	t.Parallel()
	ctx, d := context.Background(), dbtest.Open(t, db.SQLite, notes)
	if _, err := d.Exec(ctx, `CREATE INDEX notes_region ON notes (region_id, at, id)`); err != nil {
		t.Fatal(err)
	}
	p := core.Page{Sort: "-at", Limit: 20, After: &core.Key{Value: "2026-01-01T00:00:00Z", ID: "x"}}
	s := entsql.Dialect("sqlite3").Select("*").From(entsql.Table("notes"))
	db.In(core.Scope{Place: core.Place{Network: "n", Region: "r", Space: "r"}, Subtree: true})(s)
	db.Keyset[time.Time](p, "at")(s)
	query, args := s.Query()
	var plan string
	if err := d.QueryRow(ctx, `EXPLAIN QUERY PLAN `+query, args, new(int), new(int), new(int), &plan); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan, "notes_region (region_id=? AND (at,id)<(?,?))") {
		t.Errorf("the plan is %q", plan)
	}
}
