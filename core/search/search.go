// Package search finds people, films and what modules show by what somebody
// types, behind one [Index] that two engines keep: bleve, embedded, and
// Meilisearch.
//
// Only what everybody may see is ever in an index: a document is read as a
// visitor reads it. It comes there by an event, after the change has been
// committed, so an index is always a little late. Three things keep that from
// telling anything: what has changed since is left out of the question
// ([Query.Without]), every hit is read again as the asker before it is shown,
// and a highlight is shown only of a text that is still the one ([Hit.Stamp]).
//
// Nothing here knows how often anything was seen, liked or chosen: hits are
// ordered by how well their words fit what was typed, and by name where that is
// the same.
package search

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/labfilms/labfilms/core"
)

// Document is what an index keeps of one thing.
type Document struct {
	Key
	Module string     // whose kind it is; empty for the core's
	Place  core.Place // where it is at home
	Owner  string     // the person who answers for it and takes it along when they are hidden; may be empty

	Names []string // what it is called, the name that is shown first
	Also  []string // other words that it is found by: credited names, the names of crafts in both languages
	Text  string   // what is written about it

	Facets  map[string][]string // words to narrow by and to count, by the facet's name: stage, craft …
	Numbers map[string]float64  // numbers to narrow by: year, duration_s …
	At      *Point              // where it is on the map; nil if that is nowhere, or hidden
}

// Key names a document.
type Key struct {
	Kind string // person, film, label, selection …: one word of lower-case letters
	ID   string
}

// Point is a place on the map, in degrees.
type Point struct{ Lat, Lon float64 }

// Stamp is a fingerprint of the whole document: another one says that
// something of it has changed.
func (d Document) Stamp() string {
	written, err := json.Marshal(d)
	if err != nil {
		panic(err) // words, and numbers that are numbers
	}
	sum := sha256.Sum256(written)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Query is what is looked for.
type Query struct {
	// Words are as they were typed: the last of them may be the beginning of
	// a word. All of them must be found, each with a letter or two amiss if it
	// is long. Without any, everything is found, by name.
	Words string

	Kinds   []string            // any of these; none for all
	Scope   core.Scope          // the space, alone or with those below it; Scope.Off is not looked at
	Off     map[string][]string // by module, the spaces in which it is switched off
	Without []string            // ids of documents, and of their owners, that are not to be found

	Facets map[string][]string // by name, any of the words
	Ranges map[string]Range    // by name
	Near   *Near

	Count  []string // the facets to count, "kind" and "region" among them
	Limit  int      // hits, at most 100
	Offset int      // hits to pass over, at most 1000
}

// Range is what numbers lie in, ends included; nil is no end.
type Range struct{ From, To *float64 }

// Near narrows to a circle.
type Near struct {
	Point
	KM float64
}

// Found is what was found.
type Found struct {
	Hits   []Hit
	Total  int                       // of all hits; an engine may estimate it beyond 1000
	Facets map[string]map[string]int // by facet and word, how many of all hits have it
}

// Hit is a document that was found.
type Hit struct {
	Key
	Stamp string // of the document as the index has it
	// Name and Text are the name that fits, and the piece of the text that
	// does, with every word that fits between [MarkOpen] and [MarkClose];
	// empty where none does. They are as the index has them.
	Name, Text string
}

// What stands around the words that fit. People's text never holds them: they
// are of Unicode's private use.
const (
	MarkOpen  = "\ue000"
	MarkClose = "\ue001"
)

// ErrUnavailable is the fault of searching while the engine does not answer.
var ErrUnavailable = &core.Fault{
	Kind: core.Unavailable, Code: "search_unavailable",
	EN: "Search is not available at the moment. Everything else is.",
	FR: "La recherche est momentanément indisponible. Tout le reste fonctionne.",
}

// Index is an engine. It is safe for concurrent use. When the engine does not
// answer, every method returns ErrUnavailable, with the cause.
type Index interface {
	// Put keeps these documents, each in place of the one with its key. When
	// it returns, Find finds them.
	Put(ctx context.Context, docs ...Document) error
	// Drop forgets the documents with these keys; those that are not there are
	// forgotten already.
	Drop(ctx context.Context, keys ...Key) error
	// Find answers a query.
	Find(ctx context.Context, q Query) (Found, error)
	// Stamps returns the stamps of those of these documents that are there.
	Stamps(ctx context.Context, keys ...Key) (map[Key]string, error)
	// All calls each with the key and the stamp of every document, in no
	// order, until it returns an error. each may use the index.
	All(ctx context.Context, each func(k Key, stamp string) error) error
	// Whole reports whether the index was ever built to its end and is still
	// there: one that was lost with its disk is not, and is to be rebuilt.
	Whole(ctx context.Context) (bool, error)
	// Rebuild begins a new index beside the one that answers. From here on
	// what is put and dropped goes into both. One rebuild at a time.
	Rebuild(ctx context.Context) (Rebuild, error)
	// Close lets go of files and connections.
	Close() error
}

// Rebuild is an index that is being built and that nobody sees yet. One of
// Done and Abandon ends it.
type Rebuild interface {
	// Put keeps these documents in the new index alone.
	Put(ctx context.Context, docs ...Document) error
	// Done makes the new index the one that answers, at once and for all
	// questions, and forgets the old one.
	Done(ctx context.Context) error
	// Abandon forgets the new index. After Done it does nothing.
	Abandon(ctx context.Context) error
}
