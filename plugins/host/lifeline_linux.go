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
// started, end as well: a second read end, the host's own, is asked to signal
// to the group by that signal what happens to the pipe.
type lifeline struct {
	read  *os.File // handed to the process
	watch int      // signals
	write int      // closes with the host
}

// newLifeline opens a lifeline. It must be closed when the process has ended
// and not before.
func newLifeline() (_ *lifeline, err error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, fmt.Errorf("lifeline: %w", err)
	}
	l := &lifeline{read: os.NewFile(uintptr(ends[0]), "lifeline"), watch: -1, write: ends[1]}
	defer func() {
		if err != nil {
			l.close()
			err = fmt.Errorf("lifeline: %w", err)
		}
	}()
	// Opened, not duplicated: a duplicate would be the same end, which is gone
	// when the last of those who hold it lets go, and that may be the module.
	l.watch, err = unix.Open(fmt.Sprintf("/proc/self/fd/%d", ends[0]), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	// The kernel releases the files of a dying process in the opposite order
	// of their numbers. The write end has to go before the end that signals it.
	above, err := unix.FcntlInt(uintptr(ends[1]), unix.F_DUPFD_CLOEXEC, l.watch+1)
	if err != nil {
		return nil, err
	}
	unix.Close(ends[1])
	l.write = above
	return l, nil
}

// hold makes the kernel end the process group when the write end closes.
func (l *lifeline) hold(group int) error {
	for _, setting := range []struct{ name, value int }{
		{unix.F_SETOWN, -group},
		{unix.F_SETSIG, int(unix.SIGKILL)},
		{unix.F_SETFL, unix.O_NONBLOCK | unix.O_ASYNC},
	} {
		if _, err := unix.FcntlInt(uintptr(l.watch), setting.name, setting.value); err != nil {
			return fmt.Errorf("lifeline: %w", err)
		}
	}
	return nil
}

// close releases all ends. By now the process has been waited for.
func (l *lifeline) close() {
	l.read.Close()
	if l.watch >= 0 {
		unix.Close(l.watch)
	}
	unix.Close(l.write)
}
