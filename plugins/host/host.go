package host

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
	"github.com/labfilms/labfilms/policies"
)

// Bundle is a module that is compiled into the host's own program.
type Bundle struct {
	Name string
}

// Program is what is executed to be a bundled module: "run-module NAME" is
// added to its arguments.
type Program struct {
	Path string // default: /proc/self/exe, the very program that runs
	Name string // its argument zero, by which it knows what it is; default: os.Args[0]
}

// Options is what a host is made of.
type Options struct {
	Bundled   []Bundle
	Program   Program
	Dir       string // the data folder; modules keep theirs below modules/
	RunDir    string // where the folder of sockets is made; default: os.TempDir
	Databases Databases
	Gate      *policies.Gate // with the modules' rows
	Secret    []byte         // of the instance; shared by all nodes
	PublicURL string
	Log       *slog.Logger
	Environ   []string // the host's environment, of which a part is passed on

	// Films and People return those of the ids that the actor of ctx may see,
	// each once and in any order; of the people whom Films is given it says who
	// has a part in them, and People says who is a member of the space, if one is
	// named. A module that asks as itself is a visitor.
	Films  func(ctx context.Context, ids, people []string) ([]Film, error)
	People func(ctx context.Context, ids []string, space string) ([]Person, error)
	// Emit records a module's event, once for each source and id.
	Emit func(ctx context.Context, event core.Event) error
	// Refused is told when a module asks for what its manifest does not name.
	// Optional.
	Refused func(ctx context.Context, module, permission string)

	// DrainWithin is how long requests under way have to end when the host
	// closes. Default: 10 seconds.
	DrainWithin time.Duration
	// Now is the clock by which grants end. Default: time.Now.
	Now func() time.Time
	// Clock stops the modules' clocks at this time. For tests only.
	Clock time.Time
}

// Host runs the modules of one node.
type Host struct {
	opts    Options
	dir     *runDir
	spawner *spawner
	names   []string
	modules map[string]*module

	policyVersion atomic.Uint64
	stop          context.CancelFunc
	running       sync.WaitGroup
}

// errClosed is returned where the host has been closed.
var errClosed = errors.New("the host is closed")

// New prepares a host; Start starts it. It fails inside of a module's process:
// a host that starts its own program would start itself for ever.
func New(opts Options) (*Host, error) {
	if wire.Inside() {
		return nil, errors.New("host: this process is a module and cannot run modules")
	}
	if len(opts.Secret) == 0 {
		return nil, errors.New("host: there is no secret")
	}
	if opts.Program.Path == "" {
		opts.Program.Path = "/proc/self/exe"
	}
	if opts.Program.Name == "" {
		opts.Program.Name = os.Args[0]
	}
	if opts.RunDir == "" {
		opts.RunDir = os.TempDir()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.DrainWithin == 0 {
		opts.DrainWithin = 10 * time.Second
	}
	h := &Host{opts: opts, modules: map[string]*module{}}
	for _, b := range opts.Bundled {
		if !core.ModuleName(b.Name) || slices.Contains(h.names, b.Name) {
			return nil, fmt.Errorf("host: %q is no name for a module, or is there twice", b.Name)
		}
		h.names = append(h.names, b.Name)
	}
	slices.Sort(h.names)
	h.policyVersion.Store(1)
	return h, nil
}

// Start starts all modules at once and returns when each has been described
// and is ready, or has failed a first time and will be tried again. It returns
// an error, and nothing runs, where a module can never run: it does not start,
// or its manifest or its operations are refused. The modules end with Close,
// not with ctx.
func (h *Host) Start(ctx context.Context) error {
	databases, err := h.opts.Databases.provide(ctx, h.opts, h.names)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	if h.dir, err = newRunDir(h.opts.RunDir, h.opts.Log); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	h.spawner = newSpawner()
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	// Giving up on the start gives up on what it began.
	defer context.AfterFunc(ctx, stop)()

	for _, name := range h.names {
		m, err := h.newModule(name, databases[name])
		if err != nil {
			return errors.Join(err, h.Close())
		}
		h.modules[name] = m
	}
	first := make(chan error, len(h.modules))
	for _, m := range h.modules {
		h.running.Go(func() { m.run(run, first) })
	}
	var failed error
	for range h.modules {
		failed = errors.Join(failed, <-first)
	}
	if failed != nil {
		return errors.Join(failed, h.Close())
	}
	return nil
}

// Close lets the modules finish what they have begun, for as long as
// DrainWithin says, and ends them. It may be called more than once.
func (h *Host) Close() error {
	if h.stop == nil {
		return nil
	}
	h.stop()
	h.running.Wait()
	for _, m := range h.modules {
		m.close()
	}
	h.spawner.close()
	h.stop = nil
	return h.dir.remove()
}

// Names returns the modules in order, whether they run or not.
func (h *Host) Names() []string { return slices.Clone(h.names) }

// Summary says in a sentence what the module is for, and its version; both are
// empty for a module that is not there.
func (h *Host) Summary(name string) (summary, version string) {
	m := h.Manifest(name)
	return m.Summary, m.Version
}

// Manifest returns what the module says of itself; the zero Manifest for one
// that is not there.
func (h *Host) Manifest(name string) Manifest {
	if m := h.modules[name]; m != nil {
		if d := m.described.Load(); d != nil {
			return d.manifest
		}
	}
	return Manifest{}
}

// Document returns the module's OpenAPI document as JSON, with full public
// paths; nil for one that is not there. It is there while the module is down,
// and must not be changed.
func (h *Host) Document(name string) []byte {
	if m := h.modules[name]; m != nil {
		if d := m.described.Load(); d != nil {
			return d.document
		}
	}
	return nil
}

// Ready returns nil when every module serves, and what is the matter with
// those that do not.
func (h *Host) Ready(context.Context) error {
	var wrong error
	for _, s := range h.Status() {
		if s.State != Ready {
			wrong = errors.Join(wrong, fmt.Errorf("module %s is %s: %s", s.Module, s.State, s.Trouble))
		}
	}
	return wrong
}

// Status returns how each module is doing, in the order of Names.
func (h *Host) Status() []Status {
	statuses := make([]Status, 0, len(h.names))
	for _, name := range h.names {
		if m := h.modules[name]; m != nil {
			statuses = append(statuses, m.status())
		}
	}
	return statuses
}

// newKey returns a key of chance.
func newKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return key
}

// derive returns the key for a purpose, from a secret with which others are
// made as well.
func derive(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("labfilms host\n" + purpose))
	return mac.Sum(nil)
}
