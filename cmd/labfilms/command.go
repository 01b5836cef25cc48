package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Settings

	Serve   serveCommand     `cmd:"" help:"Run the platform."`
	Migrate migrateCommand   `cmd:"" help:"Bring the database to this version's schema."`
	User    userCommand      `cmd:"" help:"Accounts: add, list, grant, suspend, reinstate."`
	Module  moduleCommand    `cmd:"" help:"Modules: list, switch."`
	Key     keyCommand       `cmd:"" help:"Keys that sign proofs: list, rotate."`
	Proof   proofCommand     `cmd:"" help:"Proofs: verify."`
	Search  searchCommand    `cmd:"" help:"The search index: compare, rebuild."`
	OpenAPI openapiCommand   `cmd:"" help:"Print the OpenAPI document of core and every module." name:"openapi"`
	Doctor  doctorCommand    `cmd:"" help:"Say what is wrong with this installation, and how well modules are isolated."`
	Version kong.VersionFlag `help:"Print the version and exit."`

	RunModule struct {
		Name string `arg:""`
	} `cmd:"" hidden:"" help:"Run as a module's process; the host does this." name:"run-module"`
}

// streams are where a command reads and prints.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// readLine returns the first line, without its end.
func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" && err != nil {
		return "", err
	}
	return line, nil
}

// command runs one command line. The error is for the person who typed it.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	// A module's process has no settings and must not wait for any.
	if len(args) == 2 && args[0] == "run-module" {
		return runModule(args[1])
	}
	if err := checkEnvironment(); err != nil {
		return err
	}
	var c cli
	exited := false
	parser, err := kong.New(&c,
		kong.Name("labfilms"),
		kong.Description("The platform of LabFilms: the server, its modules, and the tools of whoever runs it."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }),
		kong.Vars{"version": version()},
		kong.UsageOnError(),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if exited { // --help and --version have said what there is to say
		return nil
	}
	if err != nil {
		return err
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(c.Settings, streams{os.Stdin, stdout, stderr})
}

// version is what the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// newLog returns the log of a program whose stderr is read by people on a
// terminal and by machines elsewhere.
func newLog(w io.Writer) *slog.Logger {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
		}
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

type serveCommand struct {
	Demo bool `help:"Fill an empty platform with a network to look at, of 150 people, 120 films and what 30 labels have chosen, and print who can sign in."`
	Cast bool `help:"With --demo: only those who can sign in, and a few films; it takes a second."`
}

func (c serveCommand) Run(ctx context.Context, settings Settings, s streams) (err error) {
	p, err := Open(ctx, settings, Options{Log: newLog(s.err)})
	if err != nil {
		return err
	}
	defer func() {
		if closed := p.Close(); err == nil {
			err = closed
		}
	}()
	if err := p.Listen(ctx); err != nil {
		return err
	}
	if c.Demo {
		if err := p.Demo(ctx, s.out, !c.Cast); err != nil {
			return err
		}
	}
	if err := p.announce(); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "LabFilms listens on http://%s; its documentation is at http://%s/docs\n", p.Addr(), p.Addr())
	return p.Wait(ctx)
}
