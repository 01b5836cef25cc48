// Package api is the HTTP API of the core: the edge that every request passes,
// and the operations on the core's nouns, one file a noun. What lies below
// /v1/spaces/{space}/{module}/ it hands to whoever runs the modules.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// maxBody is how many bytes of JSON an operation of core takes. A module's
// operation has its own limit, which the host enforces.
const maxBody = 1 << 20

// bodyWithin is how long a body has to arrive; the host gives a module's large
// ones longer.
const bodyWithin = 30 * time.Second

// Config is what the API is made of. The first block is required.
type Config struct {
	DB            *db.DB
	Accounts      *accounts.Accounts
	Spaces        *spaces.Spaces
	Directory     *directory.Directory
	Organisations *organisations.Organisations
	Films         *films.Catalog
	Proofs        *proofs.Ring
	Search        *search.Finder
	Audit         *audit.Log
	Notify        *notify.Box
	Modules       Modules
	Secret        []byte // of the instance: cursors and stored answers
	Log           *slog.Logger

	// PublicURL is where people reach the platform. https makes cookies secure.
	PublicURL string
	// Origins are the sites whose pages may call the API. Default: none.
	Origins []string
	// Proxies are the addresses of our own reverse proxies, whose word for an
	// asker's address is taken. Default: none.
	Proxies []netip.Prefix
	// Limits on how often one asker may call.
	Limits Limits
	// Ready says whether the platform can serve. Default: it can when the
	// database answers.
	Ready func(context.Context) error
}

// API answers every request of the platform.
type API struct {
	core      *rest.API
	own       []byte // the core's own OpenAPI document
	documents documents
	cursors   rest.Cursors

	accounts      *accounts.Accounts
	spaces        *spaces.Spaces
	directory     *directory.Directory
	organisations *organisations.Organisations
	films         *films.Catalog
	proofs        *proofs.Ring
	finder        *search.Finder
	audit         *audit.Log
	notify        *notify.Box
	modules       Modules

	limits  *limiter
	public  string // where people reach the platform
	now     func() time.Time
	origins []string
	secure  bool
	ready   func(context.Context) error
	handler http.Handler
}

// New returns the API. It fails where an operation names no permission, so
// that a program with a hole in its policy does not start.
func New(cfg Config) (*API, error) {
	return with(cfg,
		(*API).registerTags,
		(*API).registerHealth,
		(*API).registerAuth,
		(*API).registerRegistration,
		(*API).registerMe,
		(*API).registerSessions,
		(*API).registerNotifications,
		(*API).registerSpaces,
		(*API).registerGrants,
		(*API).registerModules,
		(*API).registerPeople,
		(*API).registerBusyPeriods,
		(*API).registerClaims,
		(*API).registerSuspension,
		(*API).registerOrganisations,
		(*API).registerMemberships,
		(*API).registerFilms,
		(*API).registerMembers,
		(*API).registerTransfers,
		(*API).registerCredits,
		(*API).registerFilmography,
		(*API).registerRecognitions,
		(*API).registerProofs,
		(*API).registerLaurels,
		(*API).registerLinkedData,
		(*API).registerAudit,
		(*API).registerSearch,
		(*API).registerCrafts,
		(*API).registerCommunes,
	)
}

// with returns an API of these operations.
func with(cfg Config, nouns ...func(*API)) (*API, error) {
	a := &API{
		core: rest.New(rest.Config{
			Title: "LabFilms", Version: "1", Log: cfg.Log, Once: cfg.DB, OnceSecret: cfg.Secret,
		}),
		documents: documents{made: map[string]*rest.Document{}},
		cursors:   rest.NewCursors(cfg.Secret),
		accounts:  cfg.Accounts, spaces: cfg.Spaces, directory: cfg.Directory,
		organisations: cfg.Organisations, films: cfg.Films, proofs: cfg.Proofs, finder: cfg.Search, audit: cfg.Audit, notify: cfg.Notify, modules: cfg.Modules,
		limits: newLimiter(cfg.Limits, cfg.DB.Now), origins: cfg.Origins,
		public: cfg.PublicURL, now: cfg.DB.Now,
		secure: strings.HasPrefix(cfg.PublicURL, "https://"),
		ready:  cfg.Ready,
	}
	if a.ready == nil {
		a.ready = cfg.DB.Ping
	}
	a.core.OpenAPI().Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	a.core.OpenAPI().Servers = []*huma.Server{{URL: "/"}}
	for _, register := range nouns {
		register(a)
	}
	if err := a.core.Verify(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	var err error
	if a.own, err = a.core.OpenAPI().MarshalJSON(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if _, err := a.Document(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	guard, err := crossOrigin(cfg.Origins)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	a.handler = a.edge(cfg, guard)
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// edge is what every request passes, the outermost last.
func (a *API) edge(cfg Config, guard *http.CrossOriginProtection) http.Handler {
	pages := http.NewServeMux()
	for path, page := range map[string]http.HandlerFunc{
		"/openapi.json":                   a.serveDocument,
		"/openapi.yaml":                   a.serveDocument,
		"/v1/spaces/{space}/openapi.json": a.serveSpaceDocument,
		"/v1/spaces/{space}/openapi.yaml": a.serveSpaceDocument,
		"/docs":                           serveDocs,
		"/docs/docs.js":                   serveDocsSetup,
		"/docs/standalone.js":             serveDocsScript,
	} {
		pages.Handle(path, read(page))
	}

	core := rest.LimitBody(maxBody)(a.core)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if space, module, ok := modulePath(r.URL.Path); ok {
			a.serveModule(w, r, space, module)
			return
		}
		if _, pattern := pages.Handler(r); pattern != "" {
			pages.ServeHTTP(w, r)
			return
		}
		core.ServeHTTP(w, r)
	})
	h = rest.Bodies(bodyWithin)(h)
	h = a.limited(h)
	h = a.authenticated(h)
	h = guard.Handler(h)
	h = rest.CORS(a.origins)(h)
	h = rest.CleanPath(h)
	h = rest.SecurityHeaders(h)
	h = rest.Recover(cfg.Log)(h)
	h = rest.Logged(cfg.Log)(h)
	h = behind(cfg.Proxies)(h)
	return rest.RequestID(h)
}

// read lets only those through who read.
func read(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			rest.WriteProblem(w, r, rest.ErrMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// space returns the space with this id or slug, the network for "".
func (a *API) space(ctx context.Context, name string) (*ent.Space, error) {
	if name == "" {
		return a.spaces.Network(ctx)
	}
	return a.spaces.Get(ctx, name)
}

// homesOf returns references to the home spaces of the rows, in one query.
func homesOf[T any](ctx context.Context, s *spaces.Spaces, rows []T, home func(T) string) (map[string]Reference, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, home(row))
	}
	found, err := s.ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	refs := make(map[string]Reference, len(found))
	for id, space := range found {
		refs[id] = Reference{ID: space.ID, Name: space.Name, Slug: space.Slug}
	}
	return refs, nil
}

// filtersOf writes a list's filters, name and value in turn, as the string
// that binds a cursor to them.
func filtersOf(pairs ...any) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%v=%q;", pairs[i], fmt.Sprint(pairs[i+1]))
	}
	return b.String()
}
