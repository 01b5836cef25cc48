package searchtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

const (
	loaded   = 2000 // documents under load
	groups   = 40   // words that they are found by, each by one
	absent   = -1   // the group of a document that is not there
	pageSize = 500
)

// pause is how often everybody asks. As fast as they can, they would leave the
// index no time to change.
const pause = 50 * time.Millisecond

// wordOf returns the word of a group: of four letters, so that none is another
// with a letter amiss, or its beginning.
func wordOf(group int) string {
	return string([]byte{"bdfgkmprtz"[group%10], "aeiou"[group/10], "kvzw"[group/10], "aeiou"[group%5]})
}

// load tests that who asks while documents are put, changed and dropped, and
// while the index is rebuilt again and again, is answered right: with all that
// was there throughout, with nothing that was gone before, and with nothing
// twice.
func load(t *testing.T, index search.Index) {
	w := newWorld()
	finder := search.New(search.Options{
		Index: index, Sources: map[string]search.Source{"film": {Documents: w.documents}}, Log: slog.New(slog.DiscardHandler),
		Ahead:  w.behind,
		Hidden: func(context.Context) ([]string, error) { return nil, nil },
		Check:  func(context.Context, string) error { return nil },
		Ask:    func(context.Context, string) error { return errors.New("nobody asks") },
	})
	if err := finder.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	var changes, questions atomic.Int64
	const writers, askers = 2, 8
	for n := range writers {
		crowd.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 53))
			for ctx.Err() == nil {
				if err := w.change(t.Context(), finder, r.IntN(loaded/writers)*writers+n, r); err != nil {
					t.Error(err)
					return
				}
				changes.Add(1)
			}
		})
	}
	for n := range askers {
		crowd.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 76))
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for ; ctx.Err() == nil; <-tick.C {
				if err := w.ask(t.Context(), finder, r.IntN(groups), r.IntN(2) == 0); err != nil {
					t.Error(err)
					return
				}
				questions.Add(1)
			}
		})
	}
	compare := func(when string) (documents int) {
		documents, err := finder.Compare(t.Context(), func(d search.Difference) error {
			t.Errorf("%s: document %d is %s", when, numberOf(d.ID), d.State)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return documents
	}
	for range 3 {
		if err := finder.Rebuild(t.Context()); err != nil {
			t.Error(err)
		}
		compare("rebuilt, under load")
	}
	stop()
	crowd.Wait()
	t.Logf("%d changes and %d questions while the index was rebuilt 3 times", changes.Load(), questions.Load())
	if n := compare("afterwards"); n != len(w.there()) {
		t.Errorf("compared %d documents of %d", n, len(w.there()))
	}
}

// world is where the documents under load come from. It remembers what was when.
type world struct {
	mu    sync.Mutex
	clock int
	past  [loaded][]moment // of each document, what it became
	ahead map[string]bool
}

// moment is a change of a document, by the clock of its world.
type moment struct {
	group, version int
	stored, taken  int // when it was; when the index knew, 0 before
}

func newWorld() *world {
	w := &world{ahead: map[string]bool{}, clock: 1}
	for n := range w.past {
		w.past[n] = []moment{{group: n % groups, taken: 1}}
	}
	return w
}

func (w *world) document(n int) (search.Document, bool) {
	now := w.past[n][len(w.past[n])-1]
	if now.group == absent {
		return search.Document{}, false
	}
	d := film(5000+n, "Bobine "+wordOf(now.group), brest, "released", 2000, float64(1+now.version), "", 1)
	d.Facets["group"] = []string{wordOf(now.group)}
	return d, true
}

// documents is the source of them.
func (w *world) documents(_ context.Context, ids []string, cursor string) (docs []search.Document, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first, end := 0, 0
	if ids == nil {
		if cursor != "" {
			first = numberOf(cursor) + 1
		}
		end = min(first+pageSize, loaded)
		if end < loaded {
			next = id(5000 + end - 1)
		}
	}
	for n := first; n < end; n++ {
		ids = append(ids, id(5000+n))
	}
	for _, id := range ids {
		if d, ok := w.document(numberOf(id)); ok {
			docs = append(docs, d)
		}
	}
	return docs, next, nil
}

// numberOf returns the number of the document under load with this id.
func numberOf(id string) int {
	n, err := strconv.Atoi(strings.TrimLeft(id[len(id)-12:], "0"))
	if err != nil {
		panic(err) // it is ours
	}
	return n - 5000
}

func (w *world) there() (all []int) {
	for n := range w.past {
		if _, ok := w.document(n); ok {
			all = append(all, n)
		}
	}
	return all
}

// behind returns the ids of the documents that the index has not been told of.
func (w *world) behind(context.Context) (ids []string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.ahead {
		ids = append(ids, id)
	}
	return ids, nil
}

// change changes a document and tells the index. Nobody else changes it.
func (w *world) change(ctx context.Context, finder *search.Finder, n int, r *rand.Rand) error {
	w.mu.Lock()
	now := w.past[n][len(w.past[n])-1]
	switch next := r.IntN(3); {
	case now.group == absent || next == 0:
		now.group = r.IntN(groups)
	case next == 1:
		now.group = absent
	}
	w.clock++
	w.past[n] = append(w.past[n], moment{group: now.group, version: now.version + 1, stored: w.clock})
	w.ahead[id(5000+n)] = true
	w.mu.Unlock()
	err := finder.Take(ctx, core.Event{Type: "film.changed.v1", Subject: id(5000 + n)})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock++
	w.past[n][len(w.past[n])-1].taken = w.clock
	delete(w.ahead, id(5000+n))
	return err
}

// ask asks for all of a group, by its word or by the facet, and returns what is
// wrong with the answer.
func (w *world) ask(ctx context.Context, finder *search.Finder, group int, byWord bool) error {
	q := search.Query{Limit: 100, Count: []string{"kind"}}
	if byWord {
		q.Words = wordOf(group)
	} else {
		q.Facets = map[string][]string{"group": {wordOf(group)}}
	}
	w.mu.Lock()
	w.clock++
	began := w.clock
	w.mu.Unlock()
	found, err := finder.Find(ctx, q)
	if err != nil {
		return err
	}
	times := map[int]int{}
	for _, r := range found.Results {
		times[numberOf(r.ID)]++
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	certain, possible := 0, 0
	for n := range w.past {
		must, may := w.during(n, began, group)
		if must {
			certain++
		}
		if may {
			possible++
		}
		switch got := times[n]; {
		case got > 1:
			return fmt.Errorf("%s: document %d is found %d times", wordOf(group), n, got)
		case got == 0 && must:
			return fmt.Errorf("%s: document %d was there and is not found: %+v, asked at %d, answered at %d", wordOf(group), n, w.past[n], began, w.clock)
		case got == 1 && !may:
			return fmt.Errorf("%s: document %d was not there and is found: %+v, asked at %d, answered at %d", wordOf(group), n, w.past[n], began, w.clock)
		}
	}
	if found.Total < certain || found.Total > possible || found.Facets["kind"]["film"] != found.Total {
		return fmt.Errorf("%s: a total of %d and a count of %d, of %d to %d documents", wordOf(group), found.Total, found.Facets["kind"]["film"], certain, possible)
	}
	return nil
}

// during reports whether a document was in the group all the time since then,
// and whether it ever was. Until the index has been told of a change, it leaves
// the document out.
func (w *world) during(n, since, group int) (always, ever bool) {
	always = true
	for _, m := range slices.Backward(w.past[n]) {
		always = always && m.group == group && m.taken != 0 && m.taken < since
		ever = ever || m.group == group
		if m.stored < since {
			break
		}
	}
	return always, ever
}
