package main

import (
	"context"
	"fmt"

	"github.com/labfilms/labfilms/ent/migrations"
)

type migrateCommand struct {
	Plan bool `help:"Only print what would be applied."`
}

func (c migrateCommand) Run(ctx context.Context, settings Settings, s streams) (err error) {
	release, err := settings.own()
	if err != nil {
		return err
	}
	defer release()
	d, err := openDatabase(ctx, settings, Options{Log: newLog(s.err)})
	if err != nil {
		return err
	}
	defer d.Close()
	do, done := d.Migrate, "applied"
	if c.Plan {
		do, done = d.Plan, "would apply"
	}
	files, err := do(ctx, migrations.FS(d.Dialect()), coreHistory)
	for _, file := range files {
		fmt.Fprintln(s.out, done, file)
	}
	if err == nil && len(files) == 0 {
		fmt.Fprintln(s.out, "the schema is up to date")
	}
	return err
}
