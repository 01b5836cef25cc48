package ecran

import (
	"context"
	"fmt"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrNotDirector is the fault of handing a label to somebody who does not
// direct it.
var ErrNotDirector = &sdk.Fault{
	Kind: sdk.Conflict, Code: "not_director",
	EN: "A label is handed to one of its directors; name this person director first.",
	FR: "Un label se transmet à l'un de ses directeurs ; nommez d'abord cette personne directrice.",
}

// ErrHolderElsewhere is the fault of handing a label to somebody who could not
// act for it.
var ErrHolderElsewhere = &sdk.Fault{
	Kind: sdk.Conflict, Code: "holder_elsewhere",
	EN: "Who holds a label acts for it, and this person is no member of its space. They have to join it first.",
	FR: "Qui porte un label agit pour lui, et cette personne n'est pas membre de son espace. Elle doit d'abord le rejoindre.",
}

// ErrHolderStays is the fault of leaving a label that one holds.
var ErrHolderStays = &sdk.Fault{
	Kind: sdk.Conflict, Code: "holder_stays",
	EN: "You hold this label. Hand it to one of its directors first, or close it.",
	FR: "Vous portez ce label. Transmettez-le d'abord à l'un de ses directeurs, ou fermez-le.",
}

// LabelCurator is a person who chooses for a label.
type LabelCurator struct {
	Person string `json:"person" minLength:"1" maxLength:"36" doc:"The person's id."`
	Role   string `json:"role" enum:"director,curator,contributor" doc:"A director also answers for the label itself; a contributor reads along and votes, and does not pick."`
}

// TransferLabel makes one of the label's directors its holder: its holder
// alone. Who held it directs it from now on. It returns ErrLabelUnknown,
// ErrLabelClosed, ErrNotDirector, ErrHolderElsewhere, or sdk.ErrStale where
// somebody else holds it meanwhile.
func (e *Ecran) TransferLabel(ctx context.Context, id, person string) (*ent.Label, error) {
	l, err := openLabel(ctx, e.store.From(ctx), id, "ecran.label.transfer")
	if err != nil {
		return nil, err
	}
	if l.HolderID != sdk.ActorFrom(ctx).Person {
		return nil, sdk.ErrDenied // own has the directors in it, too
	}
	known, err := e.host.People.Get(ctx, []string{person})
	if err != nil {
		return nil, err
	}
	var moved *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// The label's row is taken first: of two who hand it on one is late.
		n, err := c.Label.Update().Where(label.ID(id), label.HolderID(l.HolderID), label.StateNEQ(label.StateClosed)).
			SetHolderID(person).SetUpdatedAt(sdk.Now(ctx)).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		n, err = c.Curator.Delete().Where(curator.LabelID(id), curator.PersonID(person), curator.RoleEQ(curator.RoleDirector)).Exec(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotDirector
		}
		if !known[person].Member {
			return ErrHolderElsewhere
		}
		// Labels from before were made with their holder among the curators.
		if _, err := c.Curator.Delete().Where(curator.LabelID(id), curator.PersonID(l.HolderID)).Exec(ctx); err != nil {
			return err
		}
		if _, err := appoint(ctx, c, id, []LabelCurator{{Person: l.HolderID, Role: string(curator.RoleDirector)}}); err != nil {
			return err
		}
		if moved, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx); err != nil {
			return err
		}
		if err := retold(ctx, c, selection.LabelID(id)); err != nil {
			return err
		}
		return sdk.Record(ctx, labelChanged, id, LabelMoved{State: string(moved.State)})
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// LeaveLabel ends the asker's part in a label that they do not hold. It returns
// ErrHolderStays to its holder, and ErrLabelUnknown, also to who has no part in
// it that could end. No event tells of it: who is of a label is on no screen.
func (e *Ecran) LeaveLabel(ctx context.Context, id string) error {
	l, err := findLabel(ctx, e.store.From(ctx), id, "ecran.label.leave")
	if err != nil {
		return err
	}
	if l.HolderID == sdk.ActorFrom(ctx).Person {
		return ErrHolderStays
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Curator.Delete().Where(curator.LabelID(id), curator.PersonID(sdk.ActorFrom(ctx).Person)).Exec(ctx)
		if err == nil && n == 0 {
			err = ErrLabelUnknown
		}
		if err != nil {
			return err
		}
		return c.Label.UpdateOneID(id).AddVersion(1).SetUpdatedAt(sdk.Now(ctx)).Exec(ctx)
	})
}

// appoint makes the people curators of the label, in this order.
func appoint(ctx context.Context, c *ent.Client, labelID string, people []LabelCurator) ([]*ent.Curator, error) {
	if len(people) == 0 {
		return nil, nil
	}
	return c.Curator.MapCreateBulk(people, func(row *ent.CuratorCreate, i int) {
		row.SetLabelID(labelID).SetPersonID(people[i].Person).SetRole(curator.Role(people[i].Role))
	}).Save(ctx)
}

// inOrder loads curators in the order in which they were appointed.
func inOrder(q *ent.CuratorQuery) { q.Order(curator.ByID()) }

// curatorReasons returns what is wrong with a list of curators of a label that
// this person holds.
func (e *Ecran) curatorReasons(ctx context.Context, holder string, curators []LabelCurator) ([]sdk.Reason, error) {
	if len(curators) == 0 {
		return nil, nil
	}
	ids := make([]string, len(curators))
	for i, c := range curators {
		ids[i] = c.Person
	}
	known, err := e.host.People.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	var reasons []sdk.Reason
	seen := map[string]bool{}
	for i, id := range ids {
		pointer := fmt.Sprintf("/curators/%d/person", i)
		switch _, ok := known[id]; {
		case !ok:
			reasons = append(reasons, reason(pointer, sdk.ErrPersonUnknown))
		case id == holder:
			reasons = append(reasons, sdk.Reason{
				Pointer: pointer, Code: "holds_it",
				EN: "This person holds the label, and chooses for it anyway.",
				FR: "Cette personne porte le label, et choisit déjà pour lui.",
			})
		case seen[id]:
			reasons = append(reasons, sdk.Reason{
				Pointer: pointer, Code: "named_twice",
				EN: "This person is named twice.",
				FR: "Cette personne est nommée deux fois.",
			})
		}
		seen[id] = true
	}
	return reasons, nil
}
