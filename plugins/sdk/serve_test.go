package sdk_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/internal/wire"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

func TestMain(m *testing.M) { sdktest.Main(m, probe.New) }

// process starts this test as the probe's process, as a host does, and waits
// for its handshake.
func process(t *testing.T) (cmd *exec.Cmd, lifeline *os.File) {
	t.Helper()
	ours, theirs := pipe(t)
	dir, err := os.MkdirTemp("", "lf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	socket, err := listener.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self, wire.Command, "probe")
	cmd.Env = append(os.Environ(), wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue, "PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR="+dir)
	cmd.ExtraFiles = []*os.File{theirs, socket}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // an error if the test has waited itself
	})
	theirs.Close()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "1|1|unix|") {
		t.Fatalf("handshake %q, %v", line, err)
	}
	return cmd, ours
}

func pipe(t *testing.T) (write, read *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { write.Close() })
	return write, read
}

func TestAModuleDiesWithItsHost(t *testing.T) {
	t.Parallel()
	cmd, lifeline := process(t)
	if err := lifeline.Close(); err != nil { // as the kernel does when the host is killed
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("it ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it lives on")
	}
	sdktest.Eventually(t, "the whole group to be gone", func() bool {
		return errors.Is(syscall.Kill(-cmd.Process.Pid, 0), syscall.ESRCH)
	})
}

func TestWhatAModuleStartsDoesNotInheritTheHostsFiles(t *testing.T) {
	t.Parallel()
	cmd, _ := process(t)
	pid := strconv.Itoa(cmd.Process.Pid)
	open, err := os.ReadDir("/proc/" + pid + "/fdinfo")
	if err != nil {
		t.Skip("this system has no /proc")
	}
	for _, fd := range open {
		// Whoever runs this test may have files open of their own.
		what, err := os.Readlink("/proc/" + pid + "/fd/" + fd.Name())
		if err != nil || fd.Name() != strconv.Itoa(wire.FDLifeline) && !strings.HasPrefix(what, "socket:") {
			continue
		}
		info, err := os.ReadFile("/proc/" + pid + "/fdinfo/" + fd.Name())
		if err != nil {
			continue // closed in the meantime
		}
		for line := range strings.Lines(string(info)) {
			if flags, ok := strings.CutPrefix(line, "flags:"); ok {
				if n, _ := strconv.ParseInt(strings.TrimSpace(flags), 8, 64); n&syscall.O_CLOEXEC == 0 {
					t.Errorf("file %s would be inherited", fd.Name())
				}
			}
		}
	}
	comm, err := os.ReadFile("/proc/" + pid + "/comm")
	if err != nil || strings.TrimSpace(string(comm)) != "lf-probe" {
		t.Errorf("ps shows it as %q, %v", comm, err)
	}
}

func TestAModuleSaysThatItDoesNotRunByItself(t *testing.T) {
	t.Parallel()
	if os.Getenv("SERVE_ALONE") != "" {
		sdk.Serve(probe.New())
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestAModuleSaysThatItDoesNotRunByItself$")
	cmd.Env = append(os.Environ(), "SERVE_ALONE=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(stderr)
	if err := cmd.Wait(); err == nil || !strings.Contains(string(said), "probe is a module of LabFilms") {
		t.Errorf("%v: %s", err, said)
	}
}
