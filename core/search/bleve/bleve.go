// Package bleve is search inside of this process: an index in a folder, kept by
// the library of that name. One process at a time has it.
package bleve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/labfilms/labfilms/core/search"
)

// Index is the index in a folder. In it each generation has a folder of its own,
// which is a number, and the file "current" names the one that answers.
type Index struct {
	dir string

	mu      sync.RWMutex // held for reading by whoever uses a generation
	current *generation
	whole   bool
	next    *generation // what is being built; nil most of the time
	closed  bool

	// turns holds one for each processor. A question waits for its turn: all at
	// once, each would take as long as all of them together.
	turns chan struct{}
}

var _ search.Index = (*Index)(nil)

// generation is one index of the library.
type generation struct {
	number          int
	index           bleve.Index
	analyzer, prose analysis.Analyzer
}

// currentFile names the generation that answers.
const currentFile = "current"

// Open opens the index in the folder, which it makes where there is none. What
// was not built to its end, cannot be read any more, or was made with another
// mapping, is removed: the index is then empty, and not whole. It returns an
// error where the folder cannot be used, or another process has it.
func Open(dir string) (*Index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	i := &Index{dir: dir, turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if written, err := os.ReadFile(filepath.Join(dir, currentFile)); err == nil {
		number, err := strconv.Atoi(strings.TrimSpace(string(written)))
		if err == nil {
			i.current, err = i.reopen(number)
		}
		if errors.Is(err, errTaken) {
			return nil, err
		}
		i.whole = err == nil
	}
	if i.current == nil {
		var err error
		if i.current, err = i.create(i.highest() + 1); err != nil {
			return nil, err
		}
	}
	return i, i.sweep()
}

// errTaken says that another process has the index.
var errTaken = errors.New("another process has this search index")

func (i *Index) path(number int) string { return filepath.Join(i.dir, strconv.Itoa(number)) }

// lockWithin is how long we wait for another process to let go of an index.
const lockWithin = "2s"

func (i *Index) reopen(number int) (*generation, error) {
	index, err := bleve.OpenUsing(i.path(number), map[string]any{"bolt_timeout": lockWithin})
	if err != nil {
		if strings.Contains(err.Error(), "timeout") {
			return nil, errors.Join(errTaken, err)
		}
		return nil, err
	}
	g := newGeneration(number, index)
	if err := g.verify(); err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return g, nil
}

// kept returns how an index is kept: in few pieces, each of which every question
// has to be asked of, for more work when documents are put. The library writes
// into what it is given.
func kept() map[string]any {
	return map[string]any{"scorchMergePlanOptions": map[string]any{
		"MaxSegmentsPerTier": 4, "SegmentsPerMergeTask": 10, "MaxSegmentSize": 5_000_000, "TierGrowth": 10.0,
		"FloorSegmentSize": 2_000, "ReclaimDeletesWeight": 2.0,
	}}
}

func (i *Index) create(number int) (*generation, error) {
	m, err := newMapping()
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(i.path(number)); err != nil {
		return nil, err
	}
	index, err := bleve.NewUsing(i.path(number), m, scorch.Name, scorch.Name, kept())
	if err != nil {
		return nil, err
	}
	g := newGeneration(number, index)
	if err := g.sign(); err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return g, nil
}

func newGeneration(number int, index bleve.Index) *generation {
	return &generation{
		number: number, index: index,
		analyzer: index.Mapping().AnalyzerNamed(words), prose: index.Mapping().AnalyzerNamed(prose),
	}
}

// highest returns the highest number of a generation that is there.
func (i *Index) highest() int {
	high := 0
	entries, _ := os.ReadDir(i.dir) // a folder that cannot be read fails when it is written
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			high = max(high, n)
		}
	}
	return high
}

// sweep removes the generations that nobody uses.
func (i *Index) sweep() error {
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n == i.current.number || i.next != nil && n == i.next.number {
			continue
		}
		if err := os.RemoveAll(i.path(n)); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the files. A rebuild that is under way ends with it. A second
// time it does nothing.
func (i *Index) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return nil
	}
	i.closed = true
	err := i.current.index.Close()
	if i.next != nil {
		err = errors.Join(err, i.next.index.Close())
		i.next = nil
	}
	return err
}

func id(k search.Key) string { return k.Kind + "-" + k.ID }

// Put keeps the documents.
func (i *Index) Put(_ context.Context, docs ...search.Document) error {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return failed(errors.Join(i.current.put(docs), i.next.put(docs)))
}

func (g *generation) put(docs []search.Document) error {
	if g == nil || len(docs) == 0 {
		return nil
	}
	batch := g.index.NewBatch()
	for _, d := range docs {
		if err := batch.Index(id(d.Key), fieldsOf(d)); err != nil {
			return err
		}
	}
	return g.index.Batch(batch)
}

// Drop forgets the documents.
func (i *Index) Drop(_ context.Context, keys ...search.Key) error {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return failed(errors.Join(i.current.drop(keys), i.next.drop(keys)))
}

func (g *generation) drop(keys []search.Key) error {
	if g == nil || len(keys) == 0 {
		return nil
	}
	batch := g.index.NewBatch()
	for _, k := range keys {
		batch.Delete(id(k))
	}
	return g.index.Batch(batch)
}

// Find answers a query.
func (i *Index) Find(ctx context.Context, q search.Query) (search.Found, error) {
	select {
	case i.turns <- struct{}{}:
		defer func() { <-i.turns }()
	case <-ctx.Done():
		return search.Found{}, failed(ctx.Err())
	}
	i.mu.RLock()
	defer i.mu.RUnlock()
	found, err := i.current.find(ctx, q)
	return found, failed(err)
}

// Whole reports whether the index was built to its end.
func (i *Index) Whole(context.Context) (bool, error) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.whole, nil
}

// errRebuilding says that a rebuild is under way already.
var errRebuilding = errors.New("the search index is being rebuilt already")

// Rebuild begins a new generation.
func (i *Index) Rebuild(context.Context) (search.Rebuild, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return nil, failed(bleve.ErrorIndexClosed)
	}
	if i.next != nil {
		return nil, errRebuilding
	}
	next, err := i.create(i.highest() + 1)
	if err != nil {
		return nil, failed(err)
	}
	i.next = next
	return &rebuild{index: i, next: next}, nil
}

type rebuild struct {
	index *Index
	next  *generation
}

func (r *rebuild) Put(_ context.Context, docs ...search.Document) error {
	r.index.mu.RLock()
	defer r.index.mu.RUnlock()
	if r.index.next != r.next {
		return errors.New("this rebuild has ended")
	}
	return failed(r.next.put(docs))
}

// Done writes down that the new generation answers, has it answer, and removes
// the old one.
func (r *rebuild) Done(context.Context) error {
	i := r.index
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.next != r.next {
		return errors.New("this rebuild has ended")
	}
	if err := i.name(r.next.number); err != nil {
		return failed(err)
	}
	old := i.current
	i.current, i.next, i.whole = r.next, nil, true
	return failed(errors.Join(old.index.Close(), os.RemoveAll(i.path(old.number))))
}

// name writes down which generation answers, for good: the file is there as it
// was or as it is to be, whatever happens.
func (i *Index) name(number int) error {
	draft, err := os.CreateTemp(i.dir, "draft")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(draft, number)
	err = errors.Join(err, draft.Sync(), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), filepath.Join(i.dir, currentFile))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(draft.Name()))
	}
	folder, err := os.Open(i.dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Abandon removes the new generation.
func (r *rebuild) Abandon(context.Context) error {
	i := r.index
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.next != r.next {
		return nil
	}
	i.next = nil
	return errors.Join(r.next.index.Close(), os.RemoveAll(i.path(r.next.number)))
}

// failed is what the library's trouble is to whoever searches.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return search.ErrUnavailable.Because(err)
}
