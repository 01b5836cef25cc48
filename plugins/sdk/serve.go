package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"

	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Asked reports whether a host started this process to be a module, and which
// one where the executable holds several. An executable of one module has no
// use for it; one that does other things as well asks before it reads its
// flags.
func Asked() (name string, asked bool) {
	return wire.Named(os.Args), wire.Inside()
}

// Serve is the main of a module's process. It answers the host until the host
// ends it, and does not return before. Started by anybody else, it says so on
// standard error and ends the process with status 1.
//
// Standard output belongs to the handshake. What the module logs goes to
// [Host.Log], which writes JSON lines to standard error; the host keeps them.
func Serve(m Module) {
	if !wire.Inside() {
		fmt.Fprintf(os.Stderr, "%s is a module of LabFilms: the platform starts it, it does not run by itself.\n", m.Manifest().Name)
		os.Exit(1)
	}
	if err := serve(m); err != nil {
		slog.New(slog.NewJSONHandler(os.Stderr, nil)).Error("the module cannot run", "module", m.Manifest().Name, "err", err)
		os.Exit(1)
	}
}

func serve(m Module) error {
	// What the module starts must not hold the host's files open.
	syscall.CloseOnExec(wire.FDLifeline)
	syscall.CloseOnExec(wire.FDListener)
	go dieWithHost(os.NewFile(wire.FDLifeline, "lifeline"))

	file := os.NewFile(wire.FDListener, "listener")
	listener, err := net.FileListener(file)
	if err != nil {
		return fmt.Errorf("the listener of the host: %w", err)
	}
	if err := file.Close(); err != nil { // FileListener made a copy
		return err
	}
	// go-plugin is about to put a pipe in the place of os.Stderr.
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	i, err := newInstance(m, log)
	if err != nil {
		return err
	}
	name(i.manifest.Name)
	s := &server{instance: i, listener: listener}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: wire.Handshake,
		Plugins: wire.Plugins(func(b *plugin.GRPCBroker) wire.ModuleServer {
			s.broker = b
			return s
		}),
		GRPCServer: wire.Server,
		Logger:     hclog.NewNullLogger(),
	})
	return s.instance.close()
}

// dieWithHost ends this process, and all that it has started, when the host
// is gone: the other end of the pipe closes with it, however it died.
func dieWithHost(lifeline *os.File) {
	_, _ = io.Copy(io.Discard, lifeline)
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(0, syscall.SIGKILL)
	}
	os.Exit(1)
}

// name makes the process known as the module to ps and top, where the kernel
// allows it.
func name(module string) {
	_ = os.WriteFile("/proc/self/comm", []byte("lf-"+module), 0)
}

// server answers the host's calls.
type server struct {
	wire.UnimplementedModuleServer
	*instance
	listener net.Listener
	broker   *plugin.GRPCBroker

	mu   sync.Mutex
	http *http.Server // nil until Start
}

func (s *server) Describe(context.Context, *wire.DescribeRequest) (*wire.Description, error) {
	manifest, document, err := s.describe()
	return &wire.Description{Manifest: manifest, Openapi: document}, err
}

func (s *server) Configure(ctx context.Context, c *wire.Configuration) (*wire.ConfigureResponse, error) {
	if c.GetInstance() != "" {
		s.log = s.log.With("instance", c.GetInstance())
	}
	conn, err := s.broker.Dial(c.GetHostService())
	if err != nil {
		return nil, fmt.Errorf("the services of the host: %w", err)
	}
	return &wire.ConfigureResponse{}, s.configure(ctx, c, wire.NewHostClient(conn))
}

func (s *server) Migrate(ctx context.Context, _ *wire.MigrateRequest) (*wire.MigrateResponse, error) {
	applied, err := s.migrate(ctx)
	return &wire.MigrateResponse{Applied: applied}, err
}

func (s *server) Start(ctx context.Context, _ *wire.StartRequest) (*wire.StartResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return nil, errors.New("the module is started already")
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	s.http = &http.Server{
		Handler:           s.instance,
		Protocols:         new(http.Protocols),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       10 * time.Minute, // the host closes what is idle, and first
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.http.Protocols.SetHTTP1(true)
	go func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the listener failed", "err", err)
			os.Exit(1) // a module that cannot be reached is restarted
		}
	}()
	return &wire.StartResponse{}, nil
}

func (s *server) Health(ctx context.Context, _ *wire.HealthRequest) (*wire.HealthResponse, error) {
	return &wire.HealthResponse{Ready: s.ready(ctx)}, nil
}

func (s *server) Documents(ctx context.Context, in *wire.DocumentsRequest) (*wire.DocumentList, error) {
	return s.documents(ctx, in)
}

// Drain waits for the requests under way as long as the call may take, and
// then breaks them off.
func (s *server) Drain(ctx context.Context, _ *wire.DrainRequest) (*wire.DrainResponse, error) {
	s.endRequests()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == nil {
		return &wire.DrainResponse{}, nil
	}
	if err := s.http.Shutdown(ctx); err != nil {
		s.log.Warn("requests were broken off", "err", err)
		return &wire.DrainResponse{}, s.http.Close()
	}
	return &wire.DrainResponse{}, nil
}

func (s *server) Deliver(ctx context.Context, in *wire.Events) (*wire.Delivered, error) {
	events := make([]Event, len(in.GetEvents()))
	for n, e := range in.GetEvents() {
		events[n] = e.Core()
	}
	n, err := s.deliver(ctx, events)
	answer := &wire.Delivered{Count: uint32(n)}
	if err != nil {
		answer.Trouble = err.Error()
	}
	return answer, nil
}

func (s *server) UpdatePolicy(_ context.Context, p *wire.Policy) (*wire.UpdatePolicyResponse, error) {
	s.setPolicy(p)
	return &wire.UpdatePolicyResponse{}, nil
}

// describe returns the manifest, with the SDK's own wishes, and the OpenAPI
// document, both as JSON.
func (i *instance) describe() (manifest, document []byte, err error) {
	m := i.manifest
	m.Listens = i.listens()
	if manifest, err = json.Marshal(m); err != nil {
		return nil, nil, err
	}
	document, err = i.document()
	return manifest, document, err
}

var _ wire.ModuleServer = (*server)(nil)
