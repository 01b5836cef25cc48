package sdktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// Run puts the module through the conformance suite, first in process and then
// as a process under a real host: what it says of itself, who may do what,
// every operation with good input and with bad, every POST repeated, every
// event told twice; streams, uploads and restarts as far as its operations
// have them.
//
// The package needs [Main] in its TestMain.
func Run(t *testing.T, New func() sdk.Module) {
	t.Helper()
	for _, way := range []struct {
		name    string
		process bool
		open    func(testing.TB, func() sdk.Module) *subject
	}{
		{"in process", false, inProcess},
		{"as a process", true, asProcess},
	} {
		t.Run(way.name, func(t *testing.T) {
			for _, c := range checks {
				if c.process && !way.process {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					if err := c.run(t.Context(), way.open(t, New)); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// check is one demand of the suite. It returns all the ways in which the
// module falls short.
type check struct {
	name    string
	process bool // only of a module that is a process
	run     func(ctx context.Context, s *subject) error
}

var checks = []check{
	{name: "it says what it is", run: describes},
	{name: "its policy names people", run: names},
	{name: "who never may is refused", run: refuses},
	{name: "every operation asks its permission", run: asks},
	{name: "bad input is a problem and no defect", run: survives},
	{name: "a repeated POST is answered again", run: repeats},
	{name: "an event told twice is heard once", run: hears},
	{name: "a stream begins at once and ends with its reader", run: streams},
	{name: "an upload takes no memory", run: uploads},
	{name: "a killed process serves again", process: true, run: rises},
	{name: "nothing is left of it", process: true, run: leaves},
}

// describes wants the manifest and the operations to hold.
func describes(_ context.Context, s *subject) error {
	errs := []error{s.manifest.Validate()}
	prefix := "/v1/spaces/{space}/" + s.manifest.Name + "/"
	if len(s.document.operations) == 0 {
		errs = append(errs, errors.New("it has no operations"))
	}
	ids := map[string]bool{}
	for _, o := range s.document.operations {
		no := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s %s: "+format, append([]any{o.method, o.full}, args...)...))
		}
		if !strings.HasPrefix(o.full, prefix) {
			no("it is not below %s", prefix)
		}
		if !strings.HasPrefix(o.ID, s.manifest.Name+"-") || ids[o.ID] {
			no("the operation id %q is not its own", o.ID)
		}
		ids[o.ID] = true
		if o.Public == (o.Permission != "") {
			no("it names a permission or is public, and not both")
		}
	}
	for name := range s.document.schemas {
		if !strings.HasPrefix(strings.ToLower(name), s.manifest.Name) && !slices.Contains(shared, name) {
			errs = append(errs, fmt.Errorf("the schema %s has not the module's name in front", name))
		}
	}
	return errors.Join(errs...)
}

// shared are the schemas that core and all modules have alike.
var shared = []string{"Problem", "Reason", "Page"}

// names wants the policy to be one that the platform takes, and every
// permission to be somebody's.
func names(_ context.Context, s *subject) error {
	module := policies.Module{Name: s.manifest.Name, Rows: s.manifest.Policy}
	if err := policies.Vet(module); err != nil {
		return err
	}
	gate, err := policies.Load(module)
	if err != nil {
		return err
	}
	var errs []error
	for _, o := range s.document.operations {
		if o.Permission == "" {
			continue
		}
		if !slices.ContainsFunc(gate.Roles(), func(r core.Role) bool { return !gate.When([]core.Role{r}, o.Permission).Never() }) {
			errs = append(errs, fmt.Errorf("%s: no role may ever do %s", o.ID, o.Permission))
		}
	}
	return errors.Join(errs...)
}

// personas are one of each role.
func personas() []sdk.Actor {
	roles := []sdk.Role{"member", "creator", "producer", "curator", "organiser", "provider", "institution", "moderator", "region_admin", "platform_admin"}
	people := []sdk.Actor{Visitor}
	for _, r := range roles {
		people = append(people, Someone(string(r), r))
	}
	return append(people, Someone("suspended", "member", core.RoleSuspended))
}

// refuses wants everybody turned away whose roles can never allow the
// operation.
func refuses(ctx context.Context, s *subject) error {
	gate, err := policies.Load(policies.Module{Name: s.manifest.Name, Rows: s.manifest.Policy})
	if err != nil {
		return err
	}
	var errs []error
	for _, o := range s.document.operations {
		if o.Permission == "" {
			continue
		}
		for _, p := range personas() {
			if !gate.When(p.Roles, o.Permission).Never() {
				continue
			}
			want := http.StatusForbidden
			if p.Account == "" {
				want = http.StatusUnauthorized
			}
			if a := s.call(ctx, p, o, nil, badRequest{}); a.Status != want {
				errs = append(errs, fmt.Errorf("%s as %v: status %d, want %d\n%s", o.ID, p.Roles, a.Status, want, a.Body))
			}
		}
	}
	return errors.Join(errs...)
}

// asks calls every operation with good input as everybody, for things that are
// there and for things that are not, and wants no defect: a forgotten check is
// one.
func asks(ctx context.Context, s *subject) error {
	var errs []error
	known := map[string]string{}
	for _, things := range []map[string]string{nil, known} {
		for _, p := range personas() {
			for _, o := range s.document.operations {
				if o.streams() {
					continue
				}
				a := s.call(ctx, p, o, things, badRequest{})
				if a.Status >= 500 {
					errs = append(errs, fmt.Errorf("%s as %v: status %d\n%s", o.ID, p.Roles, a.Status, a.Body))
				}
				if a.Status < 300 && o.method == http.MethodPost {
					s.document.learn(a.Header.Get("Location"), known)
				}
			}
		}
	}
	return errors.Join(errs...)
}

// survives sends every operation what it ought not to be sent.
func survives(ctx context.Context, s *subject) error {
	var errs []error
	known := map[string]string{}
	admin := Someone("admin", "platform_admin", "member", "creator")
	for _, o := range s.document.operations {
		if o.streams() {
			continue
		}
		if a := s.call(ctx, admin, o, known, badRequest{}); a.Status < 300 {
			s.document.learn(a.Header.Get("Location"), known)
		}
		for _, b := range s.document.bad(o) {
			things := maps.Clone(known)
			maps.Copy(things, b.path)
			a := s.call(ctx, admin, o, things, b)
			switch {
			case a.Status >= 500:
				errs = append(errs, fmt.Errorf("%s, %s: status %d\n%s", o.ID, b.what, a.Status, a.Body))
			case a.Status >= 400 && a.Code() == "":
				errs = append(errs, fmt.Errorf("%s, %s: status %d is no problem with a code: %s %s", o.ID, b.what, a.Status, a.Header.Get("Content-Type"), a.Body))
			}
		}
	}
	return errors.Join(errs...)
}

// repeats sends every POST twice under one key, and then another body under
// it.
func repeats(ctx context.Context, s *subject) error {
	var errs []error
	known := map[string]string{}
	for _, p := range personas() {
		for n, o := range s.document.operations {
			if o.method != http.MethodPost {
				continue
			}
			things := maps.Clone(known)
			key := badRequest{headers: []string{"Idempotency-Key", fmt.Sprintf("%s-%s-%d", p.Account, o.ID, n)}}
			first, second := s.call(ctx, p, o, things, key), s.call(ctx, p, o, things, key)
			switch {
			case first.Status >= 500 || second.Status >= 500:
				errs = append(errs, fmt.Errorf("%s: status %d, then %d\n%s", o.ID, first.Status, second.Status, second.Body))
			case first.Status != second.Status:
				errs = append(errs, fmt.Errorf("%s: status %d, then %d", o.ID, first.Status, second.Status))
			case first.Status >= 300:
			case string(first.Body) != string(second.Body) || second.Header.Get("Idempotent-Replayed") != "true":
				errs = append(errs, fmt.Errorf("%s: it was done again:\n%s\n%s", o.ID, first.Body, second.Body))
			default:
				s.document.learn(first.Header.Get("Location"), known)
				key.query = "again=1"
				if a := s.call(ctx, p, o, things, key); a.Status < 400 || a.Status >= 500 {
					errs = append(errs, fmt.Errorf("%s: another request under the same key: status %d", o.ID, a.Status))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// hears tells the module each event twice that it listens to. An event that
// means nothing to it may be refused, but then twice alike.
func hears(ctx context.Context, s *subject) error {
	var errs []error
	for n, typ := range append([]string{"person.suspended.v1", "person.reinstated.v1"}, s.manifest.Listens...) {
		e := sdk.Event{
			ID: "018f0000-0000-7000-8000-0000000ee" + strconv.Itoa(100+n), Type: typ, Source: "core",
			Subject: "018f0000-0000-7000-8000-00000000ffff", Place: Bretagne.Place, At: Now, Data: []byte("{}"),
		}
		first, second := s.deliver(ctx, e), s.deliver(ctx, e)
		if (first == nil) != (second == nil) {
			errs = append(errs, fmt.Errorf("%s: first %v, then %v", typ, first, second))
		}
	}
	return errors.Join(errs...)
}

// streams opens every stream of events, waits for its first bytes and goes.
func streams(ctx context.Context, s *subject) error {
	var errs []error
	for _, o := range s.document.operations {
		if !o.streams() || !o.simple() {
			continue
		}
		errs = append(errs, s.stream(ctx, o))
	}
	return errors.Join(errs...)
}

func (s *subject) stream(ctx context.Context, o operation) error {
	left := make(chan struct{})
	server := s.server(Someone("admin", "platform_admin", "member"), func() { close(left) })
	// Close waits for the handler, and it is in question whether that ends.
	defer func() { go server.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, o.method, server.URL+s.address(o), nil)
	if err != nil {
		return err
	}
	res, err := server.Client().Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", o.ID, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return fmt.Errorf("%s: status %d, %s", o.ID, res.StatusCode, res.Header.Get("Content-Type"))
	}
	if _, err := res.Body.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("%s: nothing came: %w", o.ID, err)
	}
	cancel()
	select {
	case <-left:
		return nil
	case <-time.After(5 * time.Second):
		return fmt.Errorf("%s: it goes on without a reader", o.ID)
	}
}

// upload is the size of the upload, and the most memory it may take.
const (
	upload     = 64 << 20
	uploadHeap = 16 << 20
)

// uploads sends every operation that takes so much a body of 64 MiB.
func uploads(ctx context.Context, s *subject) error {
	var errs []error
	for _, o := range s.document.operations {
		media, ok := o.bytes()
		if !ok || o.MaxBody < upload || !o.simple() {
			continue
		}
		errs = append(errs, s.upload(ctx, o, media))
	}
	return errors.Join(errs...)
}

func (s *subject) upload(ctx context.Context, o operation, media string) error {
	server := s.server(Someone("admin", "platform_admin", "member"), func() {})
	defer server.Close()
	before := s.memory()
	r, err := http.NewRequestWithContext(ctx, o.method, server.URL+s.address(o), io.LimitReader(zeros{}, upload))
	if err != nil {
		return err
	}
	r.ContentLength = upload
	r.Header.Set("Content-Type", media)
	res, err := server.Client().Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", o.ID, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return fmt.Errorf("%s: status %d %s, %w", o.ID, res.StatusCode, body, err)
	}
	if grown := s.memory() - before; grown > uploadHeap {
		return fmt.Errorf("%s: %d MiB of memory for %d MiB of body", o.ID, grown>>20, upload>>20)
	}
	return nil
}

// memory returns the bytes that were ever allocated in process; as a process,
// the most that was ever resident there.
func (s *subject) memory() int64 {
	if s.host == nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapSys) //nolint:gosec // it is memory of this machine
	}
	pid, _ := s.process()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kib), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// rises kills the process and wants another in its place that answers.
func rises(ctx context.Context, s *subject) error {
	killed, ready := s.process()
	if !ready {
		return errors.New("it is not ready")
	}
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		return err
	}
	return within(10*time.Second, "a new process", func() bool {
		pid, ready := s.process()
		return ready && pid != killed && s.deliver(ctx, sdk.Event{ID: "after", Type: "person.reinstated.v1", Source: "core", At: Now}) == nil
	})
}

// leaves closes the host and wants the process gone.
func leaves(_ context.Context, s *subject) error {
	pid, _ := s.process()
	if err := s.host.Close(); err != nil {
		return err
	}
	return within(time.Second, "the end of the process", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
}

func within(limit time.Duration, what string, holds func() bool) error {
	deadline := time.After(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			return fmt.Errorf("waited %v in vain for %s", limit, what)
		case <-tick.C:
		}
	}
	return nil
}

// address returns the public path of an operation in Bretagne.
func (s *subject) address(o operation) string {
	return "/v1/spaces/" + Bretagne.Slug + "/" + s.manifest.Name + o.at(nil)
}

// server serves the module to one actor over a real connection. left is called
// when a request has been answered.
func (s *subject) server(a sdk.Actor, left func()) *httptest.Server {
	c := s.as(a)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer left()
		s.serve(w, r, c.acting(r))
	}))
}

// call calls the operation as the actor, with good input where b has no bad
// one. things are the values of its path parameters.
func (s *subject) call(ctx context.Context, a sdk.Actor, o operation, things map[string]string, b badRequest) *Answer {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	query := url.Values{}
	for _, p := range o.in("query") {
		if p.Required {
			query.Set(p.Name, fmt.Sprint(s.document.example(p.Schema, 0)))
		}
	}
	headers := slices.Clone(b.headers)
	for _, p := range o.in("header") {
		if p.Required && !slices.Contains(b.headers, p.Name) {
			headers = append(headers, p.Name, fmt.Sprint(s.document.example(p.Schema, 0)))
		}
	}
	var body any
	if schema, ok := o.json(); ok {
		body = s.document.example(schema, 0)
	} else if media, ok := o.bytes(); ok {
		body = strings.NewReader("some bytes")
		headers = append([]string{"Content-Type", media}, headers...)
	}
	if b.body != "" || slices.Contains(headers, "application/json") {
		body = strings.NewReader(b.body)
	}
	raw := query.Encode()
	if b.query != "" {
		raw = strings.TrimPrefix(raw+"&"+b.query, "&")
	}
	path := o.at(things)
	if raw != "" {
		path += "?" + raw
	}
	c := s.as(a)
	r, err := c.request(ctx, o.method, path, body, headers...)
	if err != nil {
		return &Answer{Status: http.StatusTeapot, Body: []byte(err.Error())}
	}
	w := httptest.NewRecorder()
	s.serve(w, r, c.acting(r))
	return &Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}
