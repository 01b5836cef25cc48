package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// open opens the platform for a command that acts for the platform itself.
// The server may not run at the same time on one SQLite file.
func open(ctx context.Context, settings Settings, s streams) (context.Context, *Program, error) {
	p, err := Open(ctx, settings, Options{Log: newLog(s.err)})
	return core.WithActor(ctx, core.System()), p, err
}

type userCommand struct {
	Add       userAdd       `cmd:"" help:"Make an account; the password is read from standard input."`
	List      userList      `cmd:"" help:"List the accounts."`
	Grant     userGrant     `cmd:"" help:"Grant a role in a space."`
	Suspend   userSuspend   `cmd:"" help:"Suspend an account."`
	Reinstate userReinstate `cmd:"" help:"Reinstate a suspended account."`
}

type userAdd struct {
	Email  string    `arg:"" help:"E-mail to sign in with."`
	Name   string    `required:"" help:"Name as others see it."`
	Handle string    `required:"" help:"Short name in addresses."`
	Space  string    `default:"france" help:"Home: id or slug of a space."`
	Role   core.Role `default:"member" help:"Role at home."`
}

func (c userAdd) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	password, err := readLine(s.in)
	if err != nil {
		return fmt.Errorf("the password is read from standard input: %w", err)
	}
	home, err := p.spaces.Get(ctx, c.Space)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(ctx context.Context) error {
		account, err := p.accounts.Create(ctx, accounts.NewAccount{
			Email: c.Email, Password: password, Name: c.Name, Handle: c.Handle, Home: spaces.Place(home),
		})
		if err != nil {
			return err
		}
		if _, err := p.spaces.Grant(ctx, home, spaces.NewGrant{Account: account.ID, Role: c.Role}); err != nil {
			return err
		}
		fmt.Fprintln(s.out, account.ID)
		return nil
	})
}

type userList struct{}

func (userList) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ACCOUNT\tE-MAIL\tSTATE\tROLES")
	page := core.Page{Sort: "created_at", Limit: 100}
	for {
		list, err := p.accounts.List(ctx, page)
		if err != nil {
			return err
		}
		for _, a := range list.Items {
			grants, err := p.spaces.GrantsOf(ctx, a.ID)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.ID, a.Email, a.State, describeGrants(grants))
		}
		if list.Next == nil {
			return w.Flush()
		}
		page.After = list.Next
	}
}

func describeGrants(grants []*ent.Grant) string {
	var all []string
	for _, g := range grants {
		one := g.Role + "@" + g.Path
		if g.Until != nil {
			one += " until " + g.Until.Format(time.RFC3339)
		}
		all = append(all, one)
	}
	return strings.Join(all, ", ")
}

type userGrant struct {
	Email string     `arg:"" help:"E-mail of the account."`
	Role  core.Role  `arg:"" help:"Role to grant."`
	Space string     `arg:"" help:"Id or slug of the space."`
	Until *time.Time `help:"When the grant ends by itself (RFC 3339)."`
}

func (c userGrant) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	account, err := p.accounts.ByEmail(ctx, c.Email)
	if err != nil {
		return err
	}
	space, err := p.spaces.Get(ctx, c.Space)
	if err != nil {
		return err
	}
	_, err = p.spaces.Grant(ctx, space, spaces.NewGrant{Account: account.ID, Role: c.Role, Until: c.Until})
	return err
}

type userSuspend struct {
	Email  string `arg:"" help:"E-mail of the account."`
	Reason string `required:"" help:"Why; it is kept in the audit."`
}

func (c userSuspend) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	account, err := p.accounts.ByEmail(ctx, c.Email)
	if err != nil {
		return err
	}
	return p.accounts.Suspend(ctx, account.ID, c.Reason)
}

type userReinstate struct {
	Email  string `arg:"" help:"E-mail of the account."`
	Reason string `required:"" help:"Why; it is kept in the audit."`
}

func (c userReinstate) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	account, err := p.accounts.ByEmail(ctx, c.Email)
	if err != nil {
		return err
	}
	return p.accounts.Reinstate(ctx, account.ID, c.Reason)
}
