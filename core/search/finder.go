package search

import (
	"context"
	"errors"
	"html"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labfilms/labfilms/core"
)

// Source is where the documents of one kind come from.
type Source struct {
	Module string // whose kind it is; empty for the core's
	// Documents returns documents as a visitor may see them: those with these
	// ids; or, where ids is nil, all there are, a page at a time after cursor,
	// with an empty next at the end.
	Documents func(ctx context.Context, ids []string, cursor string) (docs []Document, next string, err error)
}

// Finder finds, and sees to it that its index says what the sources do. It is
// safe for concurrent use.
type Finder struct {
	index   Index
	sources map[string]Source // by kind
	ahead   func(ctx context.Context) ([]string, error)
	hidden  func(ctx context.Context) ([]string, error)
	check   func(ctx context.Context, action string) error
	ask     func(ctx context.Context, reason string) error
	log     *slog.Logger

	// Documents are read and put under it, so that what was read later is put
	// later: by an event, and by a rebuild.
	mu   sync.Mutex
	wish chan struct{} // holds one: somebody wants the index rebuilt
}

// Options are what a Finder is made of; all are required.
type Options struct {
	Index   Index
	Sources map[string]Source // by kind
	// Ahead returns the ids of what has changed and is not in the index yet.
	Ahead func(ctx context.Context) ([]string, error)
	// Hidden returns the ids of the people who are suspended.
	Hidden func(ctx context.Context) ([]string, error)
	// Check returns an error unless the actor may do the action in the network.
	Check func(ctx context.Context, action string) error
	// Ask records [RebuildAsked], if the actor may.
	Ask func(ctx context.Context, reason string) error
	Log *slog.Logger
}

// New returns a Finder.
func New(o Options) *Finder {
	return &Finder{index: o.Index, sources: o.Sources, ahead: o.Ahead, hidden: o.Hidden, check: o.Check, ask: o.Ask, log: o.Log, wish: make(chan struct{}, 1)}
}

// Events are the types of event that change what is found in the core. Those of
// a module begin with its name and the kind.
var Events = []string{"film.*", "credit.*", "transfer.*", "recognition.*", "person.*", RebuildAsked}

// RebuildAsked is the event by which somebody wants the index built anew.
const RebuildAsked = "search.rebuild_asked.v1"

// Ask has the index built anew, by the process that keeps it: action
// search.rebuild, of the network's administrators. The reason is kept in the
// audit.
func (f *Finder) Ask(ctx context.Context, reason string) error { return f.ask(ctx, reason) }

// Kinds returns the kinds that can be found, in order.
func (f *Finder) Kinds() []string { return slices.Sorted(maps.Keys(f.sources)) }

// Take is a consumer of events: it puts what has changed into the index. It is
// right twice.
func (f *Finder) Take(ctx context.Context, e core.Event) error {
	if e.Type == RebuildAsked {
		f.wishRebuild()
		return nil
	}
	kind := f.concerns(e.Type)
	if kind == "" || e.Subject == "" {
		return nil
	}
	err := f.refresh(ctx, kind, e.Subject)
	if err == nil && (e.Type == "person.suspended.v1" || e.Type == "person.reinstated.v1") {
		// Their works go and come with them, of whatever kind. It happens rarely,
		// and nobody waits for it to be hidden: Find leaves them out at once.
		f.wishRebuild()
	}
	return err
}

func (f *Finder) wishRebuild() {
	select {
	case f.wish <- struct{}{}:
	default: // it is wished for already
	}
}

// concerns returns the kind of document that an event of the type changes,
// empty for none.
func (f *Finder) concerns(typ string) string {
	noun, rest, _ := strings.Cut(typ, ".")
	switch noun {
	case "film", "credit", "transfer", "recognition":
		return "film"
	case "person":
		return "person"
	}
	kind, _, _ := strings.Cut(rest, ".")
	if s, ok := f.sources[kind]; ok && s.Module == noun {
		return kind
	}
	return ""
}

// refresh reads documents again and puts them into the index, or drops those
// that are not for everybody to see any more.
func (f *Finder) refresh(ctx context.Context, kind string, ids ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	docs, err := f.read(ctx, kind, ids)
	if err != nil {
		return err
	}
	var gone []Key
	for _, id := range ids {
		if _, ok := docs[Key{kind, id}]; !ok {
			gone = append(gone, Key{kind, id})
		}
	}
	return errors.Join(f.index.Drop(ctx, gone...), f.index.Put(ctx, slices.Collect(maps.Values(docs))...))
}

// read returns these documents of a kind as a visitor sees them.
func (f *Finder) read(ctx context.Context, kind string, ids []string) (map[Key]Document, error) {
	source, ok := f.sources[kind]
	if !ok {
		return nil, nil // of a module that is not there any more
	}
	docs, _, err := source.Documents(core.WithActor(ctx, &core.Actor{}), ids, "")
	return keyed(docs), err
}

// Result is a hit as it is shown: what the thing is now, as everybody may see
// it.
type Result struct {
	Document
	// Name and Text are HTML: what fits of them, with every word that does in
	// <em>; empty where nothing does.
	Name, Text string
}

// Results are what a search came to.
type Results struct {
	Results []Result
	Total   int // of all that was found; about, beyond 1000
	Facets  map[string]map[string]int
}

// most is how many ids are left out of a question: who changes more at once
// waits a moment for the counts.
const most = 1000

// asked is how often the index is asked one question: again where it did not
// know what it found.
const asked = 3

// Find answers a query. What is hidden is not found, at once, also where the
// index does not know yet, and is in no count: whatever has changed since is
// left out until it does; every hit is read again before it is shown; and where
// one is not there any more, or is not what the index has (with its film a
// selection loses a word), the index is told and asked again. Limit may so come
// to less. It returns ErrUnavailable while the engine does not answer, and until
// the index has been built.
func (f *Finder) Find(ctx context.Context, q Query) (Results, error) {
	var out Results
	var without []string
	for _, ids := range []func(context.Context) ([]string, error){f.hidden, f.ahead} {
		more, err := ids(ctx)
		if err != nil {
			return out, err
		}
		without = append(without, more...)
	}
	var gone []string
	for range asked {
		q.Without = slices.Concat(gone, without)
		q.Without = q.Without[:min(len(q.Without), most)]
		// Little is no answer where there is only not everything yet. It is asked
		// each time, and before: an engine may come back without its disk.
		if whole, err := f.index.Whole(ctx); !whole || err != nil {
			return out, ErrUnavailable.Because(err)
		}
		found, err := f.index.Find(ctx, q)
		if err != nil {
			return out, err
		}
		now, err := f.now(ctx, found.Hits)
		if err != nil {
			return out, err
		}
		out = Results{Results: now.results, Total: found.Total, Facets: found.Facets}
		if len(now.gone)+len(now.changed) == 0 {
			break
		}
		gone = append(gone, now.gone...)
		for kind, ids := range now.changed {
			if err := f.refresh(ctx, kind, ids...); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// hits are what the things are now that an index has found.
type hits struct {
	results []Result
	gone    []string            // the ids of those that are not for everybody to see any more
	changed map[string][]string // by kind, the ids of those that are not what the index has
}

// now reads hits again.
func (f *Finder) now(ctx context.Context, found []Hit) (hits, error) {
	out := hits{changed: map[string][]string{}}
	ids := map[string][]string{}
	for _, h := range found {
		ids[h.Kind] = append(ids[h.Kind], h.ID)
	}
	docs, away := map[Key]Document{}, map[string]bool{}
	for kind, ids := range ids {
		read, err := f.read(ctx, kind, ids)
		if unavailable(err) {
			away[kind] = true // its module is, and so are its hits
			continue
		}
		if err != nil {
			return out, err
		}
		maps.Copy(docs, read)
	}
	for _, h := range found {
		d, ok := docs[h.Key]
		switch {
		case away[h.Kind]:
		case !ok:
			out.gone = append(out.gone, h.ID)
		case d.Stamp() != h.Stamp:
			out.changed[h.Kind] = append(out.changed[h.Kind], h.ID)
		default:
			out.results = append(out.results, Result{Document: d, Name: marked(h.Name), Text: marked(h.Text)})
		}
	}
	return out, nil
}

func unavailable(err error) bool {
	var fault *core.Fault
	var full *core.Error
	switch {
	case errors.As(err, &full):
		return full.Fault.Kind == core.Unavailable
	case errors.As(err, &fault):
		return fault.Kind == core.Unavailable
	default:
		return false
	}
}

// marked turns a text with marks into HTML.
func marked(s string) string {
	if !strings.Contains(s, MarkOpen) {
		return ""
	}
	return strings.NewReplacer(MarkOpen, "<em>", MarkClose, "</em>").Replace(html.EscapeString(s))
}

// Rebuild builds the index anew from the sources, beside the one that answers,
// and puts it in its place when it is whole. Changes meanwhile go into both.
func (f *Finder) Rebuild(ctx context.Context) (err error) {
	next, err := f.index.Rebuild(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, next.Abandon(context.WithoutCancel(ctx)))
		}
	}()
	for _, kind := range f.Kinds() {
		for cursor, more := "", true; more; more = cursor != "" {
			if cursor, err = f.carry(ctx, next, kind, cursor); err != nil {
				return err
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return next.Done(ctx)
}

// carry puts the documents after the cursor into a new index.
func (f *Finder) carry(ctx context.Context, next Rebuild, kind, cursor string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	docs, cursor, err := f.sources[kind].Documents(core.WithActor(ctx, &core.Actor{}), nil, cursor)
	if err != nil {
		return "", err
	}
	return cursor, next.Put(ctx, docs...)
}

// Keep rebuilds the index when it is found not to be whole, or when that is
// wished for, until ctx is done. One process does it: the one that takes the
// events.
func (f *Finder) Keep(ctx context.Context) {
	look := time.NewTicker(2 * time.Second)
	defer look.Stop()
	for wished, told := false, false; ; {
		whole, err := f.index.Whole(ctx)
		if err == nil && (!whole || wished) {
			err = f.Rebuild(ctx)
			if err == nil {
				f.log.InfoContext(ctx, "the search index is rebuilt")
				wished = false
			}
		}
		if err != nil && ctx.Err() == nil && !told {
			f.log.WarnContext(ctx, "the search index cannot be kept; trying again", "error", err)
		}
		told = err != nil
		select {
		case <-ctx.Done():
			return
		case <-f.wish:
			wished = true
		case <-look.C:
		}
	}
}
