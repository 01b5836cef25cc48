package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// runDir is the host's private folder of sockets. It is short, because the
// path of a unix socket may have 107 bytes, and named by chance, because two
// hosts may run at once.
type runDir struct {
	path string
	base string
}

const (
	runDirPrefix = "labfilms-"
	runDirOwner  = "host.json"    // whose folder it is
	processFile  = "process.json" // in a module's folder: the process that was started last
)

// identity is a process that cannot be taken for another: ids are reused,
// starting times are not, and neither outlives a boot.
type identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // in clock ticks since boot, as /proc has it
	Boot    string `json:"boot"`
}

// newRunDir makes the folder below base, and clears away what hosts that were
// killed have left there: their folders, and processes that are still alive.
func newRunDir(base string, log *slog.Logger) (*runDir, error) {
	sweep(base, log)
	// The name that sweeps look for is given last: a folder that they see has
	// an owner.
	hidden, err := os.MkdirTemp(base, "."+runDirPrefix)
	if err != nil {
		return nil, err
	}
	if err := writeIdentity(filepath.Join(hidden, runDirOwner), os.Getpid()); err != nil {
		return nil, errors.Join(err, os.RemoveAll(hidden))
	}
	path := filepath.Join(base, strings.TrimPrefix(filepath.Base(hidden), "."))
	if err := os.Rename(hidden, path); err != nil {
		return nil, errors.Join(err, os.RemoveAll(hidden))
	}
	return &runDir{path: path, base: base}, nil
}

// module makes and returns the folder of a module's sockets.
func (d *runDir) module(name string) (string, error) {
	dir := filepath.Join(d.path, name)
	// go-plugin appends two names of chance to it.
	if longest := len(dir) + len("/plugin-dir4294967295/plugin4294967295"); longest > 107 {
		return "", fmt.Errorf("the folder for sockets, %s, has too long a name", dir)
	}
	return dir, os.Mkdir(dir, 0o700)
}

// remove removes the folder.
func (d *runDir) remove() error { return os.RemoveAll(d.path) }

// sweep clears away what killed hosts have left below base. It never fails:
// what cannot be cleared is logged and left.
func sweep(base string, log *slog.Logger) {
	dirs, err := filepath.Glob(filepath.Join(base, runDirPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		owner, err := readIdentity(filepath.Join(dir, runDirOwner))
		if err != nil || owner.alive() {
			continue // not ours to judge
		}
		processes, _ := filepath.Glob(filepath.Join(dir, "*", processFile))
		for _, file := range processes {
			left, err := readIdentity(file)
			if err != nil || !left.alive() || !left.has(filepath.Dir(file)) {
				continue
			}
			log.Warn("a module's process was left over by a host that was killed", "pid", left.PID)
			_ = unix.Kill(-left.PID, unix.SIGKILL)
		}
		if err := os.RemoveAll(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			log.Warn("cannot clear a folder that a host left behind", "error", err)
		}
	}
}

// writeIdentity writes who has this id now.
func writeIdentity(file string, pid int) error {
	id, err := identify(pid)
	if err != nil {
		return err
	}
	text, err := json.Marshal(id)
	if err != nil {
		return err
	}
	return renameio.WriteFile(file, text, 0o600)
}

func readIdentity(file string) (identity, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return identity{}, err
	}
	var id identity
	if err := json.Unmarshal(text, &id); err != nil {
		return identity{}, err
	}
	if id.PID <= 1 {
		return identity{}, fmt.Errorf("%s names no process", file)
	}
	return id, nil
}

// identify reads who has this id now.
func identify(pid int) (identity, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return identity{}, err
	}
	// The second field is a name in parentheses that may hold anything.
	_, rest, ok := bytes.Cut(stat[bytes.LastIndexByte(stat, ')'):], []byte(" "))
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 20 {
		return identity{}, fmt.Errorf("process %d has no starting time", pid)
	}
	if string(fields[0]) == "Z" {
		return identity{}, fmt.Errorf("process %d has ended", pid)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return identity{}, err
	}
	return identity{PID: pid, Started: string(fields[19]), Boot: strings.TrimSpace(string(boot))}, nil
}

// alive reports whether the process still runs, it and no other.
func (id identity) alive() bool {
	now, err := identify(id.PID)
	return err == nil && now == id
}

// has reports whether the process was started with this folder for its
// sockets, which is what makes it a module of that host.
func (id identity) has(dir string) bool {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", id.PID))
	return err == nil && bytes.Contains(environ, []byte("="+dir+string(filepath.Separator)))
}
