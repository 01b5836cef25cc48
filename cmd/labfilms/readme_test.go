package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTheReadmesTourWorksWordForWord does what the README tells a newcomer: it
// builds the platform, starts it with the whole demonstration, runs the tour's
// lines in a shell, and looks for what each "# →" promises in what has been
// printed since the one before.
func TestTheReadmesTourWorksWordForWord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url, server := newcomer(t, dir)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script, promises := tour(string(readme))
	if len(promises) < 10 {
		t.Fatalf("the tour promises only %d things", len(promises))
	}
	script = strings.ReplaceAll(script, "http://127.0.0.1:8080", url)
	// The tour kills "the" module; this machine may run other platforms.
	script = strings.ReplaceAll(script, "pkill ", "pkill --parent "+strconv.Itoa(server)+" ")

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// From a file: a shell whose own command line held the tour would be found
	// by the tour's pkill.
	file := filepath.Join(dir, "tour.sh")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(ctx, "bash", "-u", file)
	shell.Dir = dir
	var out, errs bytes.Buffer
	shell.Stdout, shell.Stderr = &out, &errs
	if err := shell.Run(); err != nil {
		t.Errorf("the shell ends with %v\n%s", err, errs.String())
	}
	steps := strings.Split(out.String(), mark)
	if len(steps) != len(promises)+1 {
		t.Fatalf("the tour ended after %d of %d steps\n%s\n%s", len(steps)-1, len(promises), out.String(), errs.String())
	}
	for i, promised := range promises {
		for _, text := range promised {
			if !strings.Contains(steps[i], text) {
				t.Errorf("step %d promises %q and prints\n%s", i+1, text, steps[i])
			}
		}
	}
}

// newcomer builds the platform as make does and starts it with the demonstration
// on an empty folder, until the test ends. It returns where it listens and the
// number of its process.
func newcomer(t *testing.T, dir string) (url string, pid int) {
	t.Helper()
	binary := filepath.Join(dir, "labfilms")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := exec.CommandContext(t.Context(), binary, "serve", "--demo")
	server.Dir, server.Env = dir, append(os.Environ(), "LABFILMS_ADDR=127.0.0.1:0")
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = log
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's context has ended, and with it the server.
		if err := server.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "LabFilms listens on "); ok {
			url, _, _ = strings.Cut(rest, ";")
			return url, server.Process.Pid
		}
	}
	said, err := os.ReadFile(log.Name())
	t.Fatalf("the platform ends before it listens: %v\n%s", err, said[max(0, len(said)-2000):])
	return "", 0
}

// mark stands in the output where a promise stood in the text.
const mark = "\n-- promised --\n"

// tour returns the shell lines of a README with each run of promises replaced
// by a mark, and those promises.
func tour(readme string) (script string, promises [][]string) {
	var b strings.Builder
	inside, promising := false, false
	for line := range strings.Lines(readme) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "```sh":
			inside = true
		case line == "```":
			inside, promising = false, false
		case !inside:
		case strings.HasPrefix(line, "# → "):
			if !promising {
				b.WriteString("printf '" + strings.ReplaceAll(mark, "\n", `\n`) + "'\n")
				promises = append(promises, nil)
			}
			promising = true
			last := len(promises) - 1
			promises[last] = append(promises[last], strings.TrimPrefix(line, "# → "))
		default:
			promising = false
			b.WriteString(line + "\n")
		}
	}
	return b.String(), promises
}
