package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTheReadmesTourWorksWordForWord runs the tour's lines in a shell, against
// a platform on a free port, and looks for what each "# →" promises in what
// has been printed since the one before.
func TestTheReadmesTourWorksWordForWord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newPlatform(t, Settings{Data: filepath.Join(dir, "data")})
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script, promises := tour(string(readme))
	if len(promises) < 10 {
		t.Fatalf("the tour promises only %d things", len(promises))
	}
	script = strings.ReplaceAll(script, "http://127.0.0.1:8080", p.URL)
	// The tour kills "the" module; this machine may run other platforms.
	script = strings.ReplaceAll(script, "pkill ", "pkill --parent "+strconv.Itoa(os.Getpid())+" ")

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
