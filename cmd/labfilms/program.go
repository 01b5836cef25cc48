package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/api"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent/migrations"
	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/policies"
)

// Options are what a test decides and an operator does not.
type Options struct {
	Log    *slog.Logger
	Limits api.Limits
	Now    func() time.Time // default: time.Now
}

// Program is the platform: everything that runs, wired in one place.
type Program struct {
	settings Settings
	options  Options
	log      *slog.Logger
	secret   []byte
	release  func() // of the data folder

	db            *db.DB
	gate          *policies.Gate
	events        *events.Log
	audit         *audit.Log
	notify        *notify.Box
	accounts      *accounts.Accounts
	spaces        *spaces.Spaces
	directory     *directory.Directory
	organisations *organisations.Organisations
	films         *films.Catalog
	proofs        *proofs.Ring
	search        *search.Finder
	index         search.Index

	host   *host.Host
	api    *api.API
	server *http.Server
	addr   string
	ended  chan error // what the relay and the server ended with

	stop    context.CancelFunc // ends what runs beside the requests
	running sync.WaitGroup     // which the database has to outlive
}

// Open opens the database, brings it to this version's schema, and wires the
// areas. Nothing is served yet and no module runs. Who opens, closes.
func Open(ctx context.Context, settings Settings, options Options) (_ *Program, err error) {
	p := &Program{settings: settings, options: options, log: options.Log}
	if p.release, err = settings.own(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.secret, err = settings.secret(); err != nil {
		return nil, err
	}
	if p.db, err = openDatabase(ctx, settings, options); err != nil {
		return nil, err
	}
	if _, err := p.db.Migrate(ctx, migrations.FS(p.db.Dialect()), coreHistory); err != nil {
		return nil, err
	}
	if p.gate, err = loadGate(); err != nil {
		return nil, err
	}
	p.gate.Now = p.db.Now
	p.events = events.New(p.db, p.log)
	p.audit = audit.New(p.db, p.gate)
	p.notify = notify.New(p.db, p.gate)
	p.accounts = accounts.New(p.db, p.gate, p.events, p.audit, p.notify)
	p.spaces = spaces.New(p.db, p.gate, p.events, p.audit, p.notify)
	p.directory = directory.New(p.db, p.gate, p.events, p.audit, p.notify)
	p.organisations = organisations.New(p.db, p.gate, p.events, p.audit, p.notify)
	p.films = films.New(p.db, p.gate, p.events, p.audit, p.notify)
	p.proofs = proofs.New(p.db, p.gate, p.events, p.audit, p.secret)
	if err := p.spaces.Seed(core.WithActor(ctx, core.System())); err != nil {
		return nil, err
	}
	return p, nil
}

// coreHistory is the table in which the applied migrations of core are kept.
const coreHistory = "core_migrations"

func openDatabase(ctx context.Context, settings Settings, options Options) (*db.DB, error) {
	file := ""
	if settings.DatabaseURL == "" {
		file = filepath.Join(settings.Data, "labfilms.db")
	}
	return db.Open(ctx, db.Options{
		URL: settings.DatabaseURL, File: file,
		Now: options.Now, Log: options.Log,
	})
}

// Listen starts the modules and serves on the address of the settings. It
// returns once the platform answers.
func (p *Program) Listen(ctx context.Context) error {
	listener, err := net.Listen("tcp", p.settings.Addr)
	if err != nil {
		return err
	}
	p.addr = listener.Addr().String()
	public, err := p.settings.publicURL(p.addr)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := p.startModules(ctx, public); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := p.openSearch(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.api, err = api.New(api.Config{
		DB: p.db, Accounts: p.accounts, Spaces: p.spaces, Directory: p.directory, Organisations: p.organisations, Films: p.films, Proofs: p.proofs, Search: p.search,
		Audit: p.audit, Notify: p.notify,
		Modules: modules{p.host}, Secret: p.secret, Log: p.log,
		PublicURL: public, Origins: p.settings.Origins, Proxies: p.settings.Proxies, Limits: p.options.Limits, Ready: p.Ready,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stop = stop
	p.ended = make(chan error, 2)
	if err := p.subscribe(public); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.running.Go(func() { p.ended <- p.events.Run(run) })
	p.running.Go(func() { p.forget(run) })

	p.server = &http.Server{
		Handler:           p.api,
		ErrorLog:          slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// No WriteTimeout: it would cut streams. Handlers set their own.
	}
	go func() { p.ended <- p.server.Serve(listener) }()
	return nil
}

// announce writes where the platform listens into the data folder, for
// programs that started it on a port of chance: all of it or nothing, since they
// read it as soon as it is there.
func (p *Program) announce() error {
	return renameio.WriteFile(p.addressFile(), []byte(p.addr+"\n"), 0o600)
}

func (p *Program) addressFile() string { return filepath.Join(p.settings.Data, "address") }

// answersKept is how long an Idempotency-Key works.
const answersKept = 24 * time.Hour

// forget deletes, once an hour, the answers that no key has a right to any
// more, and what has ended of accounts.
func (p *Program) forget(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
		err := p.db.Write(ctx, func(ctx context.Context) error {
			_, err := rest.Forget(ctx, p.db, p.db.Now().Add(-answersKept))
			return err
		})
		if err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "answers under Idempotency-Keys are not forgotten", "error", err)
		}
		err = p.accounts.Forget(core.WithActor(ctx, core.System()))
		if err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "registrations and sessions that have ended are not forgotten", "error", err)
		}
	}
}

// Addr returns where the platform listens, once it does.
func (p *Program) Addr() string { return p.addr }

// Ready returns nil if the database and every module can serve.
func (p *Program) Ready(ctx context.Context) error {
	return errors.Join(p.db.Ping(ctx), p.host.Ready(ctx))
}

// Wait returns when ctx ends, with nil, or when something that has to run for
// ever has ended, with why.
func (p *Program) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.ended:
		return err
	}
}

// Close lets what is under way come to its end, and ends everything. It may be
// called on a program that never listened.
func (p *Program) Close() error {
	var errs error
	if p.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if p.server.Shutdown(ctx) != nil {
			// Whoever is still not done has had the time that there is.
			errs = errors.Join(errs, p.server.Close())
		}
		errs = errors.Join(errs, os.RemoveAll(p.addressFile()))
	}
	if p.stop != nil {
		p.stop()
		p.running.Wait()
	}
	if p.host != nil {
		errs = errors.Join(errs, p.host.Close())
	}
	if p.index != nil {
		errs = errors.Join(errs, p.index.Close())
	}
	if p.db != nil {
		errs = errors.Join(errs, p.db.Close())
	}
	if p.release != nil {
		p.release()
	}
	return errs
}

func (p *Program) startModules(ctx context.Context, public string) (err error) {
	p.host, err = host.New(host.Options{
		Bundled: bundles(), Dir: p.settings.Data, Gate: p.gate, Secret: p.secret,
		Databases: host.Databases{URL: p.settings.DatabaseURL},
		PublicURL: public, Log: p.log, Environ: os.Environ(),
		Films: p.hostFilms, People: p.hostPeople, Emit: p.events.Accept,
		Refused: p.refused,
	})
	if err != nil {
		return err
	}
	return p.host.Start(ctx)
}

// refused keeps in the audit that a module asked for what its manifest does
// not name.
func (p *Program) refused(ctx context.Context, module, permission string) {
	ctx = core.WithActor(context.WithoutCancel(ctx), core.System())
	network, err := p.spaces.Network(ctx)
	if err == nil {
		err = p.db.Write(ctx, func(ctx context.Context) error {
			return p.audit.Record(ctx, audit.Entry{
				Action: "module.refused", Object: "module:" + module, Place: spaces.Place(network), Reason: permission,
			})
		})
	}
	if err != nil {
		p.log.ErrorContext(ctx, "a refusal is not in the audit", "module", module, "permission", permission, "error", err)
	}
}

// subscribe brings events to whom they concern: to core what modules found
// out, to whoever writes the mails what asks for one, to each module what its
// manifest listens to.
func (p *Program) subscribe(public string) error {
	sender, err := p.settings.sender(p.db.Now)
	if err != nil {
		return err
	}
	address, err := url.Parse(public)
	if err != nil {
		return err
	}
	p.events.Subscribe("mail", accounts.MailEvents, p.accounts.Mailer(sender, address))
	p.events.Subscribe("films", []string{"film.recognised.v1", "film.recognition_ended.v1"}, p.films.Recognise)
	p.events.Subscribe("titles", []string{"credit.proposed.v1", "person.claimed.v1"}, p.films.Titles)
	p.events.Subscribe(searchConsumer, p.searchEvents(), p.search.Take)
	p.events.While(p.search.Keep)
	for _, name := range p.host.Names() {
		p.events.Subscribe("module."+name, p.host.Manifest(name).Listens, func(ctx context.Context, e core.Event) error {
			return p.host.Deliver(ctx, name, e)
		})
	}
	return nil
}

// hostFilms answers a module that asks for films, as the actor of ctx, and who
// of these people has a part in them.
func (p *Program) hostFilms(ctx context.Context, ids, people []string) ([]host.Film, error) {
	found, err := p.films.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	companies, err := p.films.Companies(ctx, ids)
	if err != nil {
		return nil, err
	}
	families, err := p.films.Families(ctx, found)
	if err != nil {
		return nil, err
	}
	parts, err := p.films.Parts(ctx, found, people)
	if err != nil {
		return nil, err
	}
	answer := make([]host.Film, 0, len(found))
	for _, f := range found {
		film := host.Film{
			ID: f.ID, Title: f.Title, Slug: f.Slug, Stage: string(f.Stage), Space: f.SpaceID, Relations: f.Relations,
			Form: string(f.Form), Consent: string(f.Consent), Company: companies[f.ID],
			Families: families[f.ID], Parts: parts[f.ID],
		}
		if f.Year != nil {
			film.Year = *f.Year
		}
		if f.DurationS != nil {
			film.DurationS = *f.DurationS
		}
		answer = append(answer, film)
	}
	return answer, nil
}

// hostPeople answers a module that asks for people, as the actor of ctx, and who
// of them is a member of the space, if one is named.
func (p *Program) hostPeople(ctx context.Context, ids []string, space string) ([]host.Person, error) {
	found, err := p.directory.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	members, err := p.spaces.Members(ctx, space, slices.Collect(maps.Keys(found)))
	if err != nil {
		return nil, err
	}
	answer := make([]host.Person, 0, len(found))
	for _, person := range found {
		answer = append(answer, host.Person{ID: person.ID, Name: person.Name, Handle: person.Handle, Member: members[person.ID]})
	}
	return answer, nil
}

// modules is the host as the API wants it.
type modules struct{ *host.Host }

func (m modules) Serve(w http.ResponseWriter, r *http.Request, call api.ModuleCall) {
	m.Host.Serve(w, r, host.Call{
		Module: call.Module,
		Space:  host.Space{ID: call.Space.ID, Slug: call.Space.Slug, Name: call.Space.Name, Place: call.Scope.Place},
		State:  call.State, Scope: call.Scope, Actor: call.Actor,
	})
}

var _ api.Modules = modules{}
