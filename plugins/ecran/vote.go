package ecran

import (
	"context"
	"errors"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/ecran/ent/vote"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrOwnVote is the fault of voting on a film in which one has a part.
var ErrOwnVote = &sdk.Fault{
	Kind: sdk.Conflict, Code: "own_vote",
	EN: "You have a part in this film, or work for a company that it credits, and do not vote on it.",
	FR: "Vous avez pris part à ce film, ou travaillez pour une société qu'il crédite : vous ne votez pas à son sujet.",
}

// Tally is what the label's people think of a pick.
type Tally struct {
	Yes, No, Veto int
	Mine          string // of the asker; empty if they have not voted
	Needed        int
}

// Vote is one of the label's people being for a film, against it, or refusing
// it, while it is under vote; who votes again thinks otherwise. With as many
// yeses as the label's rules ask for the film is accepted, with one veto it is
// refused. Who has a part in the film does not vote. It returns
// ErrSelectionUnknown, ErrPickUnknown, ErrLabelClosed, ErrOwnVote or ErrPickOver.
func (e *Ecran) Vote(ctx context.Context, selectionID, id, choice string) (Picked, error) {
	s, err := openSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.vote")
	if err != nil {
		return Picked{}, err
	}
	before, err := findPick(ctx, e.store.From(ctx), selectionID, id)
	if err != nil {
		return Picked{}, err
	}
	film, err := e.filmOf(ctx, before)
	if err != nil {
		return Picked{}, err
	}
	if concerned(film) {
		return Picked{}, ErrOwnVote
	}
	var voted *ent.Pick
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// The pick's row is taken first: votes are counted one after another.
		n, err := c.Pick.Update().Where(pick.ID(id), pick.StateEQ(pick.StateUnderVote)).AddVersion(1).SetUpdatedAt(sdk.Now(ctx)).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrPickOver
		}
		if err := cast(ctx, c, id, sdk.ActorFrom(ctx).Person, choice); err != nil {
			return err
		}
		if voted, err = c.Pick.Get(ctx, id); err != nil {
			return err
		}
		switch outcome, err := outcomeOf(ctx, c, id, votesNeeded(s.Edges.Label, s)); {
		case err != nil || outcome == "":
			return err
		case outcome == refused:
			err = endPick(ctx, c, voted, "ecran.pick.vote", pick.StateRefused, "")
			if err != nil {
				return err
			}
		default:
			to, err := e.afterVote(ctx, c, s.Edges.Label, film, voted.SignerID, voted.From)
			if err != nil {
				return err
			}
			if err := e.move(ctx, c, s, voted, "ecran.pick.vote", to); err != nil {
				return err
			}
		}
		voted, err = c.Pick.Get(ctx, id)
		return err
	})
	if err != nil {
		return Picked{}, err
	}
	return Picked{voted, film, sdk.Now(ctx)}, nil
}

// underVote returns the films of a label's picks that are under vote, by id.
func (e *Ecran) underVote(ctx context.Context, labelID string) (map[string]sdk.Film, error) {
	picks, err := e.store.From(ctx).Pick.Query().
		Where(pick.StateEQ(pick.StateUnderVote), pick.HasSelectionWith(selection.LabelID(labelID))).All(ctx)
	if err != nil {
		return nil, err
	}
	return e.filmsOf(ctx, picks)
}

// recount looks again at what a label has under vote, now that its rules have
// changed: what has the votes that they ask for goes on. The label's row is the
// caller's; what was picked since these films were read knows the new rules.
func (e *Ecran) recount(ctx context.Context, c *ent.Client, labelID string, films map[string]sdk.Film) error {
	picks, err := c.Pick.Query().Where(pick.StateEQ(pick.StateUnderVote), pick.HasSelectionWith(selection.LabelID(labelID))).
		WithSelection(func(q *ent.SelectionQuery) { q.WithLabel() }).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		film, ok := films[p.FilmID]
		if !ok {
			continue
		}
		l := p.Edges.Selection.Edges.Label
		if outcome, err := outcomeOf(ctx, c, p.ID, votesNeeded(l, p.Edges.Selection)); err != nil || outcome != accepted {
			if err != nil {
				return err
			}
			continue
		}
		switch to, err := e.afterVote(ctx, c, l, film, p.SignerID, p.From); {
		case errors.Is(err, ErrConsentMissing):
			err = endPick(ctx, c, p, "ecran.pick.vote", pick.StateRefused, "")
			if err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			if err := e.move(ctx, c, p.Edges.Selection, p, "ecran.pick.vote", to); err != nil {
				return err
			}
		}
	}
	return nil
}

// TallyOf counts the votes on a pick for the label's people; to others it is
// ErrPickUnknown. It returns ErrSelectionUnknown, too.
func (e *Ecran) TallyOf(ctx context.Context, selectionID, id string) (Tally, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.vote.read")
	if err != nil {
		return Tally{}, err
	}
	if _, err := findPick(ctx, c, selectionID, id); err != nil {
		return Tally{}, err
	}
	votes, err := c.Vote.Query().Where(vote.PickID(id)).All(ctx)
	if err != nil {
		return Tally{}, err
	}
	tally := Tally{Needed: votesNeeded(s.Edges.Label, s)}
	for _, v := range votes {
		switch v.Choice {
		case vote.ChoiceYes:
			tally.Yes++
		case vote.ChoiceNo:
			tally.No++
		case vote.ChoiceVeto:
			tally.Veto++
		}
		if v.PersonID == sdk.ActorFrom(ctx).Person {
			tally.Mine = string(v.Choice)
		}
	}
	return tally, nil
}

// cast writes down what a person thinks of a pick, in place of what they
// thought before.
func cast(ctx context.Context, c *ent.Client, pickID, person, choice string) error {
	now := sdk.Now(ctx)
	n, err := c.Vote.Update().Where(vote.PickID(pickID), vote.PersonID(person)).
		SetChoice(vote.Choice(choice)).SetUpdatedAt(now).Save(ctx)
	if err != nil || n > 0 {
		return err
	}
	return c.Vote.Create().SetPickID(pickID).SetPersonID(person).SetChoice(vote.Choice(choice)).
		SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
}

// What votes come to.
const (
	accepted = "accepted"
	refused  = "refused"
)

// outcomeOf returns what the votes come to: accepted, refused, or nothing yet.
// Where none are needed who picked has decided.
func outcomeOf(ctx context.Context, c *ent.Client, pickID string, needed int) (string, error) {
	if needed == 0 {
		return accepted, nil
	}
	against, err := c.Vote.Query().Where(vote.PickID(pickID), vote.ChoiceEQ(vote.ChoiceVeto)).Exist(ctx)
	if err != nil || against {
		return refused, err
	}
	yes, err := c.Vote.Query().Where(vote.PickID(pickID), vote.ChoiceEQ(vote.ChoiceYes)).Count(ctx)
	if err != nil || yes < needed {
		return "", err
	}
	return accepted, nil
}
