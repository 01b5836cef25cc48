package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/directory/directorytest"
	"github.com/labfilms/labfilms/ent"
)

// The sizes of a region, a country, and more than there will be.
var sizes = []int{1_000, 100_000, 1_000_000}

// BenchmarkListPeople reads the first page of twenty of every list there is, by
// every sort, at each size. The page is full at each, since of the smallest one
// in twenty lives in the city of the filters, as of the largest; and the sizes
// come one right after the other, so that what else the machine does weighs on
// all alike.
func BenchmarkListPeople(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		b.Run(dialect, func(b *testing.B) {
			worlds := map[int]world{}
			for _, size := range sizes {
				if testing.Short() && size > sizes[0] {
					b.Logf("%d people take minutes to make: not with -short", size)
					continue
				}
				start := time.Now()
				worlds[size] = filled(b, dialect, size)
				b.Logf("%d people made in %v", size, time.Since(start).Round(time.Millisecond))
			}
			for name, lists := range worlds[sizes[0]].filters() {
				for _, sort := range lists.sorts {
					for _, size := range slices.Sorted(maps.Keys(worlds)) {
						w := worlds[size]
						filter := w.filters()[name].Filter
						b.Run(fmt.Sprintf("%s by %s/%d", name, sort, size), func(b *testing.B) {
							for b.Loop() {
								list, err := w.People(coretest.Visitor(), filter, core.Page{Sort: sort, Limit: 20})
								if err != nil || len(list.Items) != 20 || list.Next == nil {
									b.Fatal(len(list.Items), err)
								}
							}
						})
					}
				}
			}
		})
	}
}

// filled returns a world with so many people.
func filled(b *testing.B, dialect string, size int) world {
	b.Helper()
	w := coretest.Open(b, dialect)
	w.Settle(b)
	var homes []core.Place
	for _, s := range []*ent.Space{w.Bretagne, w.Occitanie, w.Rade, w.Network} {
		homes = append(homes, place(s))
	}
	directorytest.Fill(b, w.DB, homes, size)
	return world{w, directory.New(w.DB, w.Gate, w.Events, w.Audit, w.Notify)}
}
