package spaces

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/csv"
	"errors"
	"strings"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
)

//go:embed regions.csv
var regionsCSV string

// region is a line of regions.csv.
type region struct{ code, name, slug, zone string }

func regions() ([]region, error) {
	r := csv.NewReader(strings.NewReader(regionsCSV))
	r.Comment, r.FieldsPerRecord = '#', 4
	lines, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	all := make([]region, len(lines))
	for i, l := range lines {
		all[i] = region{code: l[0], name: l[1], slug: l[2], zone: l[3]}
	}
	return all, nil
}

// Seed makes the network and the regions of France that are not there yet, and
// changes none that is: names and slugs are their owners' to change. Any number
// of nodes may call it at once. Only the platform itself may.
func (s *Spaces) Seed(ctx context.Context) error {
	if !core.ActorFrom(ctx).System {
		return core.ErrDenied
	}
	regions, err := regions()
	if err != nil {
		return err
	}
	complete, err := s.seeded(ctx, regions)
	if err != nil || complete {
		return err
	}
	return s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := s.store.DB().Now()
		id := db.NewID()
		err := c.Space.Create().
			SetID(id).SetKind(space.KindNetwork).SetNetworkID(id).SetPath("/fr/").SetSlug("france").
			SetName("LabFilms France").SetCreatedAt(now).SetUpdatedAt(now).
			OnConflict().DoNothing().
			Exec(ctx)
		if err := unlessThere(err); err != nil {
			return err
		}
		network, err := c.Space.Query().Where(space.KindEQ(space.KindNetwork)).Only(ctx)
		if err != nil {
			return err
		}
		rows := make([]*ent.SpaceCreate, len(regions))
		for i, r := range regions {
			id := db.NewID()
			rows[i] = c.Space.Create().
				SetID(id).SetKind(space.KindRegion).SetParentID(network.ID).
				SetNetworkID(network.ID).SetRegionID(id).
				SetPath(network.Path + r.slug + "/").SetSlug(r.slug).
				SetName(r.name).SetCode(r.code).SetTimeZone(r.zone).
				SetCreatedAt(now).SetUpdatedAt(now)
		}
		return unlessThere(c.Space.CreateBulk(rows...).OnConflict().DoNothing().Exec(ctx))
	})
}

// unlessThere forgives that nothing was made because it was there already:
// another node may be doing the same. Ent reports that as no rows.
func unlessThere(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// seeded reports whether there is nothing to do, so that a start need not
// write.
func (s *Spaces) seeded(ctx context.Context, regions []region) (bool, error) {
	codes := make([]string, len(regions))
	for i, r := range regions {
		codes[i] = r.code
	}
	n, err := s.store.From(ctx).Space.Query().
		Where(space.KindEQ(space.KindRegion), space.CodeIn(codes...)).
		Count(ctx)
	return n == len(codes), err
}
