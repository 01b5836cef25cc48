package accounts

import (
	"context"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/registration"
)

// ErrHandleTaken is the fault of a handle that somebody has, had, or is about
// to have, or that looks like one. Handles are public, so it tells nothing new.
var ErrHandleTaken = &core.Fault{
	Kind: core.Conflict, Code: "handle_taken",
	EN: "Somebody has this handle, had it, or has one that looks like it.",
	FR: "Quelqu'un a cet identifiant, l'a eu, ou en a un qui lui ressemble.",
}

// hold keeps a handle for whom set names, for ever. It returns ErrHandleTaken;
// of several who want handles that look alike, one gets theirs.
func (a *Accounts) hold(ctx context.Context, c *ent.Client, name string, set func(*ent.HandleCreate)) error {
	key, now := text.HandleKey(name), a.store.DB().Now()
	// A registration that nobody followed up holds its handle no longer.
	_, err := c.Registration.Delete().
		Where(registration.HasReservedWith(handle.Key(key)), registration.ExpiresAtLTE(now)).
		Exec(ctx)
	if err != nil {
		return err
	}
	create := c.Handle.Create().SetKey(key).SetHandle(name).SetCreatedAt(now).SetUpdatedAt(now)
	set(create)
	if err := create.Exec(ctx); sqlgraph.IsUniqueConstraintError(err) {
		return ErrHandleTaken
	} else if err != nil {
		return err
	}
	return nil
}
