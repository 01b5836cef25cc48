package main

import (
	"fmt"

	"github.com/labfilms/labfilms/plugins/ecran"
	"github.com/labfilms/labfilms/plugins/host"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/policies"
)

// bundled are the modules that are compiled into this binary. Each runs in a
// process of its own, which is this binary again.
var bundled = []func() sdk.Module{
	func() sdk.Module { return ecran.New() },
}

// runModule is main in a module's process.
func runModule(name string) error {
	for _, open := range bundled {
		if m := open(); m.Manifest().Name == name {
			sdk.Serve(m)
			return nil
		}
	}
	return fmt.Errorf("there is no module %q in this binary", name)
}

// bundles names the bundled modules for the host.
func bundles() []host.Bundle {
	var all []host.Bundle
	for _, open := range bundled {
		all = append(all, host.Bundle{Name: open().Manifest().Name})
	}
	return all
}

// loadGate reads the policy of core and of every bundled module.
func loadGate() (*policies.Gate, error) {
	var rows []policies.Module
	for _, open := range bundled {
		m := open().Manifest()
		rows = append(rows, policies.Module{Name: m.Name, Rows: m.Policy})
	}
	return policies.Load(rows...)
}
