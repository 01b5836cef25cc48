package host_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// discard is an answer that nobody keeps.
type discard struct {
	header http.Header
	status int
	bytes  int64
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { d.bytes += int64(len(b)); return len(b), nil }

// BenchmarkHello measures what the hop into a module's process costs: one GET
// answered in this process, and by way of the host. The median and the 99th
// percentile are reported in microseconds.
func BenchmarkHello(b *testing.B) {
	b.Run("InProcess", func(b *testing.B) {
		local, err := sdk.InProcess(b.Context(), &rig{name: "rig"}, sdk.Surroundings{
			DatabaseFile: filepath.Join(b.TempDir(), "rig.db"), Log: quiet(b),
			Policy: map[core.Role]map[string]core.When{"visitor": {"rig.hello.read": {core.RelationSet(core.Any)}}},
		})
		if err != nil {
			b.Fatal(err)
		}
		defer local.Close()
		r := httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/rig/hello", nil)
		asker := sdk.Actor{Roles: []sdk.Role{"visitor"}, Space: sdk.Space{Slug: "bretagne", Place: bretagne.Place}, State: "on"}
		measure(b, func(w http.ResponseWriter) { local.ServeHTTP(w, local.As(asker, r)) })
	})
	b.Run("ThroughTheHost", func(b *testing.B) {
		p := open(b, nil, "rig")
		r := httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/rig/hello", nil)
		measure(b, func(w http.ResponseWriter) { p.Serve(w, r, host.Call{Module: "rig", Space: bretagne, State: "on"}) })
	})
}

func measure(b *testing.B, serve func(http.ResponseWriter)) {
	b.Helper()
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		w := &discard{header: http.Header{}}
		serve(w)
		took = append(took, time.Since(began))
		if w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
}

// BenchmarkHelloAtOnce measures how many GETs pass through the hop.
func BenchmarkHelloAtOnce(b *testing.B) {
	p := open(b, nil, "rig")
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		r := httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/rig/hello", nil)
		for pb.Next() {
			w := &discard{header: http.Header{}}
			p.Serve(w, r, host.Call{Module: "rig", Space: bretagne, State: "on"})
			if w.status != http.StatusOK {
				b.Error(w.status)
			}
		}
	})
}

// BenchmarkQuarterGibibyte measures a body of 256 MiB through the hop, and what
// the host allocates for it.
func BenchmarkQuarterGibibyte(b *testing.B) {
	p := open(b, nil, "rig")
	r := httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/rig/quarter-gibibyte", nil)
	b.SetBytes(256 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		w := &discard{header: http.Header{}}
		p.Serve(w, r, host.Call{Module: "rig", Space: bretagne, State: "on"})
		if w.bytes != 256<<20 {
			b.Fatal(w.status, w.bytes)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1024, "KiB/op")
}

// BenchmarkStart measures the start of a host with ten modules, until all are
// ready.
func BenchmarkStart(b *testing.B) {
	names := []string{"rig", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"}
	for b.Loop() {
		p := prepare(b, nil, names...)
		if err := p.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

var _ io.Writer = (*discard)(nil)
