// Package directorytest fills a database with people, for benchmarks.
package directorytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
)

// City is the commune where one in twenty of Fill's people live, and Craft is
// what every other of those does.
const City, Craft = "29019", "SON-PER"

// Fill makes n people at the places in turn, each a second older than the next,
// with two crafts. One in twenty lives in City, the others all over France; one
// in ten hides where, and one in a thousand is suspended. It writes rows of
// people and their crafts and nothing else. The indexes are made anew at the end,
// which takes a tenth of the time of keeping them.
func Fill(t testing.TB, d *db.DB, places []core.Place, n int) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context) error {
		return withoutIndexes(ctx, d, n, func() error { return fill(ctx, d, places, n) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.Dialect() == db.Postgres {
		for _, table := range []string{"people", "person_crafts"} { // as its autovacuum does in time
			if err := d.Write(t.Context(), func(ctx context.Context) error {
				_, err := d.Exec(ctx, "ANALYZE "+table)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// perStatement is how many rows go into one statement: arguments are limited.
const perStatement = 400

const (
	personColumns = `id, created_at, updated_at, version, network_id, region_id, space_id, name, sort_name, claim, suspended, listed, commune, found_commune, found_tile, visibility`
	craftColumns  = `id, network_id, region_id, space_id, person_id, craft, position, sort_name, joined_at, found_commune, found_tile`
)

func fill(ctx context.Context, d *db.DB, places []core.Place, n int) error {
	everywhere, trades, newest := communes.All(""), crafts.All(), d.Now()
	city, _ := communes.Get(City)
	for made := 0; made < n; {
		rows := min(perStatement, n-made)
		people := make([]any, 0, rows*16)
		does := make([]any, 0, 2*rows*11)
		for range rows {
			place, at, id := places[made%len(places)], newest.Add(-time.Duration(n-made)*time.Second), db.NewID()
			name := fmt.Sprintf("%s %s %d", first[made*7%len(first)], last[made*11%len(last)], made*7919%n)
			// Both strides are prime, so that who lives where does what is all over.
			lives, does1, does2 := everywhere[made*7919%len(everywhere)], trades[made*31%len(trades)].Code, trades[(made*31+17)%len(trades)].Code
			if made%20 == 0 {
				lives = city
				if made%40 == 0 && does2 != Craft {
					does1 = Craft
				}
			}
			commune, tile, visibility := lives.Code, int(lives.Tile()), "{}"
			if made%10 == 9 {
				commune, tile, visibility = "", int(lives.WideTile()), `{"place":"nobody"}`
			}
			suspended := made%1000 == 999
			people = append(people, id, at, at, 1, place.Network, place.Region, place.Space, name, text.Slug(name), "claimed", suspended, !suspended, lives.Code, commune, tile, visibility)
			for position, craft := range []string{does1, does2} {
				does = append(does, db.NewID(), place.Network, place.Region, place.Space, id, craft, position, text.Slug(name), at, commune, tile)
			}
			made++
		}
		if err := insert(ctx, d, "people", personColumns, people); err != nil {
			return err
		}
		if err := insert(ctx, d, "person_crafts", craftColumns, does); err != nil {
			return err
		}
	}
	return nil
}

func insert(ctx context.Context, d *db.DB, table, columns string, args []any) error {
	width := strings.Count(columns, ",") + 1
	row := "(" + strings.Repeat("?,", width-1) + "?),"
	values := strings.Repeat(row, len(args)/width)
	_, err := d.Exec(ctx, "INSERT INTO "+table+" ("+columns+") VALUES "+values[:len(values)-1], args...)
	return err
}

// indexes asks for the names of the indexes, and for the statements that make
// them.
var indexes = map[string]string{
	db.SQLite: `SELECT group_concat(name), group_concat(sql, ';') FROM sqlite_master
		WHERE type = 'index' AND tbl_name IN ('people', 'person_crafts') AND sql IS NOT NULL`,
	db.Postgres: `SELECT string_agg(indexname, ','), string_agg(indexdef, ';') FROM pg_indexes
		WHERE schemaname = current_schema() AND tablename IN ('people', 'person_crafts') AND indexname NOT LIKE '%_pkey'`,
}

// withoutIndexes runs fn without the indexes of what it fills, where that pays.
func withoutIndexes(ctx context.Context, d *db.DB, n int, fn func() error) error {
	if n < 10_000 {
		return fn()
	}
	var names, definitions string
	if err := d.QueryRow(ctx, indexes[d.Dialect()], nil, &names, &definitions); err != nil {
		return err
	}
	for name := range strings.SplitSeq(names, ",") {
		if _, err := d.Exec(ctx, `DROP INDEX "`+name+`"`); err != nil {
			return err
		}
	}
	if err := fn(); err != nil {
		return err
	}
	for definition := range strings.SplitSeq(definitions, ";") {
		if _, err := d.Exec(ctx, definition); err != nil {
			return err
		}
	}
	return nil
}

var (
	first = []string{"Inès", "Karim", "Zoé", "Yann", "Maëlle", "Paul", "Léa", "Émile", "Awa", "Gwenaël", "Chloé", "Noé", "Fatou"}
	last  = []string{"Le Gall", "Martin", "Diallo", "Morvan", "Nguyen", "Robert", "Kerjean", "Petit", "Haddad", "Roux", "Bernard"}
)
