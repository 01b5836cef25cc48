package ecran

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrSelectionUnknown is the fault of naming a selection that is not in this
// space, or not for the asker to know of.
var ErrSelectionUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "selection_unknown",
	EN: "There is no such selection in this space.",
	FR: "Cette sélection n'existe pas dans cet espace.",
}

// NewSelection is a selection to be made.
type NewSelection struct {
	Title      string `json:"title" minLength:"1" maxLength:"200"`
	Text       string `json:"text,omitempty" maxLength:"20000" doc:"What holds these films together."`
	Visibility string `json:"visibility,omitempty" enum:"public,unlisted,private" default:"public" doc:"Who sees it once it is published. Unlisted: whoever has its address; it is in no list. Private: the label's people."`
}

// SelectionChange is what changes of a selection; what is not set stays.
type SelectionChange struct {
	Title      sdk.Opt[string] `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Text       sdk.Opt[string] `json:"text,omitempty" maxLength:"20000"`
	Visibility sdk.Opt[string] `json:"visibility,omitempty" enum:"public,unlisted,private"`
}

// MakeSelection makes a selection of a label for which the asker chooses. It is
// a draft until it is published. It returns ErrLabelUnknown, or the reasons why
// the input does not fit.
func (e *Ecran) MakeSelection(ctx context.Context, labelID string, in NewSelection) (*ent.Selection, error) {
	l, err := findLabel(ctx, e.store.From(ctx), labelID, "ecran.selection.create")
	if err != nil {
		return nil, err
	}
	in.Title = line(in.Title)
	if reasons := blankReasons("/title", in.Title); len(reasons) > 0 {
		return nil, sdk.ErrInvalid.With(reasons...)
	}
	var made *ent.Selection
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		made, err = c.Selection.Create().
			SetNetworkID(l.NetworkID).SetRegionID(l.RegionID).SetSpaceID(l.SpaceID).
			SetLabelID(l.ID).SetTitle(in.Title).SetSlug(slug(in.Title)).SetText(in.Text).
			SetVisibility(selection.Visibility(in.Visibility)).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	made.Edges.Label = l
	return made, nil
}

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
		listed(when, sdk.ActorFrom(ctx).Person),
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

// ChangeSelection changes a selection of a label for which the asker chooses,
// if it still has this version. A published one that thereby comes into public
// view is told to its films, and so is one that leaves it. It returns ErrSelectionUnknown, sdk.ErrStale, or
// the reasons why the change does not fit.
func (e *Ecran) ChangeSelection(ctx context.Context, id string, version int, in SelectionChange) (*ent.Selection, error) {
	before, err := findSelection(ctx, e.store.From(ctx), id, "ecran.selection.update")
	if err != nil {
		return nil, err
	}
	in.Title.Value = line(in.Title.Value)
	var reasons []sdk.Reason
	if in.Title.Set {
		reasons = append(reasons, blankReasons("/title", in.Title.Value)...)
	}
	if in.Visibility.Set {
		reasons = append(reasons, blankReasons("/visibility", in.Visibility.Value)...)
	}
	if len(reasons) > 0 {
		return nil, sdk.ErrInvalid.With(reasons...)
	}
	var changed *ent.Selection
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		u := c.Selection.Update().Where(selection.ID(id), selection.Version(version)).AddVersion(1).SetUpdatedAt(sdk.Now(ctx))
		if in.Title.Set {
			u.SetTitle(in.Title.Value).SetSlug(slug(in.Title.Value))
		}
		if in.Text.Set {
			u.SetText(in.Text.Value)
		}
		if in.Visibility.Set {
			u.SetVisibility(selection.Visibility(in.Visibility.Value))
		}
		n, err := u.Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		if changed, err = withLabel(ctx, c, id); err != nil {
			return err
		}
		if onView(before) && !onView(changed) {
			return leaveView(ctx, c, id)
		}
		return e.recognise(ctx, c, changed)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// PublishSelection publishes a selection of a label for which the asker
// chooses, and tells its films if it is public. Publishing what is published
// changes nothing. It returns ErrSelectionUnknown.
func (e *Ecran) PublishSelection(ctx context.Context, id string) (*ent.Selection, error) {
	if _, err := findSelection(ctx, e.store.From(ctx), id, "ecran.selection.publish"); err != nil {
		return nil, err
	}
	var published *ent.Selection
	err := e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		n, err := c.Selection.Update().Where(selection.ID(id), selection.StateEQ(selection.StateDraft)).
			SetState(selection.StatePublished).SetPublishedAt(now).SetUpdatedAt(now).AddVersion(1).
			Save(ctx)
		if err != nil {
			return err
		}
		if published, err = withLabel(ctx, c, id); err != nil || n == 0 {
			return err
		}
		if err := e.recognise(ctx, c, published); err != nil {
			return err
		}
		return sdk.Record(ctx, selectionPublished, id, SelectionPublished{
			Label: published.LabelID, Title: published.Title, Visibility: string(published.Visibility),
		})
	})
	if err != nil {
		return nil, err
	}
	return published, nil
}

// recognise tells the films that are on screen in a selection on public view
// and were not told yet. The caller has just changed the selection, and so
// holds it against a pick that is being made and another publication.
func (e *Ecran) recognise(ctx context.Context, c *ent.Client, s *ent.Selection) error {
	if !onView(s) {
		return nil
	}
	picks, err := c.Pick.Query().Where(
		pick.SelectionID(s.ID), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtIsNil(),
	).Order(pick.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := e.recognisePick(ctx, c, s, p); err != nil {
			return err
		}
	}
	return nil
}

// leaveView tells the films of a selection that nobody finds any more that
// their recognition has ended. What has ended stays ended: a selection that
// comes back into view tells only of picks that were never told of.
func leaveView(ctx context.Context, c *ent.Client, id string) error {
	picks, err := c.Pick.Query().Where(
		pick.SelectionID(id), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtNotNil(),
	).Order(pick.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := recognitionEnds(ctx, p, sdk.Now(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// onView reports whether everybody may find the selection.
func onView(s *ent.Selection) bool {
	return s.State == selection.StatePublished && s.Visibility == selection.VisibilityPublic
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
	facts := relations(actor, s.Edges.Label)
	if s.State == selection.StatePublished && s.Visibility != selection.VisibilityPrivate {
		facts = append(facts, sdk.Published)
	}
	if !actor.May("ecran.selection.read", facts...) {
		return nil, ErrSelectionUnknown
	}
	return s, actor.Check(action, facts...)
}

// listed is the predicate of the selections that a person finds in a list, by
// the relations any one set of which suffices. Nothing answers to a set that
// this list does not know.
func listed(when sdk.When, person string) predicate.Selection {
	if when.Always() {
		return func(*sql.Selector) {}
	}
	ways := []predicate.Selection{func(s *sql.Selector) { s.Where(sql.False()) }}
	for _, set := range when {
		switch {
		case set == sdk.RelationSet(sdk.Published):
			ways = append(ways, selection.And(
				selection.StateEQ(selection.StatePublished),
				selection.VisibilityEQ(selection.VisibilityPublic),
			))
		case set == sdk.RelationSet(sdk.Curating) && person != "":
			ways = append(ways, selection.HasLabelWith(label.Or(
				label.HolderID(person),
				label.HasCuratorsWith(curator.PersonID(person)),
			)))
		}
	}
	return selection.Or(ways...)
}

// withLabel reads a selection again inside of a change.
func withLabel(ctx context.Context, c *ent.Client, id string) (*ent.Selection, error) {
	return c.Selection.Query().Where(selection.ID(id)).WithLabel().Only(ctx)
}
