package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// deliverWithin is how long a module may take over one event.
const deliverWithin = 30 * time.Second

// maxReferences is how many things may be asked for in one call: a page.
const maxReferences = 100

// Film is what a module is told of a film.
type Film struct {
	ID, Title, Slug, Stage string
	Space                  string         // the id of its home
	Relations              core.Relations // of the asker to it
	Year                   int            // 0 if it is not known
	DurationS              int
	Form                   string
	Consent                string   // to being selected: open, ask or none
	Company                bool     // the asker belongs to an organisation that it credits
	Families               []string // who answers for it, directs it and produces it
	Parts                  []string // of the people that were asked about, those who have a part in it
}

// Person is what a module is told of a person.
type Person struct {
	ID, Name, Handle string
	Member           bool // of the space that was asked about
}

// services are what one module may ask of its host. The connection is made
// for the module, so that whoever calls is known without a word.
type services struct {
	wire.UnimplementedHostServer
	module *module
}

// services returns the server of one connection, in the shape that go-plugin's
// broker wants.
func (m *module) services(opts []grpc.ServerOption) *grpc.Server {
	server := wire.Server(append(opts, grpc.UnaryInterceptor(m.permitService)))
	wire.RegisterHostServer(server, &services{module: m})
	return server
}

// permitService lets a call pass that the manifest asks for, and turns what
// comes back into what a module may see of an error.
func (m *module) permitService(ctx context.Context, in any, call *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if permission, ok := m.described.Load().manifest.permits(call.FullMethod); !ok {
		m.log.Warn("module asked for what its manifest does not name", "permission", permission, "method", call.FullMethod)
		if m.host.opts.Refused != nil {
			m.host.opts.Refused(ctx, m.name, permission)
		}
		return nil, status.Errorf(codes.PermissionDenied, "the manifest does not ask for %s", permission)
	}
	out, err := handle(ctx, in)
	if err == nil {
		return out, nil
	}
	if _, known := status.FromError(err); known {
		return nil, err
	}
	fault := core.AsError(err)
	if fault.Fault.Kind == core.Internal {
		m.log.Error("a service of the host failed", "method", call.FullMethod, "error", err)
	}
	return nil, status.Error(grpcCode(fault.Fault.Kind), fault.Fault.Code)
}

// permits names the permission that a method needs, and whether the manifest
// has it. A method that is not known here is never permitted.
func (m Manifest) permits(method string) (permission string, ok bool) {
	switch method {
	case wire.Host_Films_FullMethodName:
		return filmsRead, m.may(filmsRead)
	case wire.Host_People_FullMethodName:
		return peopleRead, m.may(peopleRead)
	case wire.Host_Emit_FullMethodName:
		return "events", len(m.Emits) > 0
	}
	return method, false
}

// Films answers with those films that the asker may see.
func (s *services) Films(ctx context.Context, in *wire.References) (*wire.FilmList, error) {
	ctx, err := s.as(ctx, in)
	if err != nil {
		return nil, err
	}
	films, err := s.module.host.opts.Films(ctx, in.GetIds(), in.GetPeople())
	if err != nil {
		return nil, err
	}
	list := &wire.FilmList{}
	for _, f := range films {
		seen := &wire.Film{
			Id: f.ID, Title: f.Title, Slug: f.Slug, Stage: f.Stage, Space: f.Space,
			Year: int32(f.Year), DurationS: int32(f.DurationS), Form: f.Form, Consent: f.Consent, Company: f.Company,
			Families: f.Families, Parts: f.Parts,
		}
		if f.Relations != 0 {
			seen.Relations = strings.Split(f.Relations.String(), "+")
		}
		list.Films = append(list.Films, seen)
	}
	return list, nil
}

// People answers with those people that the asker may see.
func (s *services) People(ctx context.Context, in *wire.References) (*wire.PersonList, error) {
	ctx, err := s.as(ctx, in)
	if err != nil {
		return nil, err
	}
	people, err := s.module.host.opts.People(ctx, in.GetIds(), in.GetSpace())
	if err != nil {
		return nil, err
	}
	list := &wire.PersonList{}
	for _, p := range people {
		list.People = append(list.People, &wire.Person{Id: p.ID, Name: p.Name, Handle: p.Handle, Member: p.Member})
	}
	return list, nil
}

// as returns a context in which the asker is acting: the actor of the request
// that is being answered, or a visitor where the module asks as itself.
func (s *services) as(ctx context.Context, in *wire.References) (context.Context, error) {
	if n := max(len(in.GetIds()), len(in.GetPeople())); n > maxReferences {
		return nil, status.Errorf(codes.InvalidArgument, "%d ids, %d are taken at once", n, maxReferences)
	}
	if in.GetActor() == "" {
		return core.WithActor(ctx, &core.Actor{}), nil
	}
	actor := s.module.tickets.actor(in.GetActor())
	if actor == nil {
		return nil, status.Error(codes.Unauthenticated, "this actor is not asking anything at the moment")
	}
	return core.WithActor(ctx, actor), nil
}

// Emit records events of the module. They are the module's whatever they say,
// and of a type that its manifest names.
func (s *services) Emit(ctx context.Context, in *wire.Events) (*wire.EmitResponse, error) {
	emits := s.module.described.Load().manifest.Emits
	for _, e := range in.GetEvents() {
		switch {
		case !slices.Contains(emits, e.GetType()):
			return nil, status.Errorf(codes.InvalidArgument, "event %s: the manifest does not name the type %q", e.GetId(), e.GetType())
		case e.GetId() == "" || e.GetSubject() == "":
			return nil, status.Errorf(codes.InvalidArgument, "event %q of type %s: the id or the subject is empty", e.GetId(), e.GetType())
		}
	}
	for _, e := range in.GetEvents() {
		event := e.Core()
		event.Source = s.module.name
		// The module vouches for what it recorded; nobody is asking here.
		if err := s.module.host.opts.Emit(core.WithActor(ctx, core.System()), event); err != nil {
			return nil, fmt.Errorf("emit %s: %w", event.ID, err)
		}
	}
	return &wire.EmitResponse{}, nil
}

// Deliver brings an event to the module, waiting until it runs or ctx is done.
// It returns nil when the module has dealt with it, once and for all; what is
// not acknowledged has to come again.
func (h *Host) Deliver(ctx context.Context, module string, event core.Event) error {
	m := h.modules[module]
	if m == nil {
		return ErrUnavailable
	}
	inst, err := m.await(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deliverWithin)
	defer cancel()
	answer, err := inst.remote.Deliver(ctx, &wire.Events{Events: []*wire.Event{wire.FromEvent(event)}})
	switch {
	case status.Code(err) == codes.Unavailable: // it ended meanwhile; the next one will be told
		return ErrUnavailable.Because(err)
	case err != nil:
		return fmt.Errorf("deliver %s to module %s: %w", event.ID, module, err)
	case answer.GetCount() < 1:
		return fmt.Errorf("deliver %s to module %s: %w", event.ID, module, errors.New(answer.GetTrouble()))
	}
	return nil
}

// grpcCode returns the word that gRPC has for a kind of trouble.
func grpcCode(kind core.Kind) codes.Code {
	switch kind {
	case core.Malformed, core.Invalid, core.TooLarge, core.Unsupported:
		return codes.InvalidArgument
	case core.Unauthenticated:
		return codes.Unauthenticated
	case core.Forbidden:
		return codes.PermissionDenied
	case core.Missing, core.NotAllowed, core.Moved:
		return codes.NotFound
	case core.Conflict, core.Stale, core.Unconditional:
		return codes.FailedPrecondition
	case core.TooMany:
		return codes.ResourceExhausted
	case core.Unavailable:
		return codes.Unavailable
	}
	return codes.Internal
}
