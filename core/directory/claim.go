package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/claim"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/space"
)

var (
	// ErrClaimUnknown is the fault of naming a claim that is not there, or not
	// for the asker to know of.
	ErrClaimUnknown = &core.Fault{
		Kind: core.Missing, Code: "claim_unknown",
		EN: "There is no such claim.",
		FR: "Cette demande n'existe pas.",
	}
	// ErrClaimed is the fault of claiming a profile that has an account.
	ErrClaimed = &core.Fault{
		Kind: core.Conflict, Code: "claimed",
		EN: "This profile is somebody's already.",
		FR: "Cette fiche est déjà celle de quelqu'un.",
	}
	// ErrClaimWaiting is the fault of claiming twice.
	ErrClaimWaiting = &core.Fault{
		Kind: core.Conflict, Code: "claim_waiting",
		EN: "You have claimed this profile already; wait for the answer.",
		FR: "Vous avez déjà réclamé cette fiche ; attendez la réponse.",
	}
	// ErrClaimDecided is the fault of deciding on what was decided or withdrawn.
	ErrClaimDecided = &core.Fault{
		Kind: core.Conflict, Code: "claim_decided",
		EN: "This claim was decided or withdrawn.",
		FR: "Cette demande a été tranchée ou retirée.",
	}
)

// Claims are the states of a profile without an account, by the claims that wait
// on it: one is for who wrote it down to answer, several are for a moderator.
// Accepted, it goes into the profile of who claimed it.
var Claims = core.Machine[person.Claim]{
	Noun: "profile without an account", Starts: []person.Claim{person.ClaimUnclaimed},
	Moves: []core.Move[person.Claim]{
		{Action: "claim.create", Event: "claim.made.v1", From: []person.Claim{person.ClaimUnclaimed}, To: []person.Claim{person.ClaimPending}},
		{Action: "claim.create", Event: "claim.made.v1", From: []person.Claim{person.ClaimPending}, To: []person.Claim{person.ClaimDisputed}},
		{Action: "claim.withdraw", Event: "claim.withdrawn.v1", From: []person.Claim{person.ClaimDisputed}, To: []person.Claim{person.ClaimPending}},
		{Action: "claim.withdraw", Event: "claim.withdrawn.v1", From: []person.Claim{person.ClaimPending}, To: []person.Claim{person.ClaimUnclaimed}},
		{Action: "claim.decide", Event: "claim.refused.v1", From: []person.Claim{person.ClaimDisputed}, To: []person.Claim{person.ClaimPending}},
		{Action: "claim.decide", Event: "claim.refused.v1", From: []person.Claim{person.ClaimPending}, To: []person.Claim{person.ClaimUnclaimed}},
		{Action: "claim.decide", Event: "person.claimed.v1", From: []person.Claim{person.ClaimPending, person.ClaimDisputed}, To: []person.Claim{person.ClaimMerged}},
	},
}

// waitingState is the state of a profile on which so many claims wait.
func waitingState(claims int) person.Claim {
	switch claims {
	case 0:
		return person.ClaimUnclaimed
	case 1:
		return person.ClaimPending
	default:
		return person.ClaimDisputed
	}
}

// Claim says that a profile without an account is the asker's: action
// claim.create. The note, up to 1,000 characters, is for who decides. It returns
// ErrPersonUnknown, ErrClaimed, ErrClaimWaiting, or [core.ErrInvalid].
func (d *Directory) Claim(ctx context.Context, name, note string) (*ent.Claim, error) {
	var form text.Form
	note = form.Prose("/note", note, 1000)
	p, err := d.Person(ctx, name)
	if err != nil {
		return nil, err
	}
	var made *ent.Claim
	err = d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, err := d.one(ctx, c, p.ID)
		if err != nil {
			return err
		}
		if err := d.gate.Check(ctx, "claim.create", s.path, core.RelationSet(core.Self)); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		claimant := core.ActorFrom(ctx).Person
		if claimant == "" {
			return core.ErrUnauthenticated // the platform itself is nobody
		}
		if s.Person.Claim == person.ClaimClaimed {
			return ErrClaimed
		}
		if s.MadeBy == claimant {
			return core.ErrDenied // who wrote somebody down is somebody else
		}
		now := d.store.DB().Now()
		made, err = c.Claim.Create().
			SetPersonID(s.ID).SetClaimantID(claimant).SetNote(note).
			SetNetworkID(s.NetworkID).SetRegionID(s.RegionID).SetSpaceID(s.SpaceID).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrClaimWaiting
		}
		if err != nil {
			return err
		}
		if err := d.settle(ctx, c, s, "claim.create", "claim.made.v1", made, ""); err != nil {
			return err
		}
		return d.notify.Tell(ctx, notify.Notice{Person: s.MadeBy, Type: "claim.made", Subject: "claim:" + made.ID, Within: "person:" + s.ID})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// settle gives a profile the state that its waiting claims make of it, and
// writes down the deed that changed them.
func (d *Directory) settle(ctx context.Context, c *ent.Client, s seen, action, event string, of *ent.Claim, reason string) error {
	waiting, err := c.Claim.Query().Where(claim.PersonID(s.ID), claim.StateEQ(claim.StatePending)).Count(ctx)
	if err != nil {
		return err
	}
	to := waitingState(waiting)
	if to != s.Person.Claim { // a third claim leaves a dispute a dispute
		move, ok := Claims.Move(action, s.Person.Claim, to)
		if !ok || move.Event != event {
			return fmt.Errorf("directory: %s (%s) from %s to %s", action, event, s.Person.Claim, to)
		}
		if err := s.Update().SetClaim(to).SetUpdatedAt(d.store.DB().Now()).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
	}
	return d.tellClaim(ctx, s, action, event, of, reason)
}

// Told is the data of the events about a claim; their subject is the profile.
type Told struct {
	Claim    string `json:"claim"`
	Person   string `json:"person"`
	Claimant string `json:"claimant"`
}

func (d *Directory) tellClaim(ctx context.Context, s seen, action, event string, of *ent.Claim, reason string) error {
	told := Told{Claim: of.ID, Person: s.ID, Claimant: of.ClaimantID}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "person:" + s.ID, Place: s.place(), Reason: reason, Data: told}
	if err := d.audit.Record(ctx, entry); err != nil {
		return err
	}
	return d.events.Record(ctx, core.Event{Type: event, Subject: s.ID, Place: s.place(), Data: data})
}

// claimed returns a claim and the profile that it is about, locked, and what the
// asker is to both. It returns ErrClaimUnknown for what is not theirs to see.
func (d *Directory) claimed(ctx context.Context, c *ent.Client, id string) (*ent.Claim, seen, error) {
	if noID(id) {
		return nil, seen{}, ErrClaimUnknown
	}
	of, err := c.Claim.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, seen{}, ErrClaimUnknown
	}
	if err != nil {
		return nil, seen{}, err
	}
	if _, err := c.Person.Query().Where(person.ID(of.PersonID), db.Alone).IDs(ctx); err != nil {
		return nil, seen{}, err
	}
	if of, err = c.Claim.Get(ctx, id); err != nil { // as it is now that nobody changes it
		return nil, seen{}, err
	}
	p, err := c.Person.Query().Where(person.ID(of.PersonID), withPath).Only(ctx)
	if err != nil {
		return nil, seen{}, err
	}
	path, err := p.Value(space.FieldPath)
	if err != nil {
		return nil, seen{}, err
	}
	s := seen{Person: p, path: fmt.Sprint(path), relations: claimRelations(ctx, p, of)}
	if !d.gate.May(ctx, "claim.read", s.path, s.relations) {
		return nil, seen{}, ErrClaimUnknown
	}
	return of, s, nil
}

// claimRelations returns what the asker is to a claim: who made it, or who wrote
// the profile down, as a draft as long as nobody else claims it.
func claimRelations(ctx context.Context, p *ent.Person, of *ent.Claim) core.Relations {
	asker := core.ActorFrom(ctx).Person
	var facts core.Relations
	if asker == "" {
		return facts
	}
	if of.ClaimantID == asker {
		facts |= core.RelationSet(core.Self)
	}
	if p.MadeBy == asker {
		facts |= core.RelationSet(core.Own)
		if p.Claim != person.ClaimDisputed {
			facts |= core.RelationSet(core.Draft)
		}
	}
	return facts
}

// Withdraw takes back one's own claim: action claim.withdraw. It returns
// ErrClaimUnknown or ErrClaimDecided.
func (d *Directory) Withdraw(ctx context.Context, id string) (*ent.Claim, error) {
	var after *ent.Claim
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		of, s, err := d.claimed(ctx, c, id)
		if err != nil {
			return err
		}
		if err := d.gate.Check(ctx, "claim.withdraw", s.path, s.relations); err != nil {
			return err
		}
		if after, err = d.close(ctx, of, claim.StateWithdrawn, ""); err != nil {
			return err
		}
		if err := d.settle(ctx, c, s, "claim.withdraw", "claim.withdrawn.v1", of, ""); err != nil {
			return err
		}
		return d.notify.Tell(ctx, notify.Notice{Person: s.MadeBy, Type: "claim.withdrawn", Subject: "claim:" + of.ID, Within: "person:" + s.ID})
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// Refuse says no to a claim, with the reason, in 1 to 1,000 characters, for the
// claimant: action claim.decide. It returns what Accept returns.
func (d *Directory) Refuse(ctx context.Context, id, reason string) (*ent.Claim, error) {
	var form text.Form
	reason = form.Line("/reason", reason, 1000)
	var after *ent.Claim
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		of, s, err := d.deciding(ctx, c, id)
		if err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		if after, err = d.close(ctx, of, claim.StateRefused, reason); err != nil {
			return err
		}
		if err := d.settle(ctx, c, s, "claim.decide", "claim.refused.v1", of, reason); err != nil {
			return err
		}
		return d.notify.Tell(ctx, refusal(of, s.ID))
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// Accept says yes to a claim: action claim.decide, of who wrote the profile down
// as long as nobody else claims it, else of a moderator; of nobody for
// themselves. The profile goes into the claimant's, which its address then leads
// to, and the other claims are refused. Its credits follow, by the event
// person.claimed.v1. Of several who decide at the same time one does.
//
// It returns ErrClaimUnknown, [core.ErrDenied], ErrClaimDecided, or
// [core.ErrInvalid] with the reasons.
func (d *Directory) Accept(ctx context.Context, id, reason string) (*ent.Claim, error) {
	var form text.Form
	reason = form.Prose("/reason", reason, 1000)
	var after *ent.Claim
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		of, s, err := d.deciding(ctx, c, id)
		if err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		if after, err = d.close(ctx, of, claim.StateAccepted, reason); err != nil {
			return err
		}
		return d.merge(ctx, c, s, after)
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// deciding is claimed for who may decide on the claim.
func (d *Directory) deciding(ctx context.Context, c *ent.Client, id string) (*ent.Claim, seen, error) {
	of, s, err := d.claimed(ctx, c, id)
	if err != nil {
		return nil, seen{}, err
	}
	if err := d.gate.Check(ctx, "claim.decide", s.path, s.relations); err != nil {
		return nil, seen{}, err
	}
	if s.relations.Has(core.Self) {
		return nil, seen{}, core.ErrDenied // whatever their role
	}
	return of, s, nil
}

// close gives a claim that waits its last state.
func (d *Directory) close(ctx context.Context, of *ent.Claim, state claim.State, reason string) (*ent.Claim, error) {
	if of.State != claim.StatePending {
		return nil, ErrClaimDecided
	}
	now := d.store.DB().Now()
	return of.Update().
		SetState(state).SetReason(reason).SetDecidedBy(core.ActorFrom(ctx).Person).SetDecidedAt(now).SetUpdatedAt(now).
		Save(ctx)
}

func refusal(of *ent.Claim, profile string) notify.Notice {
	return notify.Notice{Person: of.ClaimantID, Type: "claim.refused", Subject: "claim:" + of.ID, Within: "person:" + profile}
}

// merge makes the profile a part of the claimant's.
func (d *Directory) merge(ctx context.Context, c *ent.Client, s seen, accepted *ent.Claim) error {
	move, ok := Claims.Move("claim.decide", s.Person.Claim, person.ClaimMerged)
	if !ok {
		return ErrClaimDecided
	}
	now := d.store.DB().Now()
	others, err := c.Claim.Query().Where(claim.PersonID(s.ID), claim.StateEQ(claim.StatePending)).All(ctx)
	if err != nil {
		return err
	}
	var notices []notify.Notice
	for _, other := range others {
		if _, err := d.close(ctx, other, claim.StateRefused, ""); err != nil {
			return err
		}
		notices = append(notices, refusal(other, s.ID))
	}
	err = s.Update().
		SetClaim(person.ClaimMerged).SetMergedIntoID(accepted.ClaimantID).
		SetUpdatedAt(now).AddVersion(1).
		Exec(ctx)
	if err != nil {
		return err
	}
	if err := d.tellClaim(ctx, s, "claim.decide", move.Event, accepted, accepted.Reason); err != nil {
		return err
	}
	notices = append(notices,
		notify.Notice{Person: accepted.ClaimantID, Type: "claim.accepted", Subject: "claim:" + accepted.ID, Within: "person:" + s.ID},
		notify.Notice{Person: s.MadeBy, Type: "person.claimed", Subject: "claim:" + accepted.ID, Within: "person:" + s.ID})
	return d.notify.Tell(ctx, notices...)
}

// ClaimsOn returns the claims on a profile that the actor may see, sorted by
// created_at: action claim.read. Of those of others only who may decide sees
// any. It returns ErrPersonUnknown.
func (d *Directory) ClaimsOn(ctx context.Context, name string, page core.Page) (core.List[*ent.Claim], error) {
	p, err := d.Person(ctx, name)
	if err != nil {
		return core.List[*ent.Claim]{}, err
	}
	home, err := d.store.From(ctx).Space.Get(ctx, p.SpaceID)
	if err != nil {
		return core.List[*ent.Claim]{}, err
	}
	when := d.gate.Lists(ctx, "claim.read", home.Path)
	is := []predicate.Claim{claim.PersonID(p.ID)}
	if !when.Allows(relationsTo(ctx, p)) {
		is = append(is, claim.ClaimantID(core.ActorFrom(ctx).Person))
	}
	return d.claims(ctx, page, is...)
}

// MyClaims returns the actor's own claims, sorted by created_at: action
// claim.read.
func (d *Directory) MyClaims(ctx context.Context, page core.Page) (core.List[*ent.Claim], error) {
	if err := d.gate.Check(ctx, "claim.read", "", core.RelationSet(core.Self)); err != nil {
		return core.List[*ent.Claim]{}, err
	}
	return d.claims(ctx, page, claim.ClaimantID(core.ActorFrom(ctx).Person))
}

// ClaimsAt returns the claims in a state on the profiles of a scope, sorted by
// created_at: action claim.read there, of a moderator.
func (d *Directory) ClaimsAt(ctx context.Context, scope core.Scope, state string, page core.Page) (core.List[*ent.Claim], error) {
	if err := d.gate.Check(ctx, "claim.read", scope.Path, 0); err != nil {
		return core.List[*ent.Claim]{}, err
	}
	return d.claims(ctx, page, predicate.Claim(db.In(scope)), claim.StateEQ(claim.State(state)))
}

func (d *Directory) claims(ctx context.Context, page core.Page, is ...predicate.Claim) (core.List[*ent.Claim], error) {
	var list core.List[*ent.Claim]
	query := d.store.From(ctx).Claim.Query().Where(is...)
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, claim.FieldCreatedAt)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(c *ent.Claim) core.Key { return db.KeyOf(c.CreatedAt, c.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}
