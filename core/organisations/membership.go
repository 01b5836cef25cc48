package organisations

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/person"
)

var (
	// ErrMembershipUnknown is the fault of naming a membership that is not the
	// organisation's, or not for the asker to know of.
	ErrMembershipUnknown = &core.Fault{
		Kind: core.Missing, Code: "membership_unknown",
		EN: "There is no such membership in this organisation.",
		FR: "Cette appartenance n'existe pas dans cette organisation.",
	}
	// ErrMember is the fault of inviting somebody who belongs there, or is
	// invited, already.
	ErrMember = &core.Fault{
		Kind: core.Conflict, Code: "membership_held",
		EN: "This person belongs to the organisation, or is invited.",
		FR: "Cette personne appartient à l'organisation, ou y est invitée.",
	}
	// ErrMembershipState is the fault of a move that the membership's state does
	// not allow.
	ErrMembershipState = &core.Fault{
		Kind: core.Conflict, Code: "membership_state",
		EN: "The state of the membership does not allow this.",
		FR: "L'état de l'appartenance ne le permet pas.",
	}
	// ErrLastAdmin is the fault of ending what the organisation's last
	// administrator is.
	ErrLastAdmin = &core.Fault{
		Kind: core.Conflict, Code: "last_admin",
		EN: "This is the organisation's last administrator. Name another one first.",
		FR: "C'est la dernière personne à administrer l'organisation. Nommez-en d'abord une autre.",
	}
)

// MembershipStates are the states of a membership.
var MembershipStates = core.Machine[membership.State]{
	Noun: "membership", Starts: []membership.State{membership.StateInvited},
	Moves: []core.Move[membership.State]{
		{Action: "membership.accept", Event: "membership.accepted.v1", From: []membership.State{membership.StateInvited}, To: []membership.State{membership.StateActive}},
		{Action: "membership.decline", Event: "membership.declined.v1", From: []membership.State{membership.StateInvited}, To: []membership.State{membership.StateDeclined}},
		{Action: "membership.cancel", Event: "membership.cancelled.v1", From: []membership.State{membership.StateInvited}, To: []membership.State{membership.StateCancelled}},
		{Action: "membership.end", Event: "membership.ended.v1", From: []membership.State{membership.StateActive}, To: []membership.State{membership.StateEnded}},
	},
}

// NewMembership is what Invite makes.
type NewMembership struct {
	Person string // id
	Role   string // admin, editor or member
	Title  string // what they are there, up to 120 characters
	Since  string // a day; empty where nobody said
}

// Invite invites somebody into the organisation: action membership.invite, of
// its administrators. They belong to it once they accept. It returns ErrUnknown,
// [core.ErrDenied], [core.ErrInvalid] with the reasons (for somebody who is not
// there, has no account or is suspended alike), ErrState where it is closed, or
// ErrMember; of several who invite the same person at the same time, one does.
func (o *Organisations) Invite(ctx context.Context, id string, in NewMembership) (*ent.Membership, error) {
	var made *ent.Membership
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, err := o.locked(ctx, c, id)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, "membership.invite", s.path, s.relations); err != nil {
			return err
		}
		var form text.Form
		terms := terms{membership.Role(in.Role), in.Title, in.Since, ""}
		terms.check(&form)
		there := !noID(in.Person)
		if there {
			if there, err = c.Person.Query().Where(person.ID(in.Person), visible()).Exist(ctx); err != nil {
				return err
			}
		}
		if !there {
			form.Refuse("/person", "person_unknown", "There is no such person here.", "Cette personne n'est pas ici.")
		}
		if err := form.Err(); err != nil {
			return err
		}
		if s.State != organisation.StateActive {
			return ErrState
		}
		now := o.store.DB().Now()
		made, err = c.Membership.Create().
			SetOrganisationID(id).SetPersonID(in.Person).SetRole(terms.role).SetTitle(terms.title).SetSince(terms.since).
			SetInvitedBy(core.ActorFrom(ctx).Person).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrMember
		}
		if err != nil {
			return err
		}
		return o.tellMembership(ctx, s, made, "membership.invite", "membership.invited.v1", in.Person, "membership.invited")
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Belonging is the data of the events about a membership; their subject is the
// organisation.
type Belonging struct {
	Membership string          `json:"membership"`
	Person     string          `json:"person"`
	Role       membership.Role `json:"role"`
}

func (o *Organisations) tellMembership(ctx context.Context, s seen, m *ent.Membership, action, event, whom, notice string) error {
	told := Belonging{Membership: m.ID, Person: m.PersonID, Role: m.Role}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "organisation:" + s.ID, Place: s.place(), Data: told}
	if err := o.audit.Record(ctx, entry); err != nil {
		return err
	}
	if err := o.events.Record(ctx, core.Event{Type: event, Subject: s.ID, Place: s.place(), Data: data}); err != nil {
		return err
	}
	return o.notify.Tell(ctx, notify.Notice{Person: whom, Type: notice, Subject: "membership:" + m.ID, Within: "organisation:" + s.ID})
}

// Accept makes the asker a member who was invited: action membership.accept. It
// returns ErrUnknown, ErrMembershipUnknown, [core.ErrDenied], ErrMembershipState,
// or ErrState where the organisation is closed; of several moves at the same time
// one happens.
func (o *Organisations) Accept(ctx context.Context, id, membershipID string) (*ent.Membership, error) {
	return o.moveMembership(ctx, id, membershipID, "membership.accept", membership.StateActive, "membership.accepted", "")
}

// Decline says no to an invitation of the asker: action membership.decline. It
// returns what Accept returns.
func (o *Organisations) Decline(ctx context.Context, id, membershipID string) (*ent.Membership, error) {
	return o.moveMembership(ctx, id, membershipID, "membership.decline", membership.StateDeclined, "membership.declined", "")
}

// Cancel takes an invitation back: action membership.cancel, of administrators.
// It returns what Accept returns.
func (o *Organisations) Cancel(ctx context.Context, id, membershipID string) (*ent.Membership, error) {
	return o.moveMembership(ctx, id, membershipID, "membership.cancel", membership.StateCancelled, "membership.cancelled", "")
}

// End ends a membership: action membership.end, of administrators and of the
// member. The last day is until, no later than today; where that is empty, the
// day that was set, if it has passed, or today. It returns what Accept returns,
// [core.ErrInvalid] with the reasons, or ErrLastAdmin.
func (o *Organisations) End(ctx context.Context, id, membershipID, until string) (*ent.Membership, error) {
	return o.moveMembership(ctx, id, membershipID, "membership.end", membership.StateEnded, "membership.ended", until)
}

func (o *Organisations) moveMembership(ctx context.Context, id, membershipID, action string, to membership.State, notice, until string) (*ent.Membership, error) {
	var moved *ent.Membership
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, m, facts, err := o.membership(ctx, c, id, membershipID)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, action, s.path, facts); err != nil {
			return err
		}
		step, ok := MembershipStates.Move(action, m.State, to)
		if !ok {
			return ErrMembershipState
		}
		now := o.store.DB().Now()
		update := m.Update().SetState(to).SetUpdatedAt(now).AddVersion(1)
		whom := m.InvitedBy
		switch to {
		case membership.StateEnded:
			last, err := lastDay(m, until, o.today(s.Organisation))
			if err != nil {
				return err
			}
			if err := o.checkLast(ctx, c, s, m); err != nil {
				return err
			}
			update.SetEndedAt(now).SetUntil(last)
			if !facts.Has(core.Self) {
				whom = m.PersonID
			}
		case membership.StateCancelled:
			update.SetAnsweredAt(now)
			whom = m.PersonID
		default:
			if to == membership.StateActive && s.State != organisation.StateActive {
				return ErrState
			}
			update.SetAnsweredAt(now)
		}
		if moved, err = update.Save(ctx); err != nil {
			return err
		}
		return o.tellMembership(ctx, s, moved, action, step.Event, whom, notice)
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// lastDay returns the last day of a membership that ends today: the day that was
// named, which may not be to come or before the first, the one that was set, or
// today. One that had not begun keeps what was set.
func lastDay(m *ent.Membership, named, today string) (string, error) {
	var form text.Form
	checkDays(&form, m.Since, named)
	if named > today {
		form.Refuse("/until", "future", "It is to come. Set it as the last day of the membership instead.", "Ce jour est à venir. Fixez-le plutôt comme dernier jour de l'appartenance.")
	}
	switch {
	case named != "":
		return named, form.Err()
	case m.Until != "" && m.Until < today, m.Since > today:
		return m.Until, nil
	default:
		return today, nil
	}
}

// checkLast returns ErrLastAdmin if without this membership nobody would run the
// organisation: neither who is suspended nor whose time is over counts.
func (o *Organisations) checkLast(ctx context.Context, c *ent.Client, s seen, m *ent.Membership) error {
	if m.Role != membership.RoleAdmin || m.State != membership.StateActive {
		return nil
	}
	stay, err := c.Membership.Query().
		Where(
			membership.OrganisationID(s.ID), membership.IDNEQ(m.ID), membership.RoleEQ(membership.RoleAdmin),
			lasts(o.today(s.Organisation)), membership.Until(""),
			membership.HasPersonWith(visible()),
		).
		Exist(ctx)
	if err == nil && !stay {
		return ErrLastAdmin
	}
	return err
}

// membership returns a membership of an organisation, which is locked, and what
// the asker is to it. It returns ErrUnknown, and ErrMembershipUnknown for what is
// not theirs to see.
func (o *Organisations) membership(ctx context.Context, c *ent.Client, id, membershipID string) (seen, *ent.Membership, core.Relations, error) {
	s, err := o.locked(ctx, c, id)
	if err != nil {
		return seen{}, nil, 0, err
	}
	m, facts, err := belonging(ctx, c, s, membershipID)
	if err == nil && !o.gate.May(ctx, "membership.read", s.path, facts) {
		err = ErrMembershipUnknown
	}
	return s, m, facts, err
}

// belonging returns a membership of an organisation, allowed or not, and what
// the asker is to it, or ErrMembershipUnknown.
func belonging(ctx context.Context, c *ent.Client, s seen, id string) (*ent.Membership, core.Relations, error) {
	if noID(id) {
		return nil, 0, ErrMembershipUnknown
	}
	m, err := c.Membership.Query().Where(membership.ID(id), membership.OrganisationID(s.ID)).WithPerson().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, 0, ErrMembershipUnknown
	}
	if err != nil {
		return nil, 0, err
	}
	facts := s.relations
	if asker := core.ActorFrom(ctx).Person; asker != "" && m.PersonID == asker {
		facts |= core.RelationSet(core.Self)
	}
	if m.State == membership.StateActive && m.Shown && !m.Edges.Person.Suspended {
		facts |= core.RelationSet(core.Published)
	}
	return m, facts, nil
}

// MembershipChange is what ChangeMembership changes: what is not set stays as
// it is, and null empties it.
type MembershipChange struct {
	Role, Title, Since, Until rest.Opt[string]
}

// ChangeMembership changes what somebody is in the organisation, as it was at a
// version: action membership.update, of administrators. It returns
// ErrMembershipUnknown, [core.ErrDenied], [core.ErrInvalid] with the reasons,
// ErrMembershipState for one that has ended, [core.ErrStale], or ErrLastAdmin.
func (o *Organisations) ChangeMembership(ctx context.Context, id, membershipID string, version int, in MembershipChange) (*ent.Membership, error) {
	var changed *ent.Membership
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, m, facts, err := o.membership(ctx, c, id, membershipID)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, "membership.update", s.path, facts); err != nil {
			return err
		}
		var form text.Form
		after := terms{
			membership.Role(in.Role.Or(string(m.Role))), in.Title.Or(m.Title), in.Since.Or(m.Since), in.Until.Or(m.Until),
		}
		after.check(&form)
		if err := form.Err(); err != nil {
			return err
		}
		if m.State != membership.StateInvited && m.State != membership.StateActive {
			return ErrMembershipState
		}
		if m.Version != version {
			return core.ErrStale
		}
		if after == (terms{m.Role, m.Title, m.Since, m.Until}) {
			changed = m
			return nil
		}
		demoted, ending := after.role != membership.RoleAdmin, after.until != "" && after.until != m.Until
		if demoted || ending || after.since > o.today(s.Organisation) {
			if err := o.checkLast(ctx, c, s, m); err != nil {
				return err
			}
		}
		changed, err = m.Update().
			SetRole(after.role).SetTitle(after.title).SetSince(after.since).SetUntil(after.until).
			SetUpdatedAt(o.store.DB().Now()).AddVersion(1).
			Save(ctx)
		if err != nil {
			return err
		}
		return o.tellMembership(ctx, s, changed, "membership.update", "membership.changed.v1", m.PersonID, "membership.changed")
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Show says whether everybody sees that the asker belongs to the organisation:
// action membership.show. It returns ErrMembershipUnknown.
func (o *Organisations) Show(ctx context.Context, id, membershipID string, shown bool) (*ent.Membership, error) {
	var changed *ent.Membership
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, m, facts, err := o.membership(ctx, c, id, membershipID)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, "membership.show", s.path, facts); err != nil {
			return err
		}
		changed = m
		if m.Shown == shown {
			return nil
		}
		changed, err = m.Update().SetShown(shown).SetUpdatedAt(o.store.DB().Now()).AddVersion(1).Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Membership returns one membership: action membership.read. It returns
// ErrUnknown or ErrMembershipUnknown.
func (o *Organisations) Membership(ctx context.Context, id, membershipID string) (*ent.Membership, error) {
	c := o.store.From(ctx)
	s, err := o.seen(ctx, c, id)
	if err != nil {
		return nil, err
	}
	m, facts, err := belonging(ctx, c, s, membershipID)
	if err != nil {
		return nil, err
	}
	if err := o.gate.Check(ctx, "membership.read", s.path, facts); err != nil {
		return nil, ErrMembershipUnknown
	}
	return m, nil
}

// terms are what an organisation says of a membership.
type terms struct {
	role         membership.Role
	title        string
	since, until string
}

func (t *terms) check(f *text.Form) {
	if membership.RoleValidator(t.role) != nil {
		f.Refuse("/role", "unknown", "There is no such role in an organisation.", "Ce rôle n'existe pas dans une organisation.")
	}
	t.title = f.Prose("/title", t.title, 120)
	checkDays(f, t.since, t.until)
}

// checkDays refuses what is no day, and a last day before the first.
func checkDays(f *text.Form, since, until string) {
	for _, day := range [][2]string{{"/since", since}, {"/until", until}} {
		if _, err := time.Parse(time.DateOnly, day[1]); err != nil && day[1] != "" {
			f.Refuse(day[0], "day", "A day is written 2027-03-01.", "Un jour s'écrit 2027-03-01.")
		}
	}
	if since != "" && until != "" && until < since {
		f.Refuse("/until", "order", "It is before the first day.", "Ce jour précède le premier.")
	}
}
