// Package filmstest fills a database with films, for benchmarks.
package filmstest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
)

// stages are how the films of Fill are spread: one in five is being made, one
// in ten is finished or withdrawn, the others are released.
var stages = []string{"released", "idea", "released", "released", "shooting", "released", "released", "finished", "released", "released"}

// Fill makes n films by the maker at the places in turn, each a second older
// than the next, and returns the id of the newest. It writes rows of films and
// nothing else: no events, no memberships. On SQLite the indexes are made anew
// at the end, which takes a tenth of the time of keeping them.
func Fill(t testing.TB, d *db.DB, maker string, places []core.Place, n int) (newest string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context) error {
		return withoutIndexes(ctx, d, n, func() (err error) {
			newest, err = fill(ctx, d, maker, places, n)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return newest
}

const columns = `id, created_at, updated_at, version, network_id, region_id, space_id, title, slug, form, stage, released_at, owner_id`

// perStatement is how many rows go into one statement: arguments are limited.
const perStatement = 400

func fill(ctx context.Context, d *db.DB, maker string, places []core.Place, n int) (newest string, err error) {
	row := "(" + strings.Repeat("?,", strings.Count(columns, ",")) + "?)"
	newestAt := d.Now()
	for made := 0; made < n; {
		rows := min(perStatement, n-made)
		args := make([]any, 0, rows*(strings.Count(columns, ",")+1))
		for range rows {
			place := places[made%len(places)]
			at := newestAt.Add(-time.Duration(n-made) * time.Second)
			newest = db.NewID()
			title := fmt.Sprintf("%s de %s %d", first[made%len(first)], second[made/3%len(second)], made)
			stage := stages[made%len(stages)]
			var released any
			if stage == "released" {
				released = at
			}
			args = append(args, newest, at, at, 1, place.Network, place.Region, place.Space, title, text.Slug(title), "fiction", stage, released, maker)
			made++
		}
		values := strings.Repeat(row+",", rows)
		if _, err := d.Exec(ctx, "INSERT INTO films ("+columns+") VALUES "+values[:len(values)-1], args...); err != nil {
			return "", err
		}
	}
	return newest, nil
}

// withoutIndexes runs fn without the indexes of films, where that pays.
func withoutIndexes(ctx context.Context, d *db.DB, n int, fn func() error) error {
	if d.Dialect() != db.SQLite || n < 10_000 {
		return fn()
	}
	var names, definitions string
	err := d.QueryRow(ctx, `SELECT group_concat(name), group_concat(sql, ';') FROM sqlite_master WHERE type = 'index' AND tbl_name = 'films' AND sql IS NOT NULL`,
		nil, &names, &definitions)
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(names, ",") {
		if _, err := d.Exec(ctx, "DROP INDEX "+name); err != nil {
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
	first  = []string{"Le Bruit", "Marée", "L'Été", "La Nuit", "Le Vent", "Une Histoire", "Les Heures", "Ceux"}
	second = []string{"Brest", "l'Aven", "Toulouse", "la Rade", "Paimpol", "Sète", "Morlaix", "Lorient", "Cahors"}
)
