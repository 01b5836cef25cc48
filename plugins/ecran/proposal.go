package ecran

import (
	"context"
	"errors"
	"time"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/proposal"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrProposalUnknown is the fault of naming a proposal that is not there, or
// not the asker's to know of.
var ErrProposalUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "proposal_unknown",
	EN: "There is no such proposal in this space.",
	FR: "Cette proposition n'existe pas dans cet espace.",
}

// ErrAlreadyProposed is the fault of proposing a film twice to a label.
var ErrAlreadyProposed = &sdk.Fault{
	Kind: sdk.Conflict, Code: "already_proposed",
	EN: "You have proposed this film to the label already, and it has not answered yet.",
	FR: "Vous avez déjà proposé ce film à ce label, qui n'a pas encore répondu.",
}

// ErrProposalDecided is the fault of deciding what is decided.
var ErrProposalDecided = &sdk.Fault{
	Kind: sdk.Conflict, Code: "proposal_decided",
	EN: "This proposal is decided.",
	FR: "Cette proposition a déjà sa réponse.",
}

// NewProposal is a film to be proposed.
type NewProposal struct {
	Film string `json:"film" minLength:"1" maxLength:"36" doc:"The film's id. It must be released."`
	Why  string `json:"why" minLength:"1" maxLength:"2000" doc:"Why the label should see it. The label's people read it, and nobody else."`
}

// Proposed is a proposal with its film, as the asker may see it.
type Proposed struct {
	*ent.Proposal
	Film sdk.Film
}

// Propose proposes a film to a label. What becomes of it is known to the
// label's people and to who proposes. It returns ErrLabelUnknown,
// ErrLabelClosed, sdk.ErrFilmUnknown, ErrFilmNotReleased, ErrAlreadyProposed,
// ErrProfileRequired, or the reasons why the input does not fit.
func (e *Ecran) Propose(ctx context.Context, labelID string, in NewProposal) (Proposed, error) {
	l, err := openLabel(ctx, e.store.From(ctx), labelID, "ecran.proposal.create")
	if err != nil {
		return Proposed{}, err
	}
	var form sdk.Form
	why := form.Prose("/why", in.Why, 2_000)
	if why == "" {
		form.Refuse("/why", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
	}
	if err := form.Err(); err != nil {
		return Proposed{}, err
	}
	film, err := e.released(ctx, in.Film)
	if err != nil {
		return Proposed{}, err
	}
	person, err := e.signer(ctx)
	if err != nil {
		return Proposed{}, err
	}
	var made *ent.Proposal
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		made, err = c.Proposal.Create().
			SetNetworkID(l.NetworkID).SetRegionID(l.RegionID).SetSpaceID(l.SpaceID).
			SetLabelID(l.ID).SetFilmID(film.ID).SetPersonID(person.ID).SetWhy(why).
			SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrAlreadyProposed.Because(err)
		}
		if err != nil {
			return err
		}
		return sdk.Record(ctx, proposalMade, made.ID, ProposalMoved{Label: l.ID, State: string(made.State)})
	})
	if err != nil {
		return Proposed{}, err
	}
	made.Edges.Label = l
	return Proposed{made, film}, nil
}

// listedProposal is the predicate of the proposals that a person finds in a list,
// by the relations any one set of which suffices.
func listedProposal(when sdk.When, person string) predicate.Proposal {
	ways := []predicate.Proposal{func(s *sql.Selector) { s.Where(sql.False()) }}
	for _, set := range when {
		switch set {
		case sdk.RelationSet(sdk.Self):
			ways = append(ways, proposal.PersonID(person))
		case sdk.RelationSet(sdk.Team):
			ways = append(ways, proposal.HasLabelWith(ofTeamOf(person)))
		}
	}
	return proposal.Or(ways...)
}

// ProposalFilter narrows a list of proposals.
type ProposalFilter struct {
	Label string         // of this label: its people see all, others what they proposed themselves
	State proposal.State // empty for all
}

// Proposals lists the proposals of the space that the asker may see: to the
// labels of whose people they are, and their own. It returns ErrLabelUnknown.
func (e *Ecran) Proposals(ctx context.Context, filter ProposalFilter, page sdk.Page) (sdk.List[Proposed], error) {
	c, actor := e.store.From(ctx), sdk.ActorFrom(ctx)
	when := sdk.Lists(ctx, "ecran.proposal.read")
	if when.Never() || actor.Person == "" {
		return sdk.List[Proposed]{}, actor.Check("ecran.proposal.read", sdk.Self)
	}
	q := c.Proposal.Query().Where(sdk.InScope(ctx, proposal.FieldPersonID), listedProposal(when, actor.Person)).WithLabel()
	if filter.Label != "" {
		q = q.Where(proposal.LabelID(filter.Label))
	}
	if filter.State != "" {
		q = q.Where(proposal.StateEQ(filter.State))
	}
	rows, err := q.Where(sdk.Keyset[time.Time](page, proposal.FieldCreatedAt)).All(ctx)
	if err != nil {
		return sdk.List[Proposed]{}, err
	}
	list := sdk.PageOf(rows, page, func(p *ent.Proposal) sdk.Key { return sdk.KeyOf(p.CreatedAt, p.ID) })
	ids := make([]string, len(list.Items))
	for i, row := range list.Items {
		ids[i] = row.FilmID
	}
	films, err := e.host.Films.Get(ctx, ids)
	if err != nil {
		return sdk.List[Proposed]{}, err
	}
	seen := sdk.List[Proposed]{Next: list.Next}
	for _, row := range list.Items {
		if film, ok := films[row.FilmID]; ok {
			seen.Items = append(seen.Items, Proposed{row, film})
		}
	}
	return seen, nil
}

// TakeProposal picks the film of a proposal in a selection of the label, signed
// by the asker, as [Ecran.Pick] does: the two are done together or not at all.
// It returns ErrProposalUnknown or ErrProposalDecided, and what Pick returns.
func (e *Ecran) TakeProposal(ctx context.Context, id, selectionID, answer string, in NewPick) (Proposed, error) {
	row, err := e.findProposal(ctx, id, "ecran.proposal.take")
	if err != nil {
		return Proposed{}, err
	}
	s, err := openSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.create")
	if err != nil {
		return Proposed{}, err
	}
	if s.LabelID != row.LabelID {
		return Proposed{}, ErrSelectionUnknown
	}
	in.Film = row.FilmID
	picked, err := e.pickFor(ctx, s, in, func(ctx context.Context, c *ent.Client, made *ent.Pick) error {
		return e.decide(ctx, c, row, "ecran.proposal.take", proposal.StateTaken, answer, made.ID)
	})
	if err != nil {
		return Proposed{}, err
	}
	return e.proposed(ctx, id, picked.Film)
}

// DeclineProposal declines a proposal, with a word to who proposed, which
// nobody else reads: the label's people. It returns ErrProposalUnknown or
// ErrProposalDecided.
func (e *Ecran) DeclineProposal(ctx context.Context, id, answer string) (Proposed, error) {
	return e.decideAlone(ctx, id, "ecran.proposal.decline", proposal.StateDeclined, answer)
}

// WithdrawProposal takes a proposal back: who made it. It returns
// ErrProposalUnknown or ErrProposalDecided.
func (e *Ecran) WithdrawProposal(ctx context.Context, id string) (Proposed, error) {
	return e.decideAlone(ctx, id, "ecran.proposal.withdraw", proposal.StateWithdrawn, "")
}

func (e *Ecran) decideAlone(ctx context.Context, id, action string, to proposal.State, answer string) (Proposed, error) {
	row, err := e.findProposal(ctx, id, action)
	if err != nil {
		return Proposed{}, err
	}
	film, err := e.host.Films.Film(ctx, row.FilmID)
	if errors.Is(err, sdk.ErrFilmUnknown) {
		return Proposed{}, ErrProposalUnknown // as it is in no list
	}
	if err != nil {
		return Proposed{}, err
	}
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		return e.decide(ctx, c, row, action, to, answer, "")
	})
	if err != nil {
		return Proposed{}, err
	}
	return e.proposed(ctx, id, film)
}

func (e *Ecran) proposed(ctx context.Context, id string, film sdk.Film) (Proposed, error) {
	row, err := e.store.From(ctx).Proposal.Query().Where(proposal.ID(id)).WithLabel().Only(ctx)
	return Proposed{row, film}, err
}

// decide moves a proposal that is open. Of two that decide one wins.
func (e *Ecran) decide(ctx context.Context, c *ent.Client, row *ent.Proposal, action string, to proposal.State, answer, pickID string) error {
	move, ok := Proposals.Move(action, row.State, to)
	if !ok {
		return ErrProposalDecided
	}
	var form sdk.Form
	answer = form.Prose("/answer", answer, 2_000)
	if err := form.Err(); err != nil {
		return err
	}
	now := sdk.Now(ctx)
	u := c.Proposal.Update().Where(proposal.ID(row.ID), proposal.StateEQ(row.State)).
		SetState(to).SetAnswer(answer).SetDecidedAt(now).SetDecidedBy(sdk.ActorFrom(ctx).Person).SetUpdatedAt(now).AddVersion(1)
	if pickID != "" {
		u.SetPickID(pickID)
	}
	n, err := u.Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrProposalDecided
	}
	return sdk.Record(ctx, move.Event, row.ID, ProposalMoved{Label: row.LabelID, State: string(to)})
}

// findProposal returns a proposal of the space with its label, if the asker may
// do the action with it; where they may not read it, it is unknown.
func (e *Ecran) findProposal(ctx context.Context, id, action string) (*ent.Proposal, error) {
	row, err := e.store.From(ctx).Proposal.Query().Where(proposal.ID(id), sdk.InPlace(ctx)).
		WithLabel(func(q *ent.LabelQuery) { q.WithCurators(inOrder) }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrProposalUnknown
	}
	if err != nil {
		return nil, err
	}
	actor := sdk.ActorFrom(ctx)
	facts := relations(actor, row.Edges.Label)
	if actor.Person != "" && row.PersonID == actor.Person {
		facts = append(facts, sdk.Self)
	}
	if !actor.May("ecran.proposal.read", facts...) && actor.Account != "" {
		return nil, ErrProposalUnknown
	}
	return row, actor.Check(action, facts...)
}
