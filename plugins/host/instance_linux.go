package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// How long a process may take for each step of its start.
const (
	handshakeWithin = 10 * time.Second
	describeWithin  = 10 * time.Second
	configureWithin = 20 * time.Second
	migrateWithin   = 10 * time.Minute
	startWithin     = 30 * time.Second
	killWithin      = 2 * time.Second // for go-plugin's polite half
)

// instance is one process of a module with its control connection. A later
// generation of the module would be another instance.
type instance struct {
	process *process
	client  *plugin.Client
	remote  *wire.Remote
	gone    <-chan struct{} // closed when the process has ended

	// abandoned is done when the process has ended and none has taken its
	// place in time: requests that still wait for an answer are given up.
	abandoned context.Context
	abandon   context.CancelFunc
}

// launch starts a process of the module and waits for its handshake. Nothing
// is left of it where it fails.
func (m *module) launch(ctx context.Context) (*instance, error) {
	line, err := newLifeline()
	if err != nil {
		return nil, fmt.Errorf("module %s: %w", m.name, err)
	}
	program := m.host.opts.Program
	cmd := exec.Command(program.Path)
	cmd.Args = append([]string{program.Name}, wire.Command, m.name)
	cmd.ExtraFiles = []*os.File{line.read, m.listener} // wire.FDLifeline, wire.FDListener
	p := &process{
		name: m.name, sockets: m.dir, cmd: cmd,
		spawner: m.host.spawner, lifeline: line, journal: m.journal,
		ended: make(chan struct{}), drained: make(chan struct{}),
	}
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake,
		Plugins:          wire.Plugins(nil),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		SkipHostEnv:      true,
		StartTimeout:     handshakeWithin,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: m.dir},
		SyncStdout:       m.journal,
		SyncStderr:       m.journal,
		// Everything it could say is said here, and at this level it does not
		// parse what the module writes.
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Off}),
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxMessage)),
		},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			cmd.Env = append(environ(m.host.opts.Environ), spec.Env...)
			return p, nil
		},
	})

	inst := &instance{process: p, client: client, gone: p.ended}
	inst.abandoned, inst.abandon = context.WithCancel(context.Background()) //nolint:forbidigo // as long as the process
	type answer struct {
		remote any
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		protocol, err := client.Client()
		if err != nil {
			answers <- answer{err: err}
			return
		}
		remote, err := protocol.Dispense(wire.Dispensed)
		answers <- answer{remote, err}
	}()
	// Client waits without a deadline of its own for a process that stands
	// still after its handshake. Ending the process ends the wait.
	var got answer
	late := time.NewTimer(handshakeWithin)
	defer late.Stop()
	select {
	case got = <-answers:
	case <-ctx.Done():
		p.kill()
		got = <-answers
		got.err = errors.Join(ctx.Err(), got.err)
	case <-late.C:
		p.kill()
		got = <-answers
		got.err = errors.Join(errors.New("no handshake in time"), got.err)
	}
	if p.cmd.Process == nil {
		line.close()
		inst.abandon()
		return nil, fmt.Errorf("module %s: %w", m.name, got.err)
	}
	// Written before anybody relies on it; a sweep after a crash reads it.
	if err := writeIdentity(filepath.Join(m.dir, processFile), p.cmd.Process.Pid); err != nil && got.err == nil {
		got.err = err
	}
	m.remains.Go(func() {
		<-p.drained
		client.Kill() // cannot wait for ever: there is nothing left to wait for
	})
	if got.err != nil {
		inst.kill()
		return nil, fmt.Errorf("module %s: %w", m.name, got.err)
	}
	inst.remote = got.remote.(*wire.Remote)
	return inst, nil
}

// kill ends the process and its group and waits until nothing of it is left.
func (i *instance) kill() {
	i.process.kill()
	<-i.gone
}

// drain asks the process to finish what it has begun, until ctx is done, and
// then ends it.
func (i *instance) drain(ctx context.Context) {
	if _, err := i.remote.Drain(ctx, &wire.DrainRequest{}); err == nil {
		// go-plugin's polite end lets the module's own defers run, but waits
		// for ever on a process that stands still.
		polite := make(chan struct{})
		go func() {
			defer close(polite)
			i.client.Kill()
		}()
		bound := time.NewTimer(killWithin)
		defer bound.Stop()
		select {
		case <-polite:
		case <-bound.C:
		}
	}
	i.kill()
}

// describe asks the process what it is.
func (i *instance) describe(ctx context.Context) (*wire.Description, error) {
	ctx, cancel := context.WithTimeout(ctx, describeWithin)
	defer cancel()
	return i.remote.Describe(ctx, &wire.DescribeRequest{})
}

// open brings the process from its handshake to where it serves requests.
// migrating is called when its database is about to be changed.
func (m *module) open(ctx context.Context, inst *instance, migrating func()) error {
	config := m.configuration()
	config.HostService = inst.remote.Broker.NextId()
	config.Instance = fmt.Sprintf("%s/%s", m.name, inst.process.ID())
	// Listening before the module is told to call: it has five seconds.
	go inst.remote.Broker.AcceptAndServe(config.HostService, m.services)

	steps := []struct {
		name   string
		within time.Duration
		call   func(context.Context) error
	}{
		{"configure", configureWithin, func(ctx context.Context) error {
			_, err := inst.remote.Configure(ctx, config)
			return err
		}},
		{"migrate", migrateWithin, func(ctx context.Context) error {
			migrating()
			answer, err := inst.remote.Migrate(ctx, &wire.MigrateRequest{})
			if err == nil && len(answer.GetApplied()) > 0 {
				m.log.Info("module migrated", "applied", answer.GetApplied())
			}
			return err
		}},
		{"start", startWithin, func(ctx context.Context) error {
			_, err := inst.remote.Start(ctx, &wire.StartRequest{})
			return err
		}},
	}
	for _, step := range steps {
		within, cancel := context.WithTimeout(ctx, step.within)
		err := step.call(within)
		cancel()
		if err != nil {
			return fmt.Errorf("module %s: %s: %w", m.name, step.name, err)
		}
	}
	return nil
}
