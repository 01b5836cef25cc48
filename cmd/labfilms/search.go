package main

import (
	"context"
	"path/filepath"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/core/search/bleve"
	"github.com/labfilms/labfilms/core/search/meili"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/core/text"
)

// searchConsumer is the name under which search takes events.
const searchConsumer = "search"

// leftOut is the most ids that are asked for to be left out of a search.
const leftOut = 1000

// openSearch opens the index that the settings say. The modules are running:
// what they show is part of it.
func (p *Program) openSearch(ctx context.Context) error {
	sources, err := p.sources()
	if err != nil {
		return err
	}
	if p.settings.MeiliURL != "" {
		p.index, err = meili.Open(ctx, meili.Options{URL: p.settings.MeiliURL, Key: p.settings.MeiliKey, Prefix: p.settings.MeiliPrefix})
	} else {
		p.index, err = bleve.Open(filepath.Join(p.settings.Data, "search"))
	}
	if err != nil {
		return err
	}
	p.search = search.New(search.Options{
		Index: p.index, Sources: sources, Log: p.log, Check: p.checkNetwork, Ask: p.askRebuild,
		Ahead:  func(ctx context.Context) ([]string, error) { return p.events.Ahead(ctx, searchConsumer, leftOut) },
		Hidden: func(ctx context.Context) ([]string, error) { return p.directory.Suspended(ctx, leftOut) },
	})
	return nil
}

// checkNetwork returns an error unless the actor may do the action in the
// network.
func (p *Program) checkNetwork(ctx context.Context, action string) error {
	network, err := p.spaces.Network(ctx)
	if err != nil {
		return err
	}
	return p.gate.Check(ctx, action, network.Path, 0)
}

// searchEvents are the events that change what is found.
func (p *Program) searchEvents() []string {
	types := append([]string{}, search.Events...)
	for _, name := range p.host.Names() {
		for _, kind := range p.host.Manifest(name).Kinds {
			types = append(types, name+"."+kind+".*")
		}
	}
	return types
}

// askRebuild records that the index is to be built anew: action search.rebuild.
func (p *Program) askRebuild(ctx context.Context, reason string) error {
	var form text.Form
	reason = form.Prose("/reason", reason, 500)
	if err := form.Err(); err != nil {
		return err
	}
	network, err := p.spaces.Network(ctx)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(ctx context.Context) error {
		if err := p.gate.Check(ctx, "search.rebuild", network.Path, 0); err != nil {
			return err
		}
		err := p.audit.Record(ctx, audit.Entry{Action: "search.rebuild", Object: "space:" + network.ID, Place: spaces.Place(network), Reason: reason})
		if err != nil {
			return err
		}
		return p.events.Record(ctx, core.Event{Type: search.RebuildAsked, Subject: network.ID, Place: spaces.Place(network)})
	})
}
