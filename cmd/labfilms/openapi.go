package main

import (
	"context"
	"errors"
	"os"
)

type openapiCommand struct{}

// Run starts a platform of its own, with its modules, in a folder that is
// thrown away: the document is the one that is served, not a second one.
func (openapiCommand) Run(ctx context.Context, _ Settings, s streams) (err error) {
	dir, err := os.MkdirTemp("", "labfilms")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := Open(ctx, Settings{Addr: "127.0.0.1:0", Data: dir}, Options{Log: newLog(s.err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Listen(ctx); err != nil {
		return err
	}
	document, err := p.api.Document()
	if err != nil {
		return err
	}
	_, err = s.out.Write(document.JSON())
	return err
}
