package sdk

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed migrations
var migrations embed.FS

// The tables in which the database remembers what was applied: the SDK's
// migrations, and the module's own.
const (
	sdkHistory    = "sdk_migrations"
	moduleHistory = "module_migrations"
)

// migrate brings the database to this SDK's and this module's schema and
// returns the names of the files that were applied.
func (i *instance) migrate(ctx context.Context) ([]string, error) {
	if i.host == nil {
		return nil, errors.New("the module is not configured")
	}
	d := i.host.DB
	ours, err := fs.Sub(migrations, "migrations/"+d.Dialect())
	if err != nil {
		return nil, err
	}
	applied, err := d.Migrate(ctx, ours, sdkHistory)
	if err != nil {
		return applied, fmt.Errorf("the SDK's tables: %w", err)
	}
	m, ok := i.module.(Migrator)
	if !ok {
		return applied, nil
	}
	theirs, err := d.Migrate(ctx, m.Migrations(d.Dialect()), moduleHistory)
	return append(applied, theirs...), err
}
