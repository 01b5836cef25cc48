package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"
	"golang.org/x/sys/unix"
)

// process is one process of a module, in the shape that go-plugin's client
// wants of a runner. go-plugin sees one line of its standard output, the
// handshake, and nothing of its standard error.
type process struct {
	name     string
	sockets  string // the folder in which its control socket must be
	cmd      *exec.Cmd
	spawner  *spawner
	lifeline *lifeline
	journal  *journal

	handshake *io.PipeReader
	ended     chan struct{} // closed when the process has ended, and its group with it
	drained   chan struct{} // closed when, besides, all its output has been read
	state     *os.ProcessState

	mu     sync.Mutex
	pid    int  // of the process and its group while they are ours: 0 before the start and after the end
	killed bool // before it was started
}

// handshakeLine is found anywhere in a line: a program may have printed
// something without a line feed before it.
var handshakeLine = regexp.MustCompile(`1\|\d+\|unix\|[^|\s]+\|grpc(\|\S*)?\s*$`)

// Start starts the process. The context is go-plugin's and bounds nothing
// here: starting does not wait for the module.
func (p *process) Start(context.Context) error {
	out, outWrite, err := os.Pipe()
	if err != nil {
		return err
	}
	defer outWrite.Close()
	trouble, troubleWrite, err := os.Pipe()
	if err != nil {
		out.Close()
		return err
	}
	defer troubleWrite.Close()
	p.cmd.Stdout, p.cmd.Stderr = outWrite, troubleWrite
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.spawn(); err != nil {
		out.Close()
		trouble.Close()
		return fmt.Errorf("start module %s: %w", p.name, err)
	}
	if err := p.lifeline.hold(p.cmd.Process.Pid); err != nil {
		p.journal.note("no lifeline", err)
	}

	read, write := io.Pipe()
	p.handshake = read
	var outputs sync.WaitGroup
	outputs.Go(func() { p.readOutput(out, write) })
	outputs.Go(func() { p.journal.readFrom(trouble) })
	go func() {
		p.wait()
		close(p.ended)
		// Something that left the group may hold the pipes open for ever.
		late := time.Now().Add(200 * time.Millisecond)
		_ = out.SetReadDeadline(late) // a pipe that takes none is closed below
		_ = trouble.SetReadDeadline(late)
		outputs.Wait()
		out.Close()
		trouble.Close()
		close(p.drained)
	}()
	return nil
}

// spawn starts the command, unless it was killed before it began.
func (p *process) spawn() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killed {
		return errors.New("it was given up")
	}
	if err := p.spawner.start(p.cmd); err != nil {
		return err
	}
	p.pid = p.cmd.Process.Pid
	return nil
}

// wait returns when the process has ended. It ends the rest of the group
// while the dead process still holds the id, so that no stranger is hit.
func (p *process) wait() {
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, p.cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	_ = unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid = 0        // from here on the id may be somebody else's
	_ = p.cmd.Wait() // an exit status is no error here, state says it
	p.state = p.cmd.ProcessState
	p.lifeline.close()
}

// readOutput passes the handshake on and puts everything else in the journal.
func (p *process) readOutput(out io.Reader, handshake *io.PipeWriter) {
	defer handshake.Close()
	lines := bufio.NewReaderSize(out, 16<<10)
	for {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		at := handshakeLine.FindIndex(line)
		if at == nil {
			p.journal.line(line)
			continue
		}
		if at[0] > 0 {
			p.journal.line(line[:at[0]])
		}
		_, _ = handshake.Write(append(line[at[0]:], '\n'))
		handshake.Close()
		p.journal.readFrom(lines)
		return
	}
}

// kill ends the process and everything in its group. It may be called at any
// time and more than once.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid == 0 {
		p.killed = true
		return
	}
	_ = unix.Kill(-p.pid, unix.SIGKILL)
}

// reason says how the process ended. It may be asked when it has.
func (p *process) reason() string { return p.state.String() }

// Wait returns when the process has ended.
func (p *process) Wait(context.Context) error {
	<-p.ended
	return nil
}

// Kill ends the process group.
func (p *process) Kill(context.Context) error {
	p.kill()
	return nil
}

// Stdout is the handshake, if it came, and then the end.
func (p *process) Stdout() io.ReadCloser { return p.handshake }

// Stderr is empty: go-plugin panics on some of what a module may write there.
func (p *process) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name returns the module's name.
func (p *process) Name() string { return p.name }

// ID returns the process id, "" before Start.
func (p *process) ID() string {
	if p.cmd.Process == nil {
		return ""
	}
	return strconv.Itoa(p.cmd.Process.Pid)
}

// Diagnose returns the end of what the process wrote. It is asked when the
// handshake did not come; what the process said of that may still be on its
// way through the other pipe.
func (p *process) Diagnose(context.Context) string {
	late := time.NewTimer(diagnoseWithin)
	defer late.Stop()
	select {
	case <-p.drained:
	case <-late.C:
	}
	return p.journal.tail()
}

// diagnoseWithin is how long a process that did not start has to end its
// sentence.
const diagnoseWithin = 500 * time.Millisecond

// PluginToHost lets the control connection go to the folder that was made for
// it and nowhere else: the address is what the process says it is.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" || !strings.HasPrefix(filepath.Clean(address), p.sockets+string(filepath.Separator)) {
		return "", "", fmt.Errorf("module %s names the control address %s %q, outside of its folder", p.name, network, address)
	}
	return network, address, nil
}

// HostToPlugin changes nothing: both see the same files.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

var _ runner.Runner = (*process)(nil)
