package bleve

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"strings"

	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// match is a document that fits.
type match struct {
	of    index.IndexInternalID
	score float64
	// Each is empty until it is needed.
	first string // the beginning of its name, or all of it: see firstOf
	name  string
	id    string // the library's
}

// best is a heap of what fits best of all that was looked at, the worst of it on
// top. It is filled by hand because the library's own collector reads the name
// of every document that fits, to order those that fit as well as each other: of
// a hundred thousand under one letter. Here a name is read where it decides.
type best struct {
	reading
	all []*match
	err error // of a name that could not be read
}

// before reports whether a is shown before b.
func (b *best) before(m, o *match) bool {
	if m.score != o.score {
		return m.score > o.score
	}
	if b.err = errors.Join(b.err, b.begun(m, o)); m.first != o.first {
		return m.first < o.first
	}
	if !strings.HasSuffix(m.first, ends) { // else all of it is the same
		if b.err = errors.Join(b.err, b.named(m, o)); m.name != o.name {
			return m.name < o.name
		}
	}
	b.err = errors.Join(b.err, b.identified(m, o))
	return m.id < o.id
}

func (b *best) Len() int           { return len(b.all) }
func (b *best) Less(i, j int) bool { return b.before(b.all[j], b.all[i]) }
func (b *best) Swap(i, j int)      { b.all[i], b.all[j] = b.all[j], b.all[i] }
func (b *best) Push(m any)         { b.all = append(b.all, m.(*match)) }
func (b *best) Pop() any {
	last := b.all[len(b.all)-1]
	b.all = b.all[:len(b.all)-1]
	return last
}

// sorted empties the heap and returns what was in it, the best first, with
// their ids.
func (b *best) sorted() ([]*match, error) {
	all := make([]*match, len(b.all))
	for n := len(all) - 1; n >= 0; n-- {
		all[n] = heap.Pop(b).(*match)
	}
	return all, errors.Join(b.err, b.identified(all...))
}

// reading is a look at one state of the index.
type reading struct {
	*generation
	index.IndexReader
	names, firsts index.DocValueReader
}

// read begins a reading, which done ends.
func (g *generation) read() (r reading, done func(), err error) {
	inner, err := g.index.Advanced()
	if err != nil {
		return r, nil, err
	}
	r = reading{generation: g}
	if r.IndexReader, err = inner.Reader(); err != nil {
		return r, nil, err
	}
	done = func() { _ = r.Close() } // it lets go of memory, and of nothing that was written
	if r.names, err = r.DocValueReader([]string{"sort"}); err == nil {
		r.firsts, err = r.DocValueReader([]string{"first"})
	}
	if err != nil {
		done()
		return r, nil, err
	}
	return r, done, nil
}

// best returns the n best of those that fit the query and are not known
// already, and how many fit in all.
func (r reading) best(ctx context.Context, q query.Query, n int, known []*match) (found []*match, total int, err error) {
	have := make(map[string]bool, len(known))
	for _, m := range known {
		have[string(m.of)] = true
	}
	top := best{reading: r}
	var looked match // one for all that does not come in
	total, err = r.each(ctx, q, blevesearch.SearcherOptions{}, func(d *blevesearch.DocumentMatch) error {
		if n == 0 || len(top.all) == n && d.Score < top.all[0].score || len(have) > 0 && have[string(d.IndexInternalID)] {
			return nil
		}
		looked = match{of: d.IndexInternalID, score: d.Score}
		if len(top.all) == n && !top.before(&looked, top.all[0]) {
			return top.err
		}
		m := looked
		m.of = bytes.Clone(m.of) // the library's own is soon another's
		if len(top.all) < n {
			heap.Push(&top, &m)
		} else {
			top.all[0] = &m
			heap.Fix(&top, 0)
		}
		return top.err
	})
	if err != nil {
		return nil, 0, err
	}
	found, err = top.sorted()
	return found, total, err
}

// count returns how many documents fit the query. It does not weigh how well
// they do, which takes most of the time of [reading.best].
func (r reading) count(ctx context.Context, q query.Query) (int, error) {
	return r.each(ctx, q, blevesearch.SearcherOptions{Score: "none"}, func(*blevesearch.DocumentMatch) error { return nil })
}

// looks is how many documents are looked at before it is asked whether somebody
// still waits for the answer.
const looks = 1024

// each calls do with every document that fits the query, which is do's until it
// returns, and returns how many there were.
func (r reading) each(ctx context.Context, q query.Query, o blevesearch.SearcherOptions, do func(*blevesearch.DocumentMatch) error) (n int, err error) {
	// The reader itself: the library asks it what else it can do.
	s, err := q.Searcher(ctx, r.IndexReader, r.generation.index.Mapping(), o)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }() // as above
	in := &blevesearch.SearchContext{
		DocumentMatchPool: blevesearch.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0), IndexReader: r.IndexReader,
	}
	for ; ; n++ {
		if n%looks == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
		d, err := s.Next(in)
		if err != nil || d == nil {
			return n, err
		}
		if err := do(d); err != nil {
			return n, err
		}
		in.DocumentMatchPool.Put(d)
	}
}

// begun reads the beginnings of the names of those that have none yet.
func (r reading) begun(all ...*match) error {
	for _, m := range all {
		if m.first != "" {
			continue
		}
		first, err := valueOf(r.firsts, m.of)
		if err != nil {
			return err
		}
		m.first = string(first)
	}
	return nil
}

// named reads the names of those that have none yet.
func (r reading) named(all ...*match) error {
	for _, m := range all {
		if m.name != "" {
			continue
		}
		name, err := valueOf(r.names, m.of)
		if err != nil {
			return err
		}
		m.name = string(name)
	}
	return nil
}

// identified reads the ids of those that have none yet.
func (r reading) identified(all ...*match) (err error) {
	for _, m := range all {
		if m.id != "" {
			continue
		}
		if m.id, err = r.ExternalID(m.of); err != nil {
			return err
		}
	}
	return nil
}

// valueOf returns the one value that a document has; it is the reader's until
// the next one is read.
func valueOf(values index.DocValueReader, of index.IndexInternalID) (value []byte, err error) {
	err = values.VisitDocValues(of, func(_ string, term []byte) { value = term })
	return value, err
}
