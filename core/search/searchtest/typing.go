package searchtest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/search"
)

// Typing measures search as people type, eight at a time, among so many people
// and as many films; with -short, among a thousand of each.
func Typing(b *testing.B, index search.Index, each int) {
	if testing.Short() {
		each = 1000
	}
	began := time.Now()
	Fill(b, index, each, each)
	rate := float64(2*each) / time.Since(began).Seconds()
	typed := Typed()
	var took []time.Duration
	for b.Loop() {
		took = append(took, ask(b, index, typed)...)
	}
	slices.Sort(took)
	for name, part := range map[string]int{"p50-ms": 50, "p95-ms": 95} {
		b.ReportMetric(float64(took[len(took)*part/100].Microseconds())/1000, name)
	}
	b.ReportMetric(rate, "docs/s")
}

// ask asks all the questions and returns how long each took.
func ask(b *testing.B, index search.Index, typed []string) []time.Duration {
	took := make([]time.Duration, len(typed))
	var next atomic.Int64
	var crowd sync.WaitGroup
	for range 8 {
		crowd.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(typed) {
					return
				}
				began := time.Now()
				// As the finder asks, of an index that is.
				if _, err := index.Whole(b.Context()); err != nil {
					b.Error(err)
				}
				if _, err := index.Find(b.Context(), search.Query{Words: typed[n], Limit: 10}); err != nil {
					b.Error(err)
				}
				took[n] = time.Since(began)
			}
		})
	}
	crowd.Wait()
	return took
}
