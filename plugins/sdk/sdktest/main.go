// Package sdktest is how a module is tested: alone and in process with [Open],
// and against the conformance suite with [Run], which every module passes, in
// process and as a process under a real host.
//
// A test package whose tests call Run has this:
//
//	func TestMain(m *testing.M) { sdktest.Main(m, New) }
package sdktest

import (
	"fmt"
	"os"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Main runs the tests, unless a host started this very executable to be one of
// the modules: then it serves that. The host starts its own program, which in
// a test is the test; without Main a test would start its own suite for ever.
func Main(m *testing.M, modules ...func() sdk.Module) {
	ServeIfAsked(modules...)
	os.Exit(m.Run())
}

// ServeIfAsked serves one of the modules and ends the process, if a host
// started it for that; otherwise it does nothing. It is for a TestMain that has
// more to do than Main, and comes first in it: before flags are read.
func ServeIfAsked(modules ...func() sdk.Module) {
	name, asked := sdk.Asked()
	if !asked {
		return
	}
	for _, open := range modules {
		if m := open(); m.Manifest().Name == name {
			sdk.Serve(m)
			os.Exit(0)
		}
	}
	fmt.Fprintf(os.Stderr, "the test has no module %q; sdktest.Main is told of all that its hosts run\n", name)
	os.Exit(1)
}
