package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// processes returns the ids of the live processes whose command line ends in
// args and whose parent is ppid; any parent for 0.
func processes(t testing.TB, ppid int, args string) []int {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, dir := range dirs {
		line, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || !strings.HasSuffix(string(bytes.ReplaceAll(bytes.TrimRight(line, "\x00"), []byte{0}, []byte{' '})), args) {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil {
			continue
		}
		// The fields behind the name, which may hold anything, in parentheses.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		parent, _ := strconv.Atoi(fields[1])
		if fields[0] == "Z" || ppid != 0 && parent != ppid {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		found = append(found, pid)
	}
	return found
}

// TestKillingAModuleFailsNoRead kills Écran's process eight times under a
// steady load of reads.
func TestKillingAModuleFailsNoRead(t *testing.T) {
	p := newPlatform(t, Settings{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var readers sync.WaitGroup
	var asked, core, failed atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	read := func(path string, count *atomic.Int64) {
		defer readers.Done()
		for ctx.Err() == nil {
			a, err := client.Get(p.URL + path)
			if err != nil {
				failed.Add(1)
				t.Errorf("%s: %v", path, err)
				return
			}
			body, err := io.ReadAll(a.Body)
			a.Body.Close()
			if err != nil || a.StatusCode != http.StatusOK {
				failed.Add(1)
				t.Errorf("%s: %s %v\n%s", path, a.Status, err, body)
				return
			}
			count.Add(1)
		}
	}
	for range 8 {
		readers.Add(1)
		go read("/v1/spaces/bretagne/ecran/selections", &asked)
	}
	readers.Add(1)
	go read("/v1/films?space=bretagne", &core)

	var back []time.Duration
	for range 8 {
		pid := only(t, processes(t, os.Getpid(), "run-module ecran"))
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		killed := time.Now()
		waitFor(t, func() error {
			now := processes(t, os.Getpid(), "run-module ecran")
			if len(now) != 1 || now[0] == pid {
				return fmt.Errorf("processes of the module: %v", now)
			}
			return nil
		})
		p.must(t, "", http.MethodGet, "/v1/spaces/bretagne/ecran/labels", nil)
		back = append(back, time.Since(killed))
		before, answered := asked.Load(), core.Load()
		waitFor(t, func() error {
			if asked.Load() < before+50 || core.Load() == answered {
				return fmt.Errorf("the readers got no further than %d, those of core than %d", asked.Load(), core.Load())
			}
			return nil
		})
	}
	stop()
	readers.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d reads failed", failed.Load())
	}
	t.Logf("%d reads of the module and %d of core, %d failed; serving again after %v", asked.Load(), core.Load(), failed.Load(), back)
}

// startServer starts the program in a process of its own and waits until it
// answers. The test ends it.
func startServer(t *testing.T, data string) (server *exec.Cmd, url string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server = exec.Command(self, "serve", "--demo", "--cast")
	server.Args[0] = "labfilms"
	server.Env = append(os.Environ(), "LABFILMS_ADDR=127.0.0.1:0", "LABFILMS_DATA="+data)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if server.ProcessState == nil {
			server.Process.Kill()
			server.Wait()
		}
		log.Close()
		if said, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("the end of what it said:\n%s", said[max(0, len(said)-4000):])
		}
	})
	waitFor(t, func() error {
		address, err := os.ReadFile(filepath.Join(data, "address"))
		url = "http://" + strings.TrimSpace(string(address))
		return err
	})
	return server, url
}

// TestAKilledHostLeavesNothingBehind kills a server with -9 and looks for its
// modules.
func TestAKilledHostLeavesNothingBehind(t *testing.T) {
	server, _ := startServer(t, t.TempDir())
	module := only(t, processes(t, server.Process.Pid, "run-module ecran"))
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	_ = server.Wait()
	waitFor(t, func() error {
		if alive(module) {
			return fmt.Errorf("process %d lives on", module)
		}
		return nil
	})
	if took := time.Since(killed); took > time.Second {
		t.Errorf("the module outlived its host by %v", took)
	}
}

// TestWhatWasAcknowledgedSurvivesAKill makes films, in core, and labels, in
// the module, until the server is killed with -9, and looks for each of them.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	data := t.TempDir()
	server, url := startServer(t, data)
	before := &platform{URL: url}
	if err := before.readTokens(data); err != nil {
		t.Fatal(err)
	}
	var made sync.Map // path of the thing
	var killed atomic.Bool
	var last atomic.Value
	last.Store("nothing was answered")
	var count atomic.Int64
	var writers sync.WaitGroup
	write := func(path string, body func(n int64) string) {
		defer writers.Done()
		for {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body(count.Load())))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+before.tokens["creator@bretagne"])
			r.Header.Set("Content-Type", "application/json")
			a, err := http.DefaultClient.Do(r)
			if err != nil {
				last.Store(err.Error())
				if killed.Load() || t.Context().Err() != nil {
					return
				}
				continue
			}
			said, err := io.ReadAll(a.Body)
			a.Body.Close()
			last.Store(a.Status + " " + string(said))
			if a.StatusCode == http.StatusCreated && err == nil {
				made.Store(a.Header.Get("Location"), true)
				count.Add(1)
			}
		}
	}
	writers.Add(4)
	for range 2 {
		go write("/v1/films", func(n int64) string { return fmt.Sprintf(`{"space":"bretagne","title":"Film %d"}`, n) })
		go write("/v1/spaces/bretagne/ecran/labels", func(int64) string {
			return `{"kind":"personal","name":"Carnet ` + uuid.NewString() + `"}`
		})
	}
	waitFor(t, func() error {
		if count.Load() < 100 {
			return fmt.Errorf("%d were made; the last answer: %.500s", count.Load(), last.Load())
		}
		return nil
	})
	killed.Store(true)
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	writers.Wait()

	after := newPlatform(t, Settings{Data: data})
	lost := 0
	made.Range(func(path, _ any) bool {
		if a := after.send(t, "creator@bretagne", http.MethodGet, path.(string), nil); a.StatusCode != http.StatusOK {
			lost++
			t.Errorf("%s was acknowledged and is %s", path, a.Status)
		}
		return true
	})
	t.Logf("%d acknowledged, %d lost", count.Load(), lost)
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func only(t testing.TB, pids []int) int {
	t.Helper()
	if len(pids) != 1 {
		t.Fatalf("want one process, have %v", pids)
	}
	return pids[0]
}

// waitFor polls until try succeeds, for two minutes at most.
func waitFor(t testing.TB, try func() error) {
	t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatal(err)
		case <-tick.C:
		}
	}
}
