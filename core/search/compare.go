package search

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/labfilms/labfilms/core"
)

// Difference is a document on which the index and its source do not agree.
type Difference struct {
	Key
	State State
}

// State is what is wrong with a document of the index.
type State string

// The states of a difference.
const (
	Missing State = "missing" // the source has it, the index does not
	Stale   State = "stale"   // the index has another
	Surplus State = "surplus" // the index has it, the source does not
)

// comparedAtOnce is how many documents of the index are looked for at a time in
// their source.
const comparedAtOnce = 100

// ErrBehind is the fault of comparing an index that has too many changes before
// it.
var ErrBehind = &core.Fault{
	Kind: core.Unavailable, Code: "search_behind",
	EN: "The search index is too far behind to be compared. It catches up by itself.",
	FR: "L'index de recherche a trop de retard pour être comparé. Il le rattrape de lui-même.",
}

// Compare compares the index with its sources, document by document and a page
// at a time, calls each with every document on which they do not agree, until
// it returns an error, and returns how many documents the sources have. What
// changes meanwhile, and what the index has not been told of yet, is no
// difference. Action search.compare. Errors: ErrUnavailable, ErrBehind, and
// those of the sources.
func (f *Finder) Compare(ctx context.Context, each func(Difference) error) (documents int, err error) {
	if err := f.check(ctx, "search.compare"); err != nil {
		return 0, err
	}
	ctx = core.WithActor(ctx, &core.Actor{}) // sources say what a visitor may see
	for _, kind := range f.Kinds() {
		for cursor, more := "", true; more; more = cursor != "" {
			var docs []Document
			if docs, cursor, err = f.sources[kind].Documents(ctx, nil, cursor); err != nil {
				return documents, err
			}
			documents += len(docs)
			if err := f.differ(ctx, kind, keyed(docs), each); err != nil {
				return documents, err
			}
		}
	}
	page := map[string][]string{} // ids by kind
	held := 0
	flush := func() error {
		for kind, ids := range page {
			if err := f.surplus(ctx, kind, ids, each); err != nil {
				return err
			}
		}
		clear(page)
		held = 0
		return nil
	}
	err = f.index.All(ctx, func(k Key, _ string) error {
		page[k.Kind] = append(page[k.Kind], k.ID)
		if held++; held < comparedAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return documents, err
}

// Behind returns how many things have changed of which the index has not been
// told yet, at most 1000: action search.compare.
func (f *Finder) Behind(ctx context.Context) (int, error) {
	if err := f.check(ctx, "search.compare"); err != nil {
		return 0, err
	}
	behind, err := f.ahead(ctx)
	return len(behind), err
}

// surplus calls each with those of these documents of the index that the source
// does not have.
func (f *Finder) surplus(ctx context.Context, kind string, ids []string, each func(Difference) error) error {
	docs, err := f.read(ctx, kind, ids)
	if err != nil {
		return err
	}
	gone := map[Key]Document{}
	for _, id := range ids {
		if _, ok := docs[Key{kind, id}]; !ok {
			gone[Key{kind, id}] = Document{}
		}
	}
	return f.differ(ctx, kind, gone, each)
}

// differ calls each with those of these documents, as the source has them, that
// the index has not, or has otherwise. An empty one is none.
func (f *Finder) differ(ctx context.Context, kind string, docs map[Key]Document, each func(Difference) error) error {
	different, err := f.differences(ctx, docs)
	if err != nil || len(different) == 0 {
		return err
	}
	// They may have changed between the two readings. Known is what the source
	// says twice, and that the index was read after it had been told: of what it
	// has not been told yet, it is behind.
	ids := make([]string, len(different))
	for n, d := range different {
		ids[n] = d.ID
	}
	before, err := f.read(ctx, kind, ids)
	if err != nil {
		return err
	}
	behind, err := f.ahead(ctx)
	if err != nil {
		return err
	}
	if len(behind) >= most {
		return ErrBehind
	}
	again := map[Key]Document{}
	for _, d := range different {
		again[d.Key] = before[d.Key]
	}
	if different, err = f.differences(ctx, again); err != nil {
		return err
	}
	after, err := f.read(ctx, kind, ids)
	if err != nil {
		return err
	}
	for _, d := range different {
		if slices.Contains(behind, d.ID) || stampOf(before[d.Key]) != stampOf(after[d.Key]) {
			continue
		}
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

// differences compares these documents with those that the index has, in order.
// An empty one is none.
func (f *Finder) differences(ctx context.Context, docs map[Key]Document) ([]Difference, error) {
	keys := slices.SortedFunc(maps.Keys(docs), func(a, b Key) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	has, err := f.index.Stamps(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var different []Difference
	for _, k := range keys {
		switch wants := stampOf(docs[k]); {
		case has[k] == wants:
		case has[k] == "":
			different = append(different, Difference{k, Missing})
		case wants == "":
			different = append(different, Difference{k, Surplus})
		default:
			different = append(different, Difference{k, Stale})
		}
	}
	return different, nil
}

// stampOf returns the stamp of a document, empty for none.
func stampOf(d Document) string {
	if d.ID == "" {
		return ""
	}
	return d.Stamp()
}

func keyed(docs []Document) map[Key]Document {
	found := make(map[Key]Document, len(docs))
	for _, d := range docs {
		found[d.Key] = d
	}
	return found
}
