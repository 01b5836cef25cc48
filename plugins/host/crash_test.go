package host_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// killed ends the module's process and waits until another one serves. It
// returns how long that took.
func (p *platform) killed(t testing.TB, module string) time.Duration {
	t.Helper()
	before := p.status(t, module).PID
	if before == 0 {
		t.Fatal("there is nothing to kill")
	}
	began := time.Now()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another process serves", func() bool {
		now := p.status(t, module).PID
		return now != 0 && now != before
	})
	return time.Since(began)
}

// stopped makes the module's process stand still and returns its id.
func (p *platform) stopped(t testing.TB, module string) int {
	t.Helper()
	pid := p.status(t, module).PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every thread stands still", func() bool {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, file := range threads {
			if stat, _ := os.ReadFile(file); !strings.Contains(string(stat), ") T ") {
				return false
			}
		}
		return err == nil && len(threads) > 0
	})
	return pid
}

func TestKillingAModuleEightTimesFailsNoGet(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig", "other")
	p.as(member)
	var asked, others, failed atomic.Int64
	var worst atomic.Int64
	stop := make(chan struct{})
	var readers sync.WaitGroup
	read := func(path string, count *atomic.Int64) {
		for {
			select {
			case <-stop:
				return
			default:
			}
			began := time.Now()
			res, err := p.HTTP.Get(p.URL + "/v1/spaces/bretagne/" + path)
			if err != nil {
				failed.Add(1)
				t.Errorf("%s: %v", path, err)
				return
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != http.StatusOK {
				failed.Add(1)
				t.Errorf("%s: %s %v %s", path, res.Status, err, body)
				return
			}
			count.Add(1)
			for took := int64(time.Since(began)); ; {
				if known := worst.Load(); took <= known || worst.CompareAndSwap(known, took) {
					break
				}
			}
		}
	}
	for range 8 {
		readers.Go(func() { read("rig/hello", &asked) })
	}
	readers.Go(func() { read("other/hello", &others) })

	var back []time.Duration
	for range 8 {
		reached := asked.Load() + 100
		eventually(t, "the readers read on", func() bool { return asked.Load() > reached || failed.Load() > 0 })
		back = append(back, p.killed(t, "rig").Round(time.Millisecond))
	}
	close(stop)
	readers.Wait()
	if n := p.status(t, "rig").Starts; n != 9 {
		t.Errorf("%d processes were started, want 9", n)
	}
	t.Logf("%d GETs, %d failed, the slowest took %v; ready again after %v; %d GETs of the other module",
		asked.Load(), failed.Load(), time.Duration(worst.Load()).Round(time.Millisecond), back, others.Load())
}

func TestAPostIsSentAgainOnlyUnderAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.as(member)
	var posted, lost atomic.Int64
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				a := p.do(t, http.MethodPost, "rig/notes", strings.NewReader(`{"text":"again"}`),
					"Content-Type", "application/json", "Idempotency-Key", fmt.Sprintf("key-of-the-test-%d-%d", i, n))
				if a.status != http.StatusCreated {
					lost.Add(1)
					t.Errorf("%d %s", a.status, a.body)
					return
				}
				posted.Add(1)
			}
		})
	}
	for range 4 {
		reached := posted.Load() + 20
		eventually(t, "the writers write on", func() bool { return posted.Load() > reached || lost.Load() > 0 })
		p.killed(t, "rig")
	}
	close(stop)
	writers.Wait()
	t.Logf("%d notes, %d lost", posted.Load(), lost.Load())

	// The process that dies while it answers takes a POST without a key along.
	crash := make(chan answer)
	go func() { crash <- p.get(t, "rig/panic") }()
	if a := <-crash; a.status != http.StatusOK && a.status != http.StatusServiceUnavailable {
		t.Errorf("a GET that ends its process: %d %s", a.status, a.body)
	}
}

func TestAModuleThatDoesNotComeBackIsUnavailableInBoundedTime(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.as(member)
	// Without its folder the module's database cannot be opened again.
	if err := os.RemoveAll(filepath.Join(p.dir, "modules", "rig")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(p.status(t, "rig").PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the module waits", func() bool { return p.status(t, "rig").State == "backoff" })
	began := time.Now()
	a := p.get(t, "rig/hello")
	if a.status != http.StatusServiceUnavailable || a.code() != "module_unavailable" || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the refusal took %v", took)
	}
	if err := p.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "rig") {
		t.Errorf("ready: %v", err)
	}
	if len(p.Document("rig")) == 0 {
		t.Error("the document is gone with the process")
	}
	if err := os.MkdirAll(filepath.Join(p.dir, "modules", "rig"), 0o700); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the module is back", func() bool { return p.Ready(t.Context()) == nil })
	if a := p.get(t, "rig/hello"); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestARequestDoesNotWaitForEverForAModuleToComeBack(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	p.HTTP.CloseIdleConnections()
	pid := p.stopped(t, "rig")
	count := func() int {
		sockets, err := os.ReadFile("/proc/net/unix")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(sockets), p.run+"/")
	}
	before := count()
	// Nobody accepts its connection: it waits in the kernel, and would wait for
	// as long as the host has the listener. It may not be sent a second time.
	asked := make(chan answer, 1)
	go func() {
		res, err := p.HTTP.Post(p.URL+"/v1/spaces/bretagne/rig/finish", "", nil)
		if err != nil {
			asked <- answer{body: err.Error()}
			return
		}
		res.Body.Close()
		asked <- answer{status: res.StatusCode}
	}()
	eventually(t, "the request waits", func() bool { return count() > before })
	if err := os.RemoveAll(filepath.Join(p.dir, "modules", "rig")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case a := <-asked:
		if a.status != http.StatusServiceUnavailable {
			t.Errorf("%d %s", a.status, a.body)
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits after ten seconds")
	}
}

func TestWhatAModuleWritesHurtsNobody(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig", "noisy")
	p.as(member)
	for _, path := range []string{"rig/noise", "noisy/noise"} {
		if a := p.get(t, path); a.status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
	}
	eventually(t, "the end of it is kept", func() bool { return strings.HasSuffix(p.status(t, "noisy").Journal, "line\nline\n") })
	if n := len(p.status(t, "rig").Journal); n > 64<<10 {
		t.Errorf("%d bytes are kept", n)
	}
	if a := p.get(t, "noisy/hello"); a.status != http.StatusOK || p.status(t, "noisy").Starts != 1 {
		t.Errorf("after the noise: %d, %d starts", a.status, p.status(t, "noisy").Starts)
	}
}

func TestAGrandchildEndsWithItsModule(t *testing.T) {
	t.Parallel()
	p := open(t, nil, "rig")
	pid, err := strconv.Atoi(p.get(t, "rig/grandchild").body)
	if err != nil || !alive(pid) {
		t.Fatalf("process %d, %v", pid, err)
	}
	p.killed(t, "rig")
	eventually(t, "the grandchild is gone", func() bool { return !alive(pid) })
}

// alive reports whether the process runs; one that waits to be buried does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// Not parallel: it counts what the whole process has open.
func TestTwentyRestartsLeaveNothingOpen(t *testing.T) {
	p := open(t, nil, "rig")
	p.as(member)
	count := func() (goroutines, files int) {
		p.HTTP.CloseIdleConnections()
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return runtime.NumGoroutine(), len(open)
	}
	once := func() {
		p.killed(t, "rig")
		if a := p.get(t, "rig/hello"); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	once()
	goroutines, files := count()
	sockets := func() int {
		found, _ := filepath.Glob(filepath.Join(p.run, "labfilms-*", "rig", "plugin-dir*"))
		return len(found)
	}
	for range 20 {
		once()
	}
	var nowGoroutines, nowFiles int
	defer func() {
		t.Logf("goroutines %d -> %d, open files %d -> %d, folders of sockets %d", goroutines, nowGoroutines, files, nowFiles, sockets())
	}()
	eventually(t, "everything is closed", func() bool {
		nowGoroutines, nowFiles = count()
		return nowGoroutines <= goroutines+1 && nowFiles <= files+1 && sockets() <= 1
	})
}
