package films

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/filmmember"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/transfer"
)

// transferLife is how long an offer waits for an answer.
const transferLife = 30 * 24 * time.Hour

var (
	// ErrTransferUnknown is the fault of naming an offer that is not the film's,
	// or not for the asker to know of.
	ErrTransferUnknown = &core.Fault{
		Kind: core.Missing, Code: "transfer_unknown",
		EN: "There is no such offer of this film.",
		FR: "Cette proposition n'existe pas.",
	}
	// ErrTransferOffered is the fault of offering a film that is offered.
	ErrTransferOffered = &core.Fault{
		Kind: core.Conflict, Code: "transfer_offered",
		EN: "The film is offered to somebody already. Cancel that first.",
		FR: "Le film est déjà proposé à quelqu'un. Annulez d'abord cette proposition.",
	}
	// ErrTransferState is the fault of answering an offer that was answered, taken
	// back, or has expired, or whose giver is no owner any more or suspended.
	ErrTransferState = &core.Fault{
		Kind: core.Conflict, Code: "transfer_state",
		EN: "This offer no longer stands.",
		FR: "Cette proposition ne tient plus.",
	}
)

// TransferStates are the states of an offer. One that nobody answers for thirty
// days no longer stands.
var TransferStates = core.Machine[transfer.State]{
	Noun: "transfer", Starts: []transfer.State{transfer.StateOffered},
	Moves: []core.Move[transfer.State]{
		{Action: "transfer.accept", Event: "transfer.accepted.v1", From: []transfer.State{transfer.StateOffered}, To: []transfer.State{transfer.StateAccepted}},
		{Action: "transfer.decline", Event: "transfer.declined.v1", From: []transfer.State{transfer.StateOffered}, To: []transfer.State{transfer.StateDeclined}},
		{Action: "transfer.cancel", Event: "transfer.cancelled.v1", From: []transfer.State{transfer.StateOffered}, To: []transfer.State{transfer.StateCancelled}},
	},
}

// NewTransfer is what Offer makes.
type NewTransfer struct {
	To    string // person
	Stays string // what the one who offers is afterwards: owner, editor, crew or none
	Note  string // up to 1,000 characters
}

// Offer offers a film to somebody: action transfer.offer, of owners. It returns
// ErrUnknown, [core.ErrDenied], [core.ErrInvalid] with the reasons (for somebody
// who is not there, has no account or is suspended alike), or ErrTransferOffered.
func (c *Catalog) Offer(ctx context.Context, id string, in NewTransfer) (*ent.Transfer, error) {
	var made *ent.Transfer
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, _, err := c.member(ctx, client, id, "")
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "transfer.offer", f); err != nil {
			return err
		}
		var form text.Form
		note := form.Prose("/note", in.Note, 1000)
		if in.Stays == "" {
			in.Stays = string(transfer.DefaultStays)
		}
		if transfer.StaysValidator(transfer.Stays(in.Stays)) != nil {
			form.Refuse("/stays", "unknown", "It is owner, editor, crew or none.", "C'est owner, editor, crew ou none.")
		}
		if err := checkPerson(ctx, client, &form, "/to", in.To); err != nil {
			return err
		}
		from := core.ActorFrom(ctx).Person
		if in.To == from {
			form.Refuse("/to", "self", "The film is yours.", "Le film est à vous.")
		}
		if err := form.Err(); err != nil {
			return err
		}
		now := c.store.DB().Now()
		// An offer that has expired still stands where a new one would.
		_, err = client.Transfer.Update().
			Where(transfer.FilmID(id), transfer.StateEQ(transfer.StateOffered), transfer.ExpiresAtLTE(now)).
			SetState(transfer.StateCancelled).SetAnsweredAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		made, err = client.Transfer.Create().
			SetFilmID(id).SetFromID(from).SetToID(in.To).SetStays(transfer.Stays(in.Stays)).SetNote(note).
			SetExpiresAt(now.Add(transferLife)).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrTransferOffered
		}
		if err != nil {
			return err
		}
		made.Edges.Film = f.Film
		return c.tellTransfer(ctx, f, made, "transfer.offer", "transfer.offered", in.To)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Transferred is the data of the events about a transfer; their subject is the
// film.
type Transferred struct {
	Transfer string `json:"transfer"`
	From     string `json:"from"`
	To       string `json:"to"`
}

func (c *Catalog) tellTransfer(ctx context.Context, f Seen, t *ent.Transfer, action, notice, whom string) error {
	told := Transferred{Transfer: t.ID, From: t.FromID, To: t.ToID}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	if err := c.audit.Record(ctx, audit.Entry{Action: action, Object: "film:" + f.ID, Place: f.place(), Data: told}); err != nil {
		return err
	}
	if err := c.events.Record(ctx, core.Event{Type: notice + ".v1", Subject: f.ID, Place: f.place(), Data: data}); err != nil {
		return err
	}
	return c.notify.Tell(ctx, notify.Notice{Person: whom, Type: notice, Subject: "transfer:" + t.ID, Within: "film:" + f.ID})
}

// Accept makes the asker, to whom the film was offered, its owner, and of who
// offered it what the offer says: action transfer.accept. It returns
// ErrTransferUnknown or ErrTransferState; of several answers at the same time
// one counts.
func (c *Catalog) Accept(ctx context.Context, id, transferID string) (*ent.Transfer, error) {
	return c.answer(ctx, id, transferID, "transfer.accept", transfer.StateAccepted)
}

// Decline says no to an offer: action transfer.decline. It returns what Accept
// returns.
func (c *Catalog) Decline(ctx context.Context, id, transferID string) (*ent.Transfer, error) {
	return c.answer(ctx, id, transferID, "transfer.decline", transfer.StateDeclined)
}

// Cancel takes an offer back: action transfer.cancel, of owners. It returns what
// Accept returns.
func (c *Catalog) Cancel(ctx context.Context, id, transferID string) (*ent.Transfer, error) {
	return c.answer(ctx, id, transferID, "transfer.cancel", transfer.StateCancelled)
}

func (c *Catalog) answer(ctx context.Context, id, transferID, action string, to transfer.State) (*ent.Transfer, error) {
	notices := map[transfer.State]string{
		transfer.StateAccepted: "transfer.accepted", transfer.StateDeclined: "transfer.declined", transfer.StateCancelled: "transfer.cancelled",
	}
	var answered *ent.Transfer
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, t, err := c.transfer(ctx, client, id, transferID)
		if err != nil {
			return err
		}
		if err := c.gate.Check(ctx, action, f.Path, f.Relations); err != nil {
			return err
		}
		now := c.store.DB().Now()
		if _, ok := TransferStates.Move(action, t.State, to); !ok || !c.stands(t) {
			return ErrTransferState
		}
		if to == transfer.StateAccepted {
			if err := c.handOver(ctx, client, f, t); err != nil {
				return err
			}
		}
		if answered, err = t.Update().SetState(to).SetAnsweredAt(now).SetUpdatedAt(now).Save(ctx); err != nil {
			return err
		}
		answered.Edges.Film = f.Film
		whom := t.FromID
		if to == transfer.StateCancelled {
			whom = t.ToID
		}
		return c.tellTransfer(ctx, f, answered, action, notices[to], whom)
	})
	if err != nil {
		return nil, err
	}
	return answered, nil
}

// handOver makes the film its new owner's.
func (c *Catalog) handOver(ctx context.Context, client *ent.Client, f Seen, t *ent.Transfer) error {
	now := c.store.DB().Now()
	from, err := client.FilmMember.Query().
		Where(
			filmmember.FilmID(f.ID), filmmember.PersonID(t.FromID), filmmember.RoleEQ(filmmember.RoleOwner),
			filmmember.HasPersonWith(person.Suspended(false)),
		).
		Only(ctx)
	if ent.IsNotFound(err) {
		return ErrTransferState // it is not theirs to give
	}
	if err != nil {
		return err
	}
	n, err := client.FilmMember.Update().
		Where(filmmember.FilmID(f.ID), filmmember.PersonID(t.ToID)).
		SetRole(filmmember.RoleOwner).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		err = client.FilmMember.Create().
			SetFilmID(f.ID).SetPersonID(t.ToID).SetRole(filmmember.RoleOwner).
			SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
		if err != nil {
			return err
		}
	}
	switch t.Stays {
	case transfer.StaysOwner:
		return nil // they answer for it together, and who did goes on
	case transfer.StaysNone:
		err = client.FilmMember.DeleteOne(from).Exec(ctx)
	default:
		err = from.Update().SetRole(filmmember.Role(t.Stays)).SetUpdatedAt(now).Exec(ctx)
	}
	if err != nil || f.OwnerID != t.FromID {
		return err
	}
	return client.Film.UpdateOneID(f.ID).SetOwnerID(t.ToID).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
}

// transfer returns a film, which is locked, with what the asker is to it and to
// an offer of it, and the offer. It returns ErrTransferUnknown, or ErrUnknown, for
// what is not theirs to see.
func (c *Catalog) transfer(ctx context.Context, client *ent.Client, id, transferID string) (Seen, *ent.Transfer, error) {
	f, _, err := c.member(ctx, client, id, "")
	if err != nil {
		return f, nil, err
	}
	var t *ent.Transfer
	if !noID(transferID) {
		t, err = client.Transfer.Query().Where(transfer.ID(transferID), transfer.FilmID(id)).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return f, nil, err
		}
	}
	if asker := core.ActorFrom(ctx).Person; t != nil && asker != "" && t.ToID == asker {
		f.Relations |= core.RelationSet(core.Self)
	}
	switch {
	case t != nil && c.gate.May(ctx, "transfer.read", f.Path, f.Relations):
		return f, t, nil
	case c.gate.May(ctx, "film.read", f.Path, f.Relations):
		return f, nil, ErrTransferUnknown
	default:
		return f, nil, ErrUnknown
	}
}

// Transfers returns the offers of a film, sorted by created_at: action
// transfer.read, of owners. It returns ErrUnknown.
func (c *Catalog) Transfers(ctx context.Context, id string, page core.Page) (core.List[*ent.Transfer], error) {
	f, err := c.seen(ctx, c.store.From(ctx), id)
	if err != nil {
		return core.List[*ent.Transfer]{}, err
	}
	if err := c.allow(ctx, "transfer.read", f); err != nil {
		return core.List[*ent.Transfer]{}, err
	}
	return c.transfers(ctx, page, transfer.FilmID(id))
}

// MyTransfers returns the films that were offered to the actor, sorted by
// created_at: action transfer.read. Of a film that they cannot see they are told
// what an offer must say, while it stands; then it comes without the film.
func (c *Catalog) MyTransfers(ctx context.Context, page core.Page) (core.List[*ent.Transfer], error) {
	if err := c.gate.Check(ctx, "transfer.read", "", core.RelationSet(core.Self)); err != nil {
		return core.List[*ent.Transfer]{}, err
	}
	list, err := c.transfers(ctx, page, transfer.ToID(core.ActorFrom(ctx).Person))
	if err != nil {
		return list, err
	}
	ids := make([]string, len(list.Items))
	for i, t := range list.Items {
		ids[i] = t.FilmID
	}
	seen, err := c.Get(ctx, ids)
	for _, t := range list.Items {
		if _, shown := seen[t.FilmID]; !shown && !c.stands(t) {
			t.Edges.Film = nil
		}
	}
	return list, err
}

// stands reports whether the offer can be answered.
func (c *Catalog) stands(t *ent.Transfer) bool {
	return t.State == transfer.StateOffered && t.ExpiresAt.After(c.store.DB().Now())
}

func (c *Catalog) transfers(ctx context.Context, page core.Page, is predicate.Transfer) (core.List[*ent.Transfer], error) {
	var list core.List[*ent.Transfer]
	query := c.store.From(ctx).Transfer.Query().Where(is)
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, transfer.FieldCreatedAt)).WithFilm().All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(t *ent.Transfer) core.Key { return db.KeyOf(t.CreatedAt, t.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}
