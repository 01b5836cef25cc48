package sdk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Surroundings are what a module finds around it when it runs without a host.
// Exactly one of DatabaseFile and DatabaseURL is set; all else may be left.
type Surroundings struct {
	DatabaseFile string // SQLite
	DatabaseURL  string // PostgreSQL

	// Policy is what each single role may do, as the platform makes it of the
	// manifest's rows. Without it nobody may do anything.
	Policy map[Role]map[string]When

	// Films and People answer [Host] for these ids; the actor of ctx asks.
	// Without them there are none.
	Films  func(ctx context.Context, ids []string) ([]Film, error)
	People func(ctx context.Context, ids []string) ([]Person, error)

	// Emit takes the events that the module recorded. An error makes the
	// module offer them again. Without it they are taken and forgotten.
	Emit func(ctx context.Context, events []Event) error

	Clock     time.Time    // the module's clock stands still here until [Local.Advance]; zero: it goes
	PublicURL string       // of the platform
	Log       *slog.Logger // default: slog.Default()
}

// Local is a module that runs inside of this process, as its host's process
// would run it: the same code answers. It is for tests and for writing a
// module, not for production.
type Local struct {
	instance *instance
	key      []byte
}

// Advance moves the clock of a module that stands still, and has what is due by
// then come out.
func (l *Local) Advance(d time.Duration) {
	l.instance.clock.Add(int64(d))
	l.instance.relay.wake()
}

// InProcess migrates, provisions and starts the module. The caller closes it.
func InProcess(ctx context.Context, m Module, s Surroundings) (*Local, error) {
	if s.Log == nil {
		s.Log = slog.Default()
	}
	i, err := newInstance(m, s.Log)
	if err != nil {
		return nil, err
	}
	l := &Local{instance: i, key: []byte(rand.Text())}
	c := &wire.Configuration{
		DatabaseFile: s.DatabaseFile, DatabaseUrl: s.DatabaseURL,
		ActorKey: l.key, Secret: []byte(rand.Text()),
		Policy: wire.FromTable(1, s.Policy), PublicUrl: s.PublicURL,
	}
	if !s.Clock.IsZero() {
		c.ClockUnixNano = s.Clock.UnixNano()
	}
	if err := i.configure(ctx, c, localHost{s, i.manifest.Name, l.key}); err != nil {
		return nil, err
	}
	if _, err = i.migrate(ctx); err == nil {
		err = i.start(ctx)
	}
	if err != nil {
		_ = l.Close() // the start's error says more
		return nil, err
	}
	return l, nil
}

// ServeHTTP answers a request at its public path. It refuses one that is not
// signed, as a module's process does: [Local.As] signs.
func (l *Local) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.instance.ServeHTTP(w, r) }

// As signs the request in the actor's name, as the host does, and returns it.
func (l *Local) As(a Actor, r *http.Request) *http.Request {
	claims := wire.Actor{
		Module: l.instance.manifest.Name, Until: time.Now().Add(time.Minute).UnixMilli(), Request: a.Request,
		Account: a.Account, Person: a.Person, Roles: a.Roles, Scopes: a.Scopes, System: a.System,
		Space: wire.Space{ID: a.Space.ID, Slug: a.Space.Slug, Name: a.Space.Name, Place: a.Space.Place},
		State: a.State, Scope: a.Scope,
	}
	header, err := claims.Sign(l.key)
	if err != nil {
		panic(err) // its parts are strings and booleans
	}
	r.Header.Set(wire.HeaderActor, header)
	return r
}

// Deliver tells the module these events, in order. It returns the error of the
// first that the module could not deal with; those after it were not told.
func (l *Local) Deliver(ctx context.Context, events ...Event) error {
	_, err := l.instance.deliver(ctx, events)
	return err
}

// Documents returns what everybody may find of a [Findable] module, as the host
// asks for it: with nil ids a page of everything after the cursor.
func (l *Local) Documents(ctx context.Context, kind string, ids []string, cursor string) (docs []Document, next string, err error) {
	list, err := l.instance.documents(ctx, &wire.DocumentsRequest{Kind: kind, Ids: ids, All: ids == nil, Cursor: cursor})
	if err != nil {
		return nil, "", err
	}
	for _, written := range list.GetDocuments() {
		var d Document
		if err := json.Unmarshal(written, &d); err != nil {
			return nil, "", err
		}
		docs = append(docs, d)
	}
	return docs, list.GetNext(), nil
}

// Describe returns the manifest and the OpenAPI document as JSON.
func (l *Local) Describe() (manifest, document []byte, err error) { return l.instance.describe() }

// Manifest returns what the module says of itself.
func (l *Local) Manifest() Manifest { return l.instance.manifest }

// Close tells streams to end, stops the relay and closes the database. What
// the outbox holds then is relayed by whoever opens the database next.
func (l *Local) Close() error { return l.instance.close() }

// localHost answers a module in process in the host's place.
type localHost struct {
	Surroundings
	module string
	key    []byte
}

// as returns a context in which whoever the module asks for is asking: the
// actor that it was given, or a visitor where it asks as itself.
func (h localHost) as(ctx context.Context, in *wire.References) (context.Context, error) {
	if in.GetActor() == "" {
		return withActor(ctx, &Actor{}), nil
	}
	claims, err := wire.Verify(h.key, in.GetActor(), h.module, time.Now())
	return withActor(ctx, actorOf(claims)), err
}

func (h localHost) Films(ctx context.Context, in *wire.References, _ ...grpc.CallOption) (*wire.FilmList, error) {
	answer := &wire.FilmList{}
	if h.Surroundings.Films == nil {
		return answer, nil
	}
	ctx, err := h.as(ctx, in)
	if err != nil {
		return nil, err
	}
	films, err := h.Surroundings.Films(ctx, in.GetIds())
	for _, f := range films {
		film := &wire.Film{
			Id: f.ID, Title: f.Title, Slug: f.Slug, Stage: f.Stage, Space: f.Space,
			Year: int32(f.Year), DurationS: int32(f.DurationS), Form: f.Form, Consent: f.Consent, Company: f.Company,
			Families: f.Families,
		}
		for _, person := range f.Parts {
			if slices.Contains(in.GetPeople(), person) {
				film.Parts = append(film.Parts, person)
			}
		}
		for r := core.Any; r <= core.Curating; r++ {
			if f.Relations.Has(r) {
				film.Relations = append(film.Relations, r.String())
			}
		}
		answer.Films = append(answer.Films, film)
	}
	return answer, err
}

func (h localHost) People(ctx context.Context, in *wire.References, _ ...grpc.CallOption) (*wire.PersonList, error) {
	answer := &wire.PersonList{}
	if h.Surroundings.People == nil {
		return answer, nil
	}
	ctx, err := h.as(ctx, in)
	if err != nil {
		return nil, err
	}
	people, err := h.Surroundings.People(ctx, in.GetIds())
	for _, p := range people {
		answer.People = append(answer.People, &wire.Person{Id: p.ID, Name: p.Name, Handle: p.Handle, Member: p.Member && in.GetSpace() != ""})
	}
	return answer, err
}

func (h localHost) Emit(ctx context.Context, in *wire.Events, _ ...grpc.CallOption) (*wire.EmitResponse, error) {
	if h.Surroundings.Emit == nil {
		return &wire.EmitResponse{}, nil
	}
	events := make([]Event, len(in.GetEvents()))
	for n, e := range in.GetEvents() {
		events[n] = e.Core()
		events[n].Source = h.module // as the host forces it
	}
	return &wire.EmitResponse{}, h.Surroundings.Emit(ctx, events)
}

var (
	_ http.Handler    = (*Local)(nil)
	_ wire.HostClient = localHost{}
)
