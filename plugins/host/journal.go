package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// journal takes what a module's processes write: it keeps the end of it for
// the report of a crash, and forwards it to the host's log at a bounded rate.
type journal struct {
	log *slog.Logger // already names the module

	mu      sync.Mutex
	ring    [journalSize]byte
	written int // bytes ever written
	allowed int // bytes that may still be forwarded in this second
	second  time.Time
	dropped int // lines that were not
}

const (
	journalSize = 64 << 10
	journalRate = 256 << 10 // bytes a second into the host's log
	journalLine = 16 << 10  // longer lines are cut into pieces
)

// readFrom takes lines until the end. A line feed at the end is not needed.
func (j *journal) readFrom(r io.Reader) {
	lines := bufio.NewReaderSize(r, journalLine)
	for {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		j.line(line)
	}
}

// Write takes what go-plugin carries of a redirected standard output.
func (j *journal) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		j.line(bytes.TrimSuffix(line, []byte("\n")))
	}
	return len(b), nil
}

// line takes one line, without its line feed.
func (j *journal) line(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	if j.keep(line) {
		j.forward(line)
	}
}

// keep stores the line and reports whether it is to be forwarded.
func (j *journal) keep(line []byte) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, part := range [][]byte{line, {'\n'}} {
		for len(part) > 0 {
			n := copy(j.ring[j.written%journalSize:], part)
			j.written += n
			part = part[n:]
		}
	}
	if now := time.Now(); now.Sub(j.second) >= time.Second {
		if j.dropped > 0 {
			j.log.Warn("module writes too much", "lines_dropped", j.dropped)
		}
		j.second, j.allowed, j.dropped = now, journalRate, 0
	}
	if j.allowed < len(line) {
		j.dropped++
		return false
	}
	j.allowed -= len(line)
	return true
}

// forward writes the line to the host's log, as what it is: a record of the
// module's slog, or text.
func (j *journal) forward(line []byte) {
	ctx := context.Background() //nolint:forbidigo // a line of a process belongs to no request
	var record map[string]any
	if line[0] != '{' || json.Unmarshal(line, &record) != nil {
		j.log.LogAttrs(ctx, slog.LevelInfo, "module wrote", slog.String("text", strings.ToValidUTF8(string(line), "\uFFFD")))
		return
	}
	message, isText := record[slog.MessageKey].(string)
	var level slog.Level
	name, _ := record[slog.LevelKey].(string)
	if !isText || level.UnmarshalText([]byte(name)) != nil {
		j.log.LogAttrs(ctx, slog.LevelInfo, "module wrote", slog.Any("record", record))
		return
	}
	delete(record, slog.MessageKey)
	delete(record, slog.LevelKey)
	delete(record, slog.TimeKey)
	attrs := make([]slog.Attr, 0, len(record))
	for key, value := range record {
		attrs = append(attrs, slog.Any(key, value))
	}
	j.log.LogAttrs(ctx, level, message, slog.Attr{Key: "module_log", Value: slog.GroupValue(attrs...)})
}

// note records something about the process that is not the process's own.
func (j *journal) note(message string, err error) { j.log.Warn(message, "error", err) }

// tail returns the last 64 KiB that were written.
func (j *journal) tail() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.written <= journalSize {
		return string(j.ring[:j.written])
	}
	at := j.written % journalSize
	return string(j.ring[at:]) + string(j.ring[:at])
}
