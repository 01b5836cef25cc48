package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/labfilms/labfilms/ent/migrations"
	"github.com/labfilms/labfilms/plugins/host"
)

type doctorCommand struct{}

// Run prints a line for each thing it looks at and fails if one of them would
// keep the platform from serving.
func (doctorCommand) Run(ctx context.Context, settings Settings, s streams) error {
	wrong := 0
	line := func(what string, err error, well string) {
		if err != nil {
			wrong++
			fmt.Fprintf(s.out, "✗ %s: %v\n", what, err)
			return
		}
		fmt.Fprintf(s.out, "✓ %s: %s\n", what, well)
	}
	if _, err := os.Stat(settings.Data); err != nil {
		line("data folder", fmt.Errorf("%s is not there yet; labfilms serve makes it", settings.Data), "")
		return errors.New("there is nothing to look at")
	}
	release, err := settings.own()
	if err == nil {
		release()
		line("data folder", nil, settings.Data)
	} else {
		fmt.Fprintf(s.out, "! data folder: %v\n", err)
	}
	_, err = settings.secret()
	line("secret", err, "there is one")
	d, err := openDatabase(ctx, settings, Options{Log: newLog(s.err)})
	if err == nil {
		defer d.Close()
		err = d.Ping(ctx)
	}
	line("database", err, "answers")
	if err == nil {
		pending, err := d.Plan(ctx, migrations.FS(d.Dialect()), coreHistory)
		line("schema", err, fmt.Sprintf("%d migrations to apply", len(pending)))
		isolation, err := host.Databases{URL: settings.DatabaseURL}.Isolation(ctx)
		line("isolation of the modules' data", err, string(isolation))
	}
	sender, err := settings.sender(time.Now)
	if err == nil {
		err = sender.Check(ctx)
	}
	line("mail", err, fmt.Sprintf("goes to %v", sender))
	_, err = loadGate()
	line("policies", err, "of core and of every module hold together")
	if os.Geteuid() == 0 {
		fmt.Fprintln(s.out, "! this runs as root; give it a user of its own")
	}
	fmt.Fprintln(s.out, "! modules run under the host's own user: they are isolated against faults, not against malice")
	if wrong > 0 {
		return fmt.Errorf("%d of these keep the platform from serving", wrong)
	}
	return nil
}
