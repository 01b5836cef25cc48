package spaces

import (
	"context"
	"regexp"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/space"
	"github.com/labfilms/labfilms/ent/spaceslug"
)

// ErrSlugTaken is the fault of wanting the slug that another space has, or had:
// an address never comes to lead somewhere else.
var ErrSlugTaken = &core.Fault{
	Kind: core.Conflict, Code: "slug_taken",
	EN: "Another space has this slug, or had it.",
	FR: "Un autre espace a ce nom d'adresse, ou l'a eu.",
}

const slugMax = 64

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// checkSlug refuses, in f, what can be no address of a space: an id would lead
// to the space that has it.
func checkSlug(f *text.Form, slug string) {
	if len(slug) > slugMax || !slugShape.MatchString(slug) || !noID(slug) {
		f.Refuse("/slug", "slug",
			"A slug has 1 to 64 lower-case letters without accents, digits and single hyphens.",
			"Ce nom d'adresse compte 1 à 64 lettres minuscules sans accent, chiffres et tirets isolés.")
	}
}

// named returns the predicate of the space with this id or slug, false for
// what can be neither.
func named(name string) (predicate.Space, bool) {
	if !noID(name) {
		return space.ID(name), true
	}
	return space.Slug(name), len(name) <= slugMax && slugShape.MatchString(name)
}

// formerly is the predicate of the space that had this slug before.
func formerly(slug string) predicate.Space {
	return space.HasSlugsWith(spaceslug.Slug(slug))
}

// checkFree returns ErrSlugTaken if the slug is or was another space's than the
// one with this id. Its caller holds the lock of the network: a slug must be
// free in two tables, which no index spans.
func checkFree(ctx context.Context, c *ent.Client, slug, id string) error {
	taken, err := c.Space.Query().
		Where(space.IDNEQ(id), space.Or(space.Slug(slug), formerly(slug))).
		Exist(ctx)
	if err == nil && taken {
		return ErrSlugTaken
	}
	return err
}

// rename keeps the slug that a space leaves, and forgets the one that it takes
// where that was its own before.
func rename(ctx context.Context, c *ent.Client, from *ent.Space, to string, now time.Time) error {
	if err := checkFree(ctx, c, to, from.ID); err != nil {
		return err
	}
	if _, err := c.SpaceSlug.Delete().Where(spaceslug.Slug(to), spaceslug.SpaceID(from.ID)).Exec(ctx); err != nil {
		return err
	}
	return c.SpaceSlug.Create().
		SetSlug(from.Slug).SetSpaceID(from.ID).
		SetCreatedAt(now).SetUpdatedAt(now).
		Exec(ctx)
}
