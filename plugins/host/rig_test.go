package host_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// rig is the module with which the host is tried. It is no good example: it
// does on purpose what a module should not.
type rig struct {
	name string
	host *sdk.Host

	mu    sync.Mutex
	heard []string
	later string // what came of a request after it
}

var (
	_ sdk.Provisioner = (*rig)(nil)
	_ sdk.Listener    = (*rig)(nil)
	_ sdk.Findable    = (*rig)(nil)
)

const noteMade = "rig.note.made.v1"

func (m *rig) Manifest() sdk.Manifest {
	return sdk.Manifest{
		Name: m.name, Version: "1.2.3", Summary: "Is held up to the light.",
		Permissions: []string{sdk.FilmsRead}, // and not people
		Emits:       []string{m.name + ".note.made.v1", "film.recognised.v1"},
		Listens:     []string{"film.released.v1"},
		Kinds:       []string{"trace"},
		Policy: fmt.Sprintf("visitor, any, %[1]s.hello.read\nmember, own, %[1]s.note.create\ncurator, any, %[1]s.film.recognise\n",
			m.name),
	}
}

func (m *rig) Provision(_ context.Context, h *sdk.Host) error {
	m.host = h
	return nil
}

func (m *rig) On(_ context.Context, e sdk.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heard = append(m.heard, e.ID+" "+e.Subject)
	return nil
}

// raw is an operation that is answered without Huma's help.
func (m *rig) raw(api huma.API, method, path, id string, answer func(w http.ResponseWriter, r *http.Request)) {
	m.rawWith(api, huma.Operation{OperationID: id, Method: method, Path: path, Summary: id, Extensions: sdk.Public()}, answer)
}

func (m *rig) rawWith(api huma.API, op huma.Operation, answer func(w http.ResponseWriter, r *http.Request)) {
	huma.Register(api, op, func(context.Context, *raw) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			answer(w, r)
		}}, nil
	})
}

type raw struct {
	sdk.Upload
	A string `query:"a"`
}

type hello struct {
	Body struct {
		PID     int      `json:"pid"`
		Person  string   `json:"person"`
		Roles   []string `json:"roles" nullable:"false"`
		Space   string   `json:"space"`
		Request string   `json:"request"`
		State   string   `json:"state"`
	}
}

type note struct {
	Body struct {
		Text string `json:"text" maxLength:"2000000"`
		Type string `json:"type,omitempty" maxLength:"50"`
	}
}

func (m *rig) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "say-hello", Method: http.MethodGet, Path: "/hello", Summary: "Say hello",
		Extensions: sdk.Permission(m.name + ".hello.read"),
	}, func(ctx context.Context, _ *struct{}) (*hello, error) {
		a := sdk.ActorFrom(ctx)
		if err := a.Check(m.name + ".hello.read"); err != nil {
			return nil, err
		}
		out := &hello{}
		out.Body.PID, out.Body.Person, out.Body.Space, out.Body.Request, out.Body.State = os.Getpid(), a.Person, a.Space.Slug, a.Request, a.State
		for _, r := range a.Roles {
			out.Body.Roles = append(out.Body.Roles, string(r))
		}
		return out, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "make-note", Method: http.MethodPost, Path: "/notes", Summary: "Make a note",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: 4096,
		Extensions: sdk.Permission(m.name + ".note.create"),
	}, func(ctx context.Context, in *note) (*hello, error) {
		a := sdk.ActorFrom(ctx)
		if err := a.Check(m.name+".note.create", sdk.Own); err != nil {
			return nil, err
		}
		typ := m.name + ".note.made.v1"
		if in.Body.Type != "" {
			typ = in.Body.Type
		}
		err := m.host.DB.Write(ctx, func(ctx context.Context) error {
			return sdk.Record(ctx, typ, sdk.NewID(), in.Body)
		})
		out := &hello{}
		out.Body.PID, out.Body.Roles = os.Getpid(), []string{}
		return out, err
	})
	m.rawWith(api, huma.Operation{
		OperationID: "recognise-film", Method: http.MethodPost, Path: "/recognise", Summary: "Answer without a question",
		Extensions: sdk.Permission(m.name + ".film.recognise"),
	}, func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.later = "recognised"
		w.WriteHeader(http.StatusNoContent)
	})
	finish := sdk.Public()
	finish["x-finishes"] = true
	m.rawWith(api, huma.Operation{
		OperationID: "finish", Method: http.MethodPost, Path: "/finish", Summary: "Finish", Extensions: finish,
	}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

	m.raw(api, http.MethodGet, "/headers", "get-headers", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "Host: %s\nQuery: %s\n", r.Host, r.URL.RawQuery)
		_ = r.Header.Write(w)
	})
	m.raw(api, http.MethodGet, "/evil", "be-evil", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "session=early")
		w.WriteHeader(http.StatusEarlyHints)
		for _, name := range []string{"Set-Cookie", "X-Request-Id", "X-Labfilms-Actor", "Access-Control-Allow-Origin", "Clear-Site-Data", "Strict-Transport-Security"} {
			w.Header().Set(name, "evil")
		}
		w.WriteHeader(http.StatusOK)
	})
	m.raw(api, http.MethodGet, "/mebibyte", "get-mebibyte", func(w http.ResponseWriter, _ *http.Request) { writeZeros(w, 1) })
	m.raw(api, http.MethodGet, "/quarter-gibibyte", "get-quarter-gibibyte", func(w http.ResponseWriter, _ *http.Request) { writeZeros(w, 256) })
	m.rawWith(api, huma.Operation{
		OperationID: "put-bytes", Method: http.MethodPut, Path: "/bytes", Summary: "Count", Extensions: sdk.Public(),
		RequestBody: sdk.UploadBody("application/octet-stream"), MaxBodyBytes: 1 << 20,
	}, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d %v", n, err)
	})
	m.raw(api, http.MethodGet, "/wait", "wait", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.later = "the asker is gone"
	})
	m.raw(api, http.MethodGet, "/panic", "panic", func(http.ResponseWriter, *http.Request) { go panic("at the disco") })
	m.raw(api, http.MethodGet, "/truncate", "truncate", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"half": `)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	m.raw(api, http.MethodGet, "/noise", "make-noise", func(w http.ResponseWriter, _ *http.Request) {
		for _, fd := range []uintptr{1, 2} {
			out := os.NewFile(fd, "")
			fmt.Fprint(out, "{\"@message\":5}\n1|1|tcp|127.0.0.1:1|grpc\n{\"level\":7,\"msg\":{}}\n\x00\xff\xfe\n")
			fmt.Fprint(out, strings.Repeat("x", 200<<10)+"\n")
			fmt.Fprint(out, strings.Repeat("line\n", 100_000))
		}
		w.WriteHeader(http.StatusNoContent)
	})
	m.raw(api, http.MethodGet, "/grandchild", "start-grandchild", func(w http.ResponseWriter, _ *http.Request) {
		child := exec.Command("sleep", "1000")
		if err := child.Start(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, child.Process.Pid)
	})
	m.raw(api, http.MethodGet, "/environ", "get-environ", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Join(os.Environ(), "\n"))
	})
	m.raw(api, http.MethodGet, "/films", "get-films", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, m.ask(r.Context()))
	})
	m.raw(api, http.MethodGet, "/films-later", "get-films-later", func(w http.ResponseWriter, r *http.Request) {
		ctx, done := context.WithoutCancel(r.Context()), r.Context().Done()
		go func() {
			<-done
			// The answer is on its way, and for so long the ticket is good.
			said := m.ask(ctx)
			for began := time.Now(); strings.HasPrefix(said, "A public film") && time.Since(began) < 5*time.Second; {
				said = m.ask(ctx)
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			m.later = said
		}()
		w.WriteHeader(http.StatusNoContent)
	})
	m.raw(api, http.MethodGet, "/later", "get-later", func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		fmt.Fprint(w, m.later)
	})
	m.raw(api, http.MethodGet, "/people", "get-people", func(w http.ResponseWriter, r *http.Request) {
		_, err := m.host.People.Get(r.Context(), []string{"ada"})
		fmt.Fprint(w, err)
	})
	m.raw(api, http.MethodGet, "/heard", "get-heard", func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		fmt.Fprint(w, strings.Join(m.heard, "\n"))
	})
	m.raw(api, http.MethodGet, "/database", "get-database", func(w http.ResponseWriter, r *http.Request) {
		var who, where string
		err := m.host.DB.QueryRow(r.Context(), `SELECT current_user, current_schema()`, nil, &who, &where)
		fmt.Fprintln(w, who, where, err)
		for _, query := range []string{
			`SELECT count(*) FROM public.secrets`, `SELECT count(*) FROM module_other.sdk_outbox`,
			`SELECT count(*) FROM module_rig.sdk_outbox`,
		} {
			var n int
			fmt.Fprintln(w, query, m.host.DB.QueryRow(r.Context(), query, nil, &n))
		}
	})
	m.raw(api, http.MethodGet, "/socket", "open-socket", func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", r.Header.Get("Upgrade"))
		line, err := bufio.NewReader(rw).ReadString('\n')
		if err == nil {
			fmt.Fprint(conn, "echo "+line)
		}
	})
}

// ask returns the titles of two films as the asker sees them, or the error.
func (m *rig) ask(ctx context.Context) string {
	films, err := m.host.Films.Get(ctx, []string{"public", "private"})
	if err != nil {
		return err.Error()
	}
	var titles []string
	for _, id := range []string{"public", "private"} {
		if f, ok := films[id]; ok {
			titles = append(titles, f.Title)
		}
	}
	return strings.Join(titles, ", ")
}

func writeZeros(w http.ResponseWriter, mebibytes int) {
	zeros := make([]byte, 64<<10)
	w.Header().Set("Content-Length", fmt.Sprint(mebibytes<<20))
	for range mebibytes << 4 {
		if _, err := w.Write(zeros); err != nil {
			return
		}
	}
}
