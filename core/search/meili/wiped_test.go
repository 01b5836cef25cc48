package meili_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/meili"
)

func TestAServerThatLostItsDiskIsBuiltAnew(t *testing.T) {
	t.Parallel()
	server(t)
	binary := os.Getenv("LABFILMS_TEST_MEILI_BINARY")
	if binary == "" {
		t.Fatal("LABFILMS_TEST_MEILI_BINARY is not set beside LABFILMS_TEST_MEILI")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	index, err := meili.Open(t.Context(), meili.Options{URL: "http://" + addr, Key: "key-of-a-server-to-be-killed", Prefix: "labfilms"})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()

	build := func() {
		t.Helper()
		r, err := index.Rebuild(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Put(t.Context(), doc("film", "a", "Étoile")), r.Done(t.Context())); err != nil {
			t.Fatal(err)
		}
		if whole, err := index.Whole(t.Context()); !whole || err != nil {
			t.Fatalf("built, and whole: %v, %v", whole, err)
		}
		if got := ids(t, index, search.Query{Words: "etoile"}); got != "a" {
			t.Fatalf("found %q", got)
		}
	}
	stop := start(t, binary, addr, t.TempDir(), index)
	build()
	stop()
	if _, err := index.Find(t.Context(), search.Query{}); !errors.Is(err, search.ErrUnavailable) {
		t.Fatalf("find while it is down: %v", err)
	}
	if _, err := index.Whole(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Fatalf("whole while it is down: %v", err)
	}
	defer start(t, binary, addr, t.TempDir(), index)()
	if whole, err := index.Whole(t.Context()); whole || err != nil {
		t.Fatalf("wiped, and whole: %v, %v", whole, err)
	}
	if got := ids(t, index, search.Query{}); got != "" {
		t.Fatalf("wiped, and found %q", got)
	}
	// What is put before it is built anew does not make it whole.
	if err := index.Put(t.Context(), doc("film", "b", "Brume")); err != nil {
		t.Fatal(err)
	}
	if whole, err := index.Whole(t.Context()); whole || err != nil {
		t.Fatalf("put into, and whole: %v, %v", whole, err)
	}
	build()
}

// start starts a server with its data in the folder and returns what kills it.
func start(t *testing.T, binary, addr, dir string, index *meili.Index) (kill func()) {
	t.Helper()
	server := exec.Command(binary, "--no-analytics", "--http-addr", addr, "--master-key", "key-of-a-server-to-be-killed",
		"--db-path", dir+"/data", "--dump-dir", dir+"/dumps", "--snapshot-dir", dir+"/snapshots",
		"--max-indexing-memory", "256MiB", "--max-indexing-threads", "1", "--log-level", "ERROR")
	server.Dir = dir
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		server.Process.Kill()
		server.Wait()
	}
	t.Cleanup(kill)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := index.Whole(ctx); err == nil {
			return kill
		}
		select {
		case <-ctx.Done():
			t.Fatal("the server does not answer")
		case <-tick.C:
		}
	}
}
