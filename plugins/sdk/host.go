package sdk

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Host is what a module has to work with.
type Host struct {
	// DB is the module's own database. Bind it to the ent client: [Bind].
	DB *DB
	// Films and People are the core's, as the asker may see them.
	Films  Films
	People People
	// Cursors seals and opens the cursors of the module's lists: [ListOf].
	Cursors Cursors
	// Log is the module's log. It is for trouble that no answer tells of.
	Log *slog.Logger

	public string
}

// URL returns the public address of a path of the platform, such as
// "/v1/spaces/bretagne/ecran/labels".
func (h *Host) URL(path ...string) string {
	address, err := url.JoinPath(h.public, path...)
	if err != nil {
		return h.public
	}
	return address
}

// Released is the stage of a film that everybody may see.
const Released = "released"

// What the makers of a film say to its being selected.
const (
	ConsentOpen = "open" // by any label
	ConsentAsk  = "ask"  // by a label that has asked them
	ConsentNone = "none" // by none
)

// Film is a film as a module knows it.
type Film struct {
	ID        string
	Title     string
	Slug      string
	Stage     string // idea, development, preparation, shooting, post, finished, [Released] or withdrawn
	Space     string // the id of its home
	Year      int
	DurationS int
	Form      string    // fiction, documentary, animation, experimental, music_video
	Consent   string    // to being selected: [ConsentOpen], [ConsentAsk] or [ConsentNone]
	Company   bool      // the asker belongs to an organisation that the film credits
	Relations Relations // of the asker to the film: own, team, crew, published …
	Families  []string  // who answers for it, directs it and produces it: films that share one of these ids are of one family
	Parts     []string  // of the people whom [Films.Film] was asked about, those who have a part in it
}

// Person is a public profile as a module knows it.
type Person struct {
	ID     string
	Name   string
	Handle string
	Member bool // has a role at the space of the request, or above it
}

// ErrFilmUnknown is the fault of naming a film that is not there, or that the
// asker may not know of: the two are one answer.
var ErrFilmUnknown = &Fault{
	Kind: Invalid, Code: "film_unknown",
	EN: "There is no such film.",
	FR: "Ce film n'existe pas.",
}

// ErrPersonUnknown is the same of a person.
var ErrPersonUnknown = &Fault{
	Kind: Invalid, Code: "person_unknown",
	EN: "There is no such person.",
	FR: "Cette personne n'existe pas.",
}

// batch is the most ids that the host is asked about in one call.
const batch = 100

// Films are the films of the core. The manifest asks for FilmsRead.
type Films struct{ services wire.HostClient }

// Get returns the films with these ids by id, without those that are not there
// or that the asker may not know of. In an event the module asks as itself and
// sees what is public. One call of the host answers for up to 100 ids: a list
// resolves its whole page at once.
func (f Films) Get(ctx context.Context, ids []string) (map[string]Film, error) {
	return f.get(ctx, ids, nil)
}

func (f Films) get(ctx context.Context, ids, people []string) (map[string]Film, error) {
	found := make(map[string]Film, len(ids))
	for ids := range slices.Chunk(distinct(ids), batch) {
		answer, err := f.services.Films(ctx, &wire.References{Ids: ids, Actor: ActorFrom(ctx).carried, People: distinct(people)})
		if err != nil {
			return nil, fmt.Errorf("films of the host: %w", err)
		}
		for _, film := range answer.GetFilms() {
			found[film.GetId()] = Film{
				ID: film.GetId(), Title: film.GetTitle(), Slug: film.GetSlug(), Stage: film.GetStage(),
				Space: film.GetSpace(), Year: int(film.GetYear()),
				DurationS: int(film.GetDurationS()), Form: film.GetForm(), Consent: film.GetConsent(), Company: film.GetCompany(), Relations: relations(film.GetRelations()),
				Families: film.GetFamilies(), Parts: film.GetParts(),
			}
		}
	}
	return found, nil
}

// Film returns the film that a request names, or ErrFilmUnknown. It says in
// Parts who of these people, at most 100, owns it, edits it or is credited in it.
func (f Films) Film(ctx context.Context, id string, people ...string) (Film, error) {
	found, err := f.get(ctx, []string{id}, people)
	if err != nil {
		return Film{}, err
	}
	film, ok := found[id]
	if !ok {
		return Film{}, ErrFilmUnknown
	}
	return film, nil
}

// People are the public profiles of the core. The manifest asks for PeopleRead.
type People struct{ services wire.HostClient }

// Get returns the people with these ids by id, as [Films.Get] does.
func (p People) Get(ctx context.Context, ids []string) (map[string]Person, error) {
	found := make(map[string]Person, len(ids))
	for ids := range slices.Chunk(distinct(ids), batch) {
		answer, err := p.services.People(ctx, &wire.References{Ids: ids, Actor: ActorFrom(ctx).carried, Space: ActorFrom(ctx).Space.ID})
		if err != nil {
			return nil, fmt.Errorf("people of the host: %w", err)
		}
		for _, person := range answer.GetPeople() {
			found[person.GetId()] = Person{ID: person.GetId(), Name: person.GetName(), Handle: person.GetHandle(), Member: person.GetMember()}
		}
	}
	return found, nil
}

// Person returns the person that a request names, or ErrPersonUnknown.
func (p People) Person(ctx context.Context, id string) (Person, error) {
	found, err := p.Get(ctx, []string{id})
	if err != nil {
		return Person{}, err
	}
	person, ok := found[id]
	if !ok {
		return Person{}, ErrPersonUnknown
	}
	return person, nil
}

func distinct(ids []string) []string {
	ids = slices.Sorted(slices.Values(ids))
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// relations reads the names that the host sends. One that this SDK does not
// know is left out: the host may be newer.
func relations(names []string) core.Relations {
	var set core.Relations
	for _, name := range names {
		if known, ok := core.ParseRelations(strings.TrimSpace(name)); ok {
			set |= known
		}
	}
	return set
}
