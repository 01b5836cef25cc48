package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/plugins/host"
)

type moduleCommand struct {
	List   moduleList   `cmd:"" help:"List the modules and their switches in a space."`
	Switch moduleSwitch `cmd:"" help:"Switch a module in a space."`
}

type moduleList struct {
	Space string `default:"france" help:"Id or slug of the space."`
}

func (c moduleList) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	space, err := p.spaces.Get(ctx, c.Space)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MODULE\tVERSION\tSTATE\tWHAT FOR")
	for _, open := range bundled {
		m := open().Manifest()
		state, err := p.spaces.Effective(ctx, space, m.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, m.Version, state, m.Summary)
	}
	return w.Flush()
}

type moduleSwitch struct {
	Module string `arg:"" help:"Name of the module."`
	State  string `arg:"" enum:"off,on,read_only,closing" help:"off, on, read_only or closing."`
	Space  string `default:"france" help:"Id or slug of the space."`
}

func (c moduleSwitch) Run(ctx context.Context, settings Settings, s streams) error {
	if !slices.ContainsFunc(bundles(), func(b host.Bundle) bool { return b.Name == c.Module }) {
		return fmt.Errorf("there is no module %q", c.Module)
	}
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	space, err := p.spaces.Get(ctx, c.Space)
	if err != nil {
		return err
	}
	return p.spaces.Switch(ctx, space, c.Module, spaces.State(c.State), nil)
}
