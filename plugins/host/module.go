package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// State is where a module is in its life.
type State string

// The states of a module.
const (
	Starting  State = "starting"
	Migrating State = "migrating"
	Ready     State = "ready"
	Backoff   State = "backoff" // it ended or would not start, and is tried again
	Stopped   State = "stopped"
)

const hostStopped = "the host has stopped"

// module is one module for as long as the host runs. Its goroutine, run, is
// the only one that changes state and current.
type module struct {
	host     *Host
	name     string
	dir      string   // of its sockets
	listener *os.File // of the data plane; handed to each process in turn
	key      []byte   // signs the actor header
	database database
	log      *slog.Logger
	journal  *journal
	proxy    *httputil.ReverseProxy
	entrance chan struct{} // one token for each request under way
	tickets  tickets

	described atomic.Pointer[description]
	current   atomic.Pointer[instance] // nil unless Ready
	remains   sync.WaitGroup           // of processes that have ended

	mu      sync.Mutex
	state   State
	trouble string        // why it is not Ready
	starts  int           // processes started so far
	changed chan struct{} // closed and replaced with each change of state
}

// Status is how a module is doing, for operators.
type Status struct {
	Module  string
	Version string
	State   State
	Trouble string // why it is not ready, "" if it is
	Starts  int    // processes started so far: 1 if it never ended
	PID     int    // of its process, 0 if there is none
	Journal string // the last 64 KiB of what its processes wrote
}

// newModule opens the module's socket and prepares it to be run.
func (h *Host) newModule(name string, db database) (*module, error) {
	m := &module{
		host: h, name: name, key: newKey(), database: db,
		log:      h.opts.Log.With("module", name),
		entrance: make(chan struct{}, atOnce),
		state:    Starting, changed: make(chan struct{}),
	}
	m.journal = &journal{log: m.log}
	m.tickets.init()
	var err error
	if m.dir, err = h.dir.module(name); err != nil {
		return nil, fmt.Errorf("module %s: %w", name, err)
	}
	socket := filepath.Join(m.dir, "http")
	if m.listener, err = listen(socket); err != nil {
		return nil, fmt.Errorf("module %s: %w", name, err)
	}
	m.proxy = m.newProxy(socket)
	return m, nil
}

// listen opens a listening unix socket on which nobody here accepts: the
// kernel queues connections for whoever is given the file.
func listen(path string) (*os.File, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	file, err := l.File()
	return file, errors.Join(err, l.Close())
}

// run keeps the module running until ctx is done. It reports the outcome of
// the first start to first: nil, or why the module cannot be run at all, in
// which case it gives up. What may mend itself (a database that is not there
// yet) is tried again instead.
func (m *module) run(ctx context.Context, first chan<- error) {
	report := func(err error) {
		if first != nil {
			first <- err
			first = nil
		}
	}
	var pace pace
	for {
		inst, err := m.start(ctx)
		if err == nil {
			m.current.Store(inst)
			m.set(Ready, "")
			report(nil)
			select {
			case <-ctx.Done():
				m.retire(inst)
				return
			case <-inst.gone:
			}
			m.current.Store(nil)
			time.AfterFunc(waitWithin, func() {
				if m.current.Load() == nil {
					inst.abandon()
				}
			})
			err = fmt.Errorf("the process ended: %s", inst.process.reason())
		}
		if ctx.Err() != nil {
			m.set(Stopped, hostStopped)
			report(ctx.Err())
			return
		}
		if m.described.Load() == nil {
			m.set(Stopped, err.Error())
			report(err)
			return
		}
		delay := pace.next(inst != nil, time.Now())
		m.log.Error("module is down", "error", err, "again_in", delay)
		m.set(Backoff, err.Error())
		report(nil)
		select {
		case <-ctx.Done():
			m.set(Stopped, hostStopped)
			return
		case <-time.After(delay):
		}
	}
}

// start brings up one process until it serves.
func (m *module) start(ctx context.Context) (*instance, error) {
	m.mu.Lock()
	m.starts++
	m.mu.Unlock()
	m.set(Starting, "")
	began := time.Now()
	inst, err := m.launch(ctx)
	if err != nil {
		return nil, err
	}
	if m.described.Load() == nil {
		var what *description
		what, err = m.learn(ctx, inst)
		if err == nil {
			m.described.Store(what)
		}
	}
	if err == nil {
		err = m.open(ctx, inst, func() { m.set(Migrating, "") })
	}
	if err != nil {
		inst.kill()
		return nil, err
	}
	m.log.Info("module is ready", "pid", inst.process.ID(), "took", time.Since(began).Round(time.Millisecond))
	return inst, nil
}

// retire ends an instance that is no longer wanted, letting it finish.
func (m *module) retire(inst *instance) {
	m.current.Store(nil)
	m.set(Stopped, hostStopped)
	ctx, cancel := context.WithTimeout(context.Background(), m.host.opts.DrainWithin) //nolint:forbidigo // the host has been told to end
	defer cancel()
	// A connection that was opened and never used looks like a request that is
	// about to come, and a server that shuts down waits for it.
	m.proxy.Transport.(*replaying).close()
	inst.drain(ctx)
	inst.abandon()
}

// close releases what outlives the processes. run has returned.
func (m *module) close() {
	m.remains.Wait()
	m.proxy.Transport.(*replaying).close()
	m.listener.Close()
}

// set changes the state and wakes those who wait for a change.
func (m *module) set(state State, trouble string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state, m.trouble = state, trouble
	close(m.changed)
	m.changed = make(chan struct{})
}

// await returns the instance that serves, waiting for one until ctx is done.
// It returns ErrUnavailable where there is none and will be none.
func (m *module) await(ctx context.Context) (*instance, error) {
	for {
		m.mu.Lock()
		state, changed := m.state, m.changed
		m.mu.Unlock()
		if inst := m.current.Load(); inst != nil {
			return inst, nil
		}
		if state == Stopped {
			return nil, ErrUnavailable
		}
		select {
		case <-ctx.Done():
			return nil, ErrUnavailable.Because(ctx.Err())
		case <-changed:
		}
	}
}

// status returns how the module is doing.
func (m *module) status() Status {
	s := Status{Module: m.name, Journal: m.journal.tail()}
	if d := m.described.Load(); d != nil {
		s.Version = d.manifest.Version
	}
	if inst := m.current.Load(); inst != nil {
		s.PID = inst.process.cmd.Process.Pid
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.State, s.Trouble, s.Starts = m.state, m.trouble, m.starts
	return s
}

// configuration returns what every process of the module is told, but for what
// is different for each.
func (m *module) configuration() *wire.Configuration {
	config := &wire.Configuration{
		DatabaseUrl:  m.database.url,
		DatabaseFile: m.database.file,
		ActorKey:     m.key,
		Secret:       derive(m.host.opts.Secret, "module "+m.name),
		Policy:       m.host.policy(m.name),
		PublicUrl:    m.host.opts.PublicURL,
	}
	if !m.host.opts.Clock.IsZero() {
		config.ClockUnixNano = m.host.opts.Clock.UnixNano()
	}
	return config
}

// pace says how long to wait before a module is started again. A process that
// had served is replaced at once, unless that happens again and again; one
// that does not come up is given time.
type pace struct {
	exits  []time.Time // of processes that had served, in the last minute
	failed int         // starts in a row that did not lead to a process that serves
}

const (
	freeExits    = 20
	firstDelay   = 100 * time.Millisecond
	longestDelay = 30 * time.Second
)

func (p *pace) next(served bool, now time.Time) time.Duration {
	excess := 0
	if served {
		p.failed = 0
		for len(p.exits) > 0 && now.Sub(p.exits[0]) > time.Minute {
			p.exits = p.exits[1:]
		}
		p.exits = append(p.exits, now)
		excess = len(p.exits) - freeExits
	} else {
		p.failed++
		excess = p.failed
	}
	if excess <= 0 {
		return 0
	}
	delay := min(firstDelay<<min(excess-1, 10), longestDelay)
	return time.Duration(float64(delay) * (0.8 + 0.4*rand.Float64()))
}
