// Command labfilms is the platform in one binary: the server, its modules, and
// the tools of whoever runs it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/labfilms/labfilms/core"
)

func main() {
	os.Exit(run())
}

// run is main for tests, which start the whole program in their own process.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "labfilms:", inWords(err))
		return 1
	}
	return 0
}

// inWords returns an error as a person at a terminal reads it: what is wrong,
// its code, and a line for each reason.
func inWords(err error) string {
	e := core.AsError(err)
	if e.Fault == core.ErrInternal {
		return err.Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", strings.TrimSuffix(e.Fault.EN, "."), e.Fault.Code)
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, "\n  %s: %s", r.Pointer, r.EN)
	}
	return b.String()
}
