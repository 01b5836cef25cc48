package host

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lifeline is a pipe into which nothing is ever written. Its read end goes to
// the process; when the host ends, however it ends, the write end closes.
//
// Two things follow from that. The module's SDK reads an end of file and ends
// its process group. And, without any help from the module, the kernel sends
// SIGKILL to the group, so that a module that hangs, and the programs that it
// started, end as well: the read end is asked to signal readiness to the group
// by that signal (F_SETOWN, F_SETSIG, O_ASYNC).
type lifeline struct {
	read  *os.File
	write *os.File
}

// newLifeline opens a lifeline. It must be closed when the process has ended
// and not before.
func newLifeline() (*lifeline, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// A dying process closes its descriptors in ascending order. The host's
	// own read end must outlive its write end, even if the module has closed
	// its copy, or there would be nothing left to signal from.
	above, err := unix.FcntlInt(read.Fd(), unix.F_DUPFD_CLOEXEC, int(write.Fd())+1)
	if err != nil {
		read.Close()
		write.Close()
		return nil, fmt.Errorf("lifeline: %w", err)
	}
	read.Close()
	return &lifeline{read: os.NewFile(uintptr(above), "lifeline"), write: write}, nil
}

// hold makes the kernel end the process group when the write end closes.
func (l *lifeline) hold(group int) error {
	fd := l.read.Fd()
	if _, err := unix.FcntlInt(fd, unix.F_SETOWN, -group); err != nil {
		return fmt.Errorf("lifeline: %w", err)
	}
	if _, err := unix.FcntlInt(fd, unix.F_SETSIG, int(unix.SIGKILL)); err != nil {
		return fmt.Errorf("lifeline: %w", err)
	}
	flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
	if err != nil {
		return fmt.Errorf("lifeline: %w", err)
	}
	if _, err := unix.FcntlInt(fd, unix.F_SETFL, flags|unix.O_ASYNC); err != nil {
		return fmt.Errorf("lifeline: %w", err)
	}
	return nil
}

// close releases both ends. By now the process has been waited for; the read
// end goes first, so that nothing is signalled to a group id that may be
// somebody else's.
func (l *lifeline) close() {
	l.read.Close()
	l.write.Close()
}
