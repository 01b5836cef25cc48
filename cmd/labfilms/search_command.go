package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/labfilms/labfilms/core/search"
)

type searchCommand struct {
	Compare searchCompare `cmd:"" help:"Compare the search index with the database, document by document: print what is missing, stale or surplus, and fail if anything is. A platform that runs has its embedded index to itself: ask it, with GET /v1/search/comparison."`
	Rebuild searchRebuild `cmd:"" help:"Have the search index built anew, by the platform that runs, or as soon as one does."`
}

type searchCompare struct {
	JSON bool `help:"Print a JSON object a line, for each document on which they do not agree." name:"json"`
}

func (c searchCompare) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	public, err := settings.publicURL(settings.Addr)
	if err != nil {
		return err
	}
	if err := p.startModules(ctx, public); err != nil { // what they show is in it, too
		return err
	}
	if err := p.openSearch(ctx); err != nil {
		return err
	}
	different := 0
	documents, err := p.search.Compare(ctx, func(d search.Difference) error {
		different++
		if c.JSON {
			return json.NewEncoder(s.out).Encode(map[string]string{"kind": d.Kind, "id": d.ID, "state": string(d.State)})
		}
		_, err := fmt.Fprintf(s.out, "%s\t%s\t%s\n", d.State, d.Kind, d.ID)
		return err
	})
	if err != nil {
		return err
	}
	if different > 0 {
		return fmt.Errorf("the search index and the database do not agree on %d documents; labfilms search rebuild builds it anew", different)
	}
	if !c.JSON {
		behind, err := p.search.Behind(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "the search index and the database agree on all %d documents\n", documents)
		if behind > 0 {
			fmt.Fprintf(s.out, "%d things have changed since, of which the index will be told when the platform runs\n", behind)
		}
	}
	return nil
}

type searchRebuild struct {
	Reason string `required:"" help:"Why, for the audit."`
}

func (c searchRebuild) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.askRebuild(ctx, c.Reason)
}
