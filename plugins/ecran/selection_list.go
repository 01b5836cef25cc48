package ecran

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Selection returns a selection of the space with its label: one that is
// published and not private, or any of a label for which the asker chooses. To
// everybody else it is ErrSelectionUnknown.
func (e *Ecran) Selection(ctx context.Context, id string) (*ent.Selection, error) {
	return findSelection(ctx, e.store.From(ctx), id, "ecran.selection.read")
}

// Selections lists the selections of the scope with their labels, by
// created_at or by title: those on public view and those of the asker's own
// labels; of one label only where labelID is not empty.
func (e *Ecran) Selections(ctx context.Context, labelID string, page sdk.Page) (sdk.List[*ent.Selection], error) {
	when := sdk.Lists(ctx, "ecran.selection.read")
	if when.Never() {
		return sdk.List[*ent.Selection]{}, nil
	}
	q := e.store.From(ctx).Selection.Query().Where(
		sdk.InScope(ctx),
		selection.HasLabelWith(sdk.InScope(ctx, label.FieldHolderID)),
		listed(when, sdk.ActorFrom(ctx).Person, sdk.Now(ctx)),
	)
	if labelID != "" {
		q = q.Where(selection.LabelID(labelID))
	}
	total, err := countIf(ctx, page, q.Clone())
	if err != nil {
		return sdk.List[*ent.Selection]{}, err
	}
	keyset, key := sdk.Keyset[time.Time](page, selection.FieldCreatedAt), func(s *ent.Selection) sdk.Key { return sdk.KeyOf(s.CreatedAt, s.ID) }
	if strings.TrimPrefix(page.Sort, "-") == "title" {
		keyset, key = sdk.Keyset[string](page, selection.FieldSlug), func(s *ent.Selection) sdk.Key { return sdk.KeyOf(s.Slug, s.ID) }
	}
	rows, err := q.Where(keyset).WithLabel().All(ctx)
	if err != nil {
		return sdk.List[*ent.Selection]{}, err
	}
	list := sdk.PageOf(rows, page, key)
	list.Total = total
	return list, nil
}

// findSelection returns a selection of the space with its label, if the asker
// may do the action with it. Where they may not even read it, it is unknown.
func findSelection(ctx context.Context, c *ent.Client, id, action string) (*ent.Selection, error) {
	s, err := c.Selection.Query().
		Where(selection.ID(id), sdk.InPlace(ctx), selection.HasLabelWith(sdk.InPlace(ctx, label.FieldHolderID))).
		WithLabel(func(q *ent.LabelQuery) { q.WithCurators(inOrder) }).
		Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrSelectionUnknown
	}
	if err != nil {
		return nil, err
	}
	actor := sdk.ActorFrom(ctx)
	facts := selectionRelations(ctx, s)
	if !actor.May("ecran.selection.read", facts...) {
		return nil, ErrSelectionUnknown
	}
	return s, actor.Check(action, facts...)
}

// openSelection is findSelection of a label that still acts.
func openSelection(ctx context.Context, c *ent.Client, id, action string) (*ent.Selection, error) {
	s, err := findSelection(ctx, c, id, action)
	if err == nil && s.Edges.Label.State == label.StateClosed {
		err = ErrLabelClosed
	}
	return s, err
}

// withLabel reads a selection again inside of a change.
func withLabel(ctx context.Context, c *ent.Client, id string) (*ent.Selection, error) {
	return c.Selection.Query().Where(selection.ID(id)).WithLabel().Only(ctx)
}

// selectionRelations returns what the asker is to a selection, whose label and
// curators are loaded: what they are to the label, whether a carte blanche was
// given to them, and whether it is shown.
func selectionRelations(ctx context.Context, s *ent.Selection) []sdk.Relation {
	actor := sdk.ActorFrom(ctx)
	facts := relations(actor, s.Edges.Label)
	if s.GuestID != nil && actor.Person != "" && *s.GuestID == actor.Person && *s.Invitation != selection.InvitationDeclined {
		facts = append(facts, sdk.Assigned)
	}
	if shownAt(s, sdk.Now(ctx)) && s.Edges.Label.State != label.StateRequested {
		facts = append(facts, sdk.Published)
	}
	return facts
}

// ofTeam reports whether the asker is one of those who make the selection.
func ofTeam(ctx context.Context, s *ent.Selection) bool {
	facts := selectionRelations(ctx, s)
	return slices.Contains(facts, sdk.Team) || slices.Contains(facts, sdk.Assigned)
}

// listed is the predicate of the selections that a person finds in a list at
// the instant, by the relations any one set of which suffices. Nothing answers
// to a set that this list does not know.
func listed(when sdk.When, person string, now time.Time) predicate.Selection {
	if when.Always() {
		return func(*sql.Selector) {}
	}
	ways := []predicate.Selection{func(s *sql.Selector) { s.Where(sql.False()) }}
	for _, set := range when {
		switch {
		case set == sdk.RelationSet(sdk.Published):
			ways = append(ways, selection.And(
				listedSelections(now), selection.HasLabelWith(label.StateNEQ(label.StateRequested)),
			))
		case set == sdk.RelationSet(sdk.Curating) && person != "":
			ways = append(ways, selection.HasLabelWith(curatedBy(person)))
		case set == sdk.RelationSet(sdk.Team) && person != "":
			ways = append(ways, selection.HasLabelWith(ofTeamOf(person)))
		case set == sdk.RelationSet(sdk.Assigned) && person != "":
			ways = append(ways, selection.And(selection.GuestID(person), selection.InvitationNEQ(selection.InvitationDeclined)))
		}
	}
	return selection.Or(ways...)
}

// listedSelections is the predicate of [listedAt].
func listedSelections(now time.Time) predicate.Selection {
	return selection.And(
		selection.StateEQ(selection.StatePublished), selection.VisibilityEQ(selection.VisibilityPublic),
		selection.Or(selection.FromIsNil(), selection.FromLTE(now)),
	)
}

// selectionsOnView is the predicate of [onView].
func selectionsOnView(now time.Time) predicate.Selection {
	return selection.And(listedSelections(now), selection.Or(selection.UntilIsNil(), selection.UntilGT(now)))
}

// onView reports whether everybody finds the selection at the instant.
func onView(s *ent.Selection, now time.Time) bool {
	return listedAt(s, now) && (s.Until == nil || s.Until.After(now))
}

// listedAt reports whether everybody finds the selection at the instant, or
// remembers it.
func listedAt(s *ent.Selection, now time.Time) bool {
	return s.Visibility == selection.VisibilityPublic && shownAt(s, now)
}

// shownAt reports whether others than the label's people may know of the
// selection at the instant: it is published, and has begun. One that is over is
// remembered.
func shownAt(s *ent.Selection, now time.Time) bool {
	return s.State == selection.StatePublished && s.Visibility != selection.VisibilityPrivate && (s.From == nil || !s.From.After(now))
}
