package sdktest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

func TestMain(m *testing.M) { Main(m, probe.New) }

func TestTheProbeConforms(t *testing.T) { Run(t, probe.New) }

// A suite that nothing fails proves nothing: each of these modules has one
// defect, and the named check has to find it.
func TestTheSuiteFindsDefects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		check  string
		module func() sdk.Module
		says   string
	}{
		{"every operation asks its permission", probe.Forgetful, "unchecked"},
		{"a repeated POST is answered again", probe.Forgetful, "status 500"},
		{"its policy names people", func() sdk.Module {
			return altered(func(m *sdk.Manifest) {
				m.Policy = strings.Replace(m.Policy, "probe.bytes.create", "probe.bytes.count", 1)
			})
		}, "probe.bytes.create"},
		{"bad input is a problem and no defect", probe.Careless, "status 500"},
		{"a stream begins at once and ends with its reader", probe.Careless, "without a reader"},
		{"an upload takes no memory", probe.Careless, "MiB of memory"},
		{"an event told twice is heard once", probe.Careless, "then"},
	} {
		t.Run(c.check, func(t *testing.T) {
			t.Parallel()
			for _, one := range checks {
				if one.name != c.check {
					continue
				}
				err := one.run(t.Context(), inProcess(t, c.module))
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("it found %v", err)
				}
				return
			}
			t.Error("there is no such check")
		})
	}
}

// altered is the probe with another manifest.
func altered(change func(*sdk.Manifest)) sdk.Module {
	p := &alteredProbe{Probe: probe.New().(*probe.Probe), manifest: probe.New().Manifest()}
	change(&p.manifest)
	return p
}

type alteredProbe struct {
	*probe.Probe
	manifest sdk.Manifest
}

func (p *alteredProbe) Manifest() sdk.Manifest { return p.manifest }

func TestAModuleSeesThatItsAskerIsGone(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, s *subject) {
		server := s.server(Someone("anna", "member"), func() {})
		defer server.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/spaces/bretagne/probe/wait?ms=60000", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := server.Client().Do(r); err == nil {
			res.Body.Close()
			t.Fatalf("it answered: status %d", res.StatusCode)
		}
		Eventually(t, "the module to notice", func() bool {
			return s.as(Visitor).Do(t, http.MethodGet, "/heard/gone", nil).JSON(t)["times"] == 1.0
		})
	})
}

func TestWhatIsUnderWayEndsBeforeTheModule(t *testing.T) {
	t.Parallel()
	s := asProcess(t, probe.New)
	anna := s.as(Someone("anna", "member"))
	stream := s.server(anna.actor, func() {})
	defer stream.Close()
	res, err := stream.Client().Get(stream.URL + "/v1/spaces/bretagne/probe/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, 1)
	if _, err := res.Body.Read(first); err != nil {
		t.Fatal(err)
	}

	slow := make(chan string, 1)
	go func() {
		w := httptest.NewRecorder()
		r, err := anna.request(context.Background(), http.MethodGet, "/wait?ms=700", nil)
		if err != nil {
			slow <- err.Error()
			return
		}
		s.serve(w, r, anna.acting(r))
		slow <- fmt.Sprint(w.Code)
	}()
	Eventually(t, "the request to reach the module", func() bool {
		return anna.Do(t, http.MethodGet, "/heard/waiting", nil).JSON(t)["times"] == 1.0
	})
	started := time.Now()
	if err := s.host.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(started); took > 4*time.Second {
		t.Errorf("it took %v: the stream did not end when it was told to", took)
	}
	if got := <-slow; got != "204" {
		t.Errorf("the request under way ended with %s", got)
	}
}

// ways runs the test with the probe in process and as a process.
func ways(t *testing.T, run func(t *testing.T, s *subject)) {
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		run(t, inProcess(t, probe.New))
	})
	t.Run("as a process", func(t *testing.T) {
		t.Parallel()
		run(t, asProcess(t, probe.New))
	})
}
