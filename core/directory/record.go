package directory

import (
	"context"
	"encoding/json"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/person"
)

// Recorded is the data of person.recorded.v1; its subject is the person.
type Recorded struct {
	Name string `json:"name"`
}

// Record writes down somebody without an account, to be credited: action
// person.create. They are in no list and have no handle. Who wrote them down
// sees them, and everybody does once a released film shows them. It returns
// [core.ErrInvalid] with the reasons.
func (d *Directory) Record(ctx context.Context, home core.Place, name string) (*ent.Person, error) {
	if err := d.gate.Check(ctx, "person.create", home.Path, 0); err != nil {
		return nil, err
	}
	var form text.Form
	name = form.Line("/name", name, 120)
	if err := form.Err(); err != nil {
		return nil, err
	}
	now := d.store.DB().Now()
	var made *ent.Person
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Person.Create().
			SetName(name).SetSortName(text.Slug(name)).
			SetClaim(person.ClaimUnclaimed).SetListed(false).SetMadeBy(core.ActorFrom(ctx).Person).
			SetNetworkID(home.Network).SetRegionID(home.Region).SetSpaceID(home.Space).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		if err := d.audit.Record(ctx, audit.Entry{Action: "person.create", Object: "person:" + made.ID, Place: home}); err != nil {
			return err
		}
		data, err := json.Marshal(Recorded{Name: name})
		if err != nil {
			return err
		}
		return d.events.Record(ctx, core.Event{Type: "person.recorded.v1", Subject: made.ID, Place: home, Data: data})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}
