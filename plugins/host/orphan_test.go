package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/policies"
)

// program is a process of its own with a host in it.
type program struct {
	cmd   *exec.Cmd
	input io.WriteCloser // the program ends properly when it is closed
	dir   string         // of sockets
	pids  []int          // of its module and of a program that the module started
}

// beHost is the main of that process: it says the ids of what it has started
// and runs until its input ends.
func beHost() int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var dirs struct{ Data, Run string }
	if err := json.Unmarshal([]byte(os.Getenv("LABFILMS_HOST_TEST")), &dirs); err != nil {
		return fail(err)
	}
	gate, err := policies.Load(policies.Module{Name: "rig", Rows: (&rig{name: "rig"}).Manifest().Policy})
	if err != nil {
		return fail(err)
	}
	h, err := host.New(host.Options{
		Bundled: []host.Bundle{{Name: "rig"}}, Dir: dirs.Data, RunDir: dirs.Run, Gate: gate,
		Secret: []byte("of the tests"), Log: slog.New(slog.DiscardHandler), Environ: os.Environ(),
		DrainWithin: time.Second,
	})
	if err != nil {
		return fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := h.Start(ctx); err != nil {
		return fail(err)
	}
	w := httptest.NewRecorder()
	h.Serve(w, httptest.NewRequest(http.MethodGet, "/v1/spaces/bretagne/rig/grandchild", nil), host.Call{Module: "rig", Space: bretagne, State: "on"})
	fmt.Println(h.Status()[0].PID, w.Body)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := h.Close(); err != nil {
		return fail(err)
	}
	return 0
}

// startProgram starts such a process.
func startProgram(t *testing.T, run string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := json.Marshal(map[string]string{"Data": t.TempDir(), "Run": run})
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(self), dir: run}
	p.cmd.Env = append(os.Environ(), "LABFILMS_HOST_TEST="+string(dirs))
	p.cmd.Stderr = os.Stderr
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.pids = make([]int, 2)
	if _, err := fmt.Fscan(output, &p.pids[0], &p.pids[1]); err != nil {
		t.Fatal(errors.Join(err, p.cmd.Process.Kill()))
	}
	for _, pid := range p.pids {
		if !alive(pid) {
			t.Errorf("process %d does not run", pid)
		}
	}
	return p
}

func (p *program) left() []int {
	var left []int
	for _, pid := range p.pids {
		if alive(pid) {
			left = append(left, pid)
		}
	}
	return left
}

func TestAHostThatIsKilledLeavesNobodyBehind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		before func(t *testing.T, p *program)
	}{
		{"at work", func(*testing.T, *program) {}},
		{"with a module that hangs", func(t *testing.T, p *program) {
			if err := syscall.Kill(p.pids[0], syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			p := startProgram(t, shortDir(t))
			c.before(t, p)
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			killed := time.Now()
			eventually(t, "nothing is left", func() bool { return len(p.left()) == 0 })
			took := time.Since(killed)
			_ = p.cmd.Wait()
			if took > time.Second {
				t.Errorf("it took %v", took)
			}
			t.Logf("gone after %v", took)
		})
	}
}

func TestAHostThatEndsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p := startProgram(t, shortDir(t))
	if err := p.input.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if left := p.left(); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	if left, _ := os.ReadDir(p.dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestTheNextHostClearsAway(t *testing.T) {
	t.Parallel()
	run := shortDir(t)
	killed, living := startProgram(t, run), startProgram(t, run)
	defer func() {
		_ = living.input.Close()
		_ = living.cmd.Wait()
	}()
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.cmd.Wait()
	dirs, err := filepath.Glob(filepath.Join(run, "labfilms-*"))
	if err != nil || len(dirs) != 2 {
		t.Fatalf("%v %v", dirs, err)
	}
	dead := dirs[0]
	if owner(t, dead) != killed.cmd.Process.Pid {
		dead = dirs[1]
	}
	// What the kernel did not end: a process that was started for a module of
	// the dead host, and a stranger who now has the id of another.
	leftover := sleeper(t, "PLUGIN_UNIX_SOCKET_DIR="+filepath.Join(dead, "rig", "plugin-dir1"))
	stranger := sleeper(t)
	record(t, dead, "rig", leftover)
	record(t, dead, "other", stranger)
	reused := sleeper(t, "PLUGIN_UNIX_SOCKET_DIR="+filepath.Join(dead, "third", "plugin-dir1"))
	recordAs(t, dead, "third", reused, "1")

	next := startProgram(t, run)
	defer func() {
		_ = next.input.Close()
		_ = next.cmd.Wait()
	}()
	if alive(leftover) {
		t.Error("the leftover process runs on")
	}
	if !alive(stranger) || !alive(reused) {
		t.Error("a stranger was killed")
	}
	if len(living.left()) != 2 {
		t.Error("a living host lost its module")
	}
	if dirs, _ := filepath.Glob(filepath.Join(run, "labfilms-*")); len(dirs) != 2 {
		t.Errorf("%v", dirs)
	}
}

// sleeper starts a process that leads a group of its own.
func sleeper(t *testing.T, environ ...string) int {
	t.Helper()
	cmd := exec.Command("sleep", "100")
	cmd.Env = append(os.Environ(), environ...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd.Process.Pid
}

func record(t *testing.T, dir, module string, pid int) {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))
	recordAs(t, dir, module, pid, fields[19])
}

func recordAs(t *testing.T, dir, module string, pid int, started string) {
	t.Helper()
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"pid": %s, "started": %q, "boot": %q}`, strconv.Itoa(pid), started, strings.TrimSpace(string(boot)))
	if err := os.MkdirAll(filepath.Join(dir, module), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, module, "process.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func owner(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "host.json"))
	if err != nil {
		t.Fatal(err)
	}
	var id struct{ PID int }
	if err := json.Unmarshal(text, &id); err != nil {
		t.Fatal(err)
	}
	return id.PID
}

// shortDir returns a folder with a short name that is removed whatever is in
// it.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "r")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
