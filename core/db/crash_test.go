package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
)

// What Write has acknowledged is there after kill -9, and what it has not is
// there entirely or not at all.
func TestCrash(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			o := dbtest.Options(t, dialect)
			d, err := db.Open(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := notes(ctx, d); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			acknowledged := 0
			for range 3 {
				acknowledged = killed(t, o, acknowledged+40)

				d, err := db.Open(ctx, o)
				if err != nil {
					t.Fatal(err)
				}
				var rows, highest int
				err = d.QueryRow(ctx, `SELECT count(*), coalesce(max(rank), 0) FROM notes`, nil, &rows, &highest)
				if err != nil {
					t.Fatal(err)
				}
				if highest < acknowledged || rows != 2*highest {
					t.Errorf("%d were acknowledged; the highest is %d, in %d rows", acknowledged, highest, rows)
				}
				acknowledged = highest
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// killed runs crash in a process of its own until it has acknowledged the
// write number n, kills it, and returns the last one that was acknowledged.
func killed(t *testing.T, o db.Options, n int) (acknowledged int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LABFILMS_TEST_CRASH="+o.File+o.URL)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		acknowledged, err = strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		if acknowledged == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	if acknowledged < n {
		t.Fatalf("the process ended by itself after %d", acknowledged)
	}
	return acknowledged
}

// crash writes two rows a transaction, says so on its standard output, and
// goes on until it is killed.
func crash(target string) {
	o := db.Options{File: target}
	if strings.HasPrefix(target, "postgres://") {
		o = db.Options{URL: target}
	}
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	var n int
	if err == nil {
		err = d.QueryRow(ctx, `SELECT coalesce(max(rank), 0) FROM notes`, nil, &n)
	}
	for err == nil {
		n++
		err = d.Write(ctx, func(ctx context.Context) error {
			for range 2 {
				if _, err := d.Exec(ctx, `INSERT INTO notes (id, rank) VALUES (?, ?)`, db.NewID(), n); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			_, err = fmt.Println(n)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
