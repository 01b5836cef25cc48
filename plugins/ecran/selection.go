package ecran

import (
	"context"
	"slices"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/change"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
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

// ErrSelectionOver is the fault of picking for a selection whose end has come.
var ErrSelectionOver = &sdk.Fault{
	Kind: sdk.Conflict, Code: "selection_over",
	EN: "This selection has come to its end. Give it another end, or make a new edition.",
	FR: "Cette sélection est arrivée à son terme. Donnez-lui une autre fin, ou faites-en une nouvelle édition.",
}

// ErrOrderStale is the fault of putting in order other picks than those that
// are in the selection.
var ErrOrderStale = &sdk.Fault{
	Kind: sdk.Conflict, Code: "order_stale",
	EN: "The order has to name every current pick of the selection once, and nothing else.",
	FR: "L'ordre doit nommer une fois chaque choix en cours de la sélection, et rien d'autre.",
}

// NewSelection is a selection to be made.
type NewSelection struct {
	Title      string     `json:"title" minLength:"1" maxLength:"200"`
	Text       string     `json:"text,omitempty" maxLength:"20000" doc:"What holds these films together."`
	Kind       string     `json:"kind,omitempty" enum:"playlist,permanent,cycle,carte_blanche" default:"playlist"`
	Ordering   string     `json:"ordering,omitempty" enum:"manual,chronological" default:"manual" doc:"By hand, or in the order in which the films come on screen."`
	Edition    *int       `json:"edition,omitempty" minimum:"1" maximum:"9999" doc:"The how-manyeth of its kind: a festival's 12th."`
	Guest      string     `json:"guest,omitempty" maxLength:"36" doc:"The person to whom a carte blanche is given. Once they have accepted it they alone pick in it, without a vote, and never a film in which they have a part."`
	MaxWords   int        `json:"max_words,omitempty" minimum:"0" maximum:"1000" doc:"How many words a note in it has at most. 0: as many as it takes."`
	From       *time.Time `json:"from,omitempty" doc:"When it comes on screen, once published. Default: when it is published."`
	Until      *time.Time `json:"until,omitempty" doc:"When it leaves the screen, and is remembered. Default: when somebody ends it."`
	Visibility string     `json:"visibility,omitempty" enum:"public,unlisted,private" default:"public" doc:"Who sees it once it is published. Unlisted: whoever has its address; it is in no list. Private: the label's people."`
}

// SelectionChange is what changes of a selection; what is not set stays.
type SelectionChange struct {
	Title      sdk.Opt[string]    `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Text       sdk.Opt[string]    `json:"text,omitempty" maxLength:"20000"`
	Ordering   sdk.Opt[string]    `json:"ordering,omitempty" enum:"manual,chronological"`
	Edition    sdk.Opt[int]       `json:"edition,omitempty" minimum:"1" maximum:"9999" doc:"null for none."`
	Guest      sdk.Opt[string]    `json:"guest,omitempty" maxLength:"36" doc:"Of a carte blanche that is not accepted: they are invited, or invited once more."`
	MaxWords   sdk.Opt[int]       `json:"max_words,omitempty" minimum:"0" maximum:"1000" doc:"Of the notes to come."`
	From       sdk.Opt[time.Time] `json:"from,omitempty"`
	Until      sdk.Opt[time.Time] `json:"until,omitempty"`
	Visibility sdk.Opt[string]    `json:"visibility,omitempty" enum:"public,unlisted,private"`
}

// fields returns what is set, by the names that people read.
func (in SelectionChange) fields() []string {
	var set []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"title", in.Title.Set},
		{"text", in.Text.Set},
		{"ordering", in.Ordering.Set},
		{"edition", in.Edition.Set},
		{"guest", in.Guest.Set},
		{"max_words", in.MaxWords.Set},
		{"from", in.From.Set},
		{"until", in.Until.Set},
		{"visibility", in.Visibility.Set},
	} {
		if f.set {
			set = append(set, f.name)
		}
	}
	return set
}

// MakeSelection makes a selection of a label for which the asker chooses. It is
// a draft until it is published. It returns ErrLabelUnknown, ErrLabelClosed, or
// the reasons why the input does not fit.
func (e *Ecran) MakeSelection(ctx context.Context, labelID string, in NewSelection) (*ent.Selection, error) {
	l, err := openLabel(ctx, e.store.From(ctx), labelID, "ecran.selection.create")
	if err != nil {
		return nil, err
	}
	var form sdk.Form
	title := form.Line("/title", in.Title, 200)
	text := form.Prose("/text", in.Text, 20_000)
	from, until := datesOf(&form, sdk.Now(ctx), in.From, in.Until)
	if err := e.guestReasons(ctx, &form, in.Kind, in.Guest); err != nil {
		return nil, err
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	var made *ent.Selection
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		create := c.Selection.Create().
			SetNetworkID(l.NetworkID).SetRegionID(l.RegionID).SetSpaceID(l.SpaceID).
			SetLabelID(l.ID).SetTitle(title).SetSlug(slug(title)).SetText(text).
			SetKind(selection.Kind(in.Kind)).SetOrdering(selection.Ordering(in.Ordering)).SetNillableEdition(in.Edition).
			SetNillableFrom(from).SetNillableUntil(until).SetMaxWords(in.MaxWords).
			SetVisibility(selection.Visibility(in.Visibility)).
			SetCreatedAt(now).SetUpdatedAt(now)
		if in.Guest != "" {
			create.SetGuestID(in.Guest).SetInvitation(selection.InvitationOpen)
		}
		if made, err = create.Save(ctx); err != nil {
			return err
		}
		if err := remember(ctx, c, made.ID, change.KindMade); err != nil {
			return err
		}
		return sdk.Record(ctx, selectionChanged, made.ID, SelectionMoved{Label: l.ID, State: string(made.State)})
	})
	if err != nil {
		return nil, err
	}
	made.Edges.Label = l
	return made, nil
}

// ChangeSelection changes a selection of a label for which the asker chooses,
// if it still has this version. A published one that thereby comes into public
// view is told to its films, and so is one that leaves it. It returns
// ErrSelectionUnknown, ErrLabelClosed, ErrGuestSettled, sdk.ErrStale, or the
// reasons why the change does not fit.
func (e *Ecran) ChangeSelection(ctx context.Context, id string, version int, in SelectionChange) (*ent.Selection, error) {
	before, err := openSelection(ctx, e.store.From(ctx), id, "ecran.selection.update")
	if err != nil {
		return nil, err
	}
	var form sdk.Form
	if in.Title.Set {
		in.Title.Value = form.Line("/title", in.Title.Value, 200)
	}
	if in.Text.Set {
		in.Text.Value = form.Prose("/text", in.Text.Value, 20_000)
	}
	for pointer, word := range map[string]sdk.Opt[string]{"/visibility": in.Visibility, "/ordering": in.Ordering} {
		if word.Set && word.Value == "" {
			form.Refuse(pointer, "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
		}
	}
	from, until := before.From, before.Until
	if in.From.Set || in.Until.Set {
		from = form.Instant("/from", in.From.Pointer(from), time.Time{})
		until = form.Instant("/until", in.Until.Pointer(until), time.Time{})
		if from != nil && until != nil && !until.After(*from) {
			form.Refuse("/until", "too_early", "It ends before it has begun.", "La fin précède le début.")
		}
	}
	if in.Guest.Set {
		if err := e.guestReasons(ctx, &form, string(before.Kind), in.Guest.Value); err != nil {
			return nil, err
		}
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	if in.Guest.Set && before.Invitation != nil && *before.Invitation == selection.InvitationAccepted && in.Guest.Value != *before.GuestID {
		return nil, ErrGuestSettled
	}
	var changed *ent.Selection
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		u := c.Selection.Update().Where(selection.ID(id), selection.Version(version)).AddVersion(1).SetUpdatedAt(now)
		if in.Title.Set {
			u.SetTitle(in.Title.Value).SetSlug(slug(in.Title.Value))
		}
		if in.Text.Set {
			u.SetText(in.Text.Value)
		}
		if in.Visibility.Set {
			u.SetVisibility(selection.Visibility(in.Visibility.Value))
		}
		if in.Ordering.Set {
			u.SetOrdering(selection.Ordering(in.Ordering.Value))
		}
		if in.Guest.Set && before.GuestID != nil && (in.Guest.Value != *before.GuestID || *before.Invitation == selection.InvitationDeclined) {
			u.SetGuestID(in.Guest.Value).SetInvitation(selection.InvitationOpen)
		}
		if in.MaxWords.Set {
			u.SetMaxWords(in.MaxWords.Value)
		}
		if in.Edition.Set {
			set(in.Edition.Pointer(nil), u.SetEdition, u.ClearEdition)
		}
		set(from, u.SetFrom, u.ClearFrom)
		set(until, u.SetUntil, u.ClearUntil)
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
		if err := remember(ctx, c, id, change.KindChanged, in.fields()...); err != nil {
			return err
		}
		if err := sdk.Record(ctx, selectionChanged, id, SelectionMoved{Label: changed.LabelID, State: string(changed.State)}); err != nil {
			return err
		}
		over := changed.Until != nil && !changed.Until.After(now) // its picks end, and tell
		if onView(before, now) && !onView(changed, now) && !over {
			if err := leaveView(ctx, c, id); err != nil {
				return err
			}
		}
		return e.recognise(ctx, c, changed)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// OrderSelection puts the current picks of a selection in this order, if the
// selection still has this version: whoever chooses for its label. Of two who
// do it at once one is told that the version is stale. It returns
// ErrSelectionUnknown, ErrLabelClosed, ErrOrderStale or sdk.ErrStale. No event
// tells of it: nothing outside depends on the order.
func (e *Ecran) OrderSelection(ctx context.Context, id string, version int, picks []string) (*ent.Selection, error) {
	if _, err := openSelection(ctx, e.store.From(ctx), id, "ecran.selection.update"); err != nil {
		return nil, err
	}
	var ordered *ent.Selection
	err := e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		// The selection's row is taken, so that no pick comes in between.
		n, err := c.Selection.Update().Where(selection.ID(id), selection.Version(version)).
			SetNextPosition(len(picks)).SetUpdatedAt(now).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		there, err := c.Pick.Query().Where(pick.SelectionID(id), pick.EndedAtIsNil()).IDs(ctx)
		if err != nil {
			return err
		}
		named := slices.Clone(picks)
		slices.Sort(named)
		slices.Sort(there)
		if !slices.Equal(named, there) {
			return ErrOrderStale
		}
		for position, pickID := range picks {
			if err := c.Pick.UpdateOneID(pickID).SetPosition(position).Exec(ctx); err != nil {
				return err
			}
		}
		if err := remember(ctx, c, id, change.KindOrdered); err != nil {
			return err
		}
		ordered, err = withLabel(ctx, c, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ordered, nil
}

// set writes a value, or that there is none: not both, which PostgreSQL refuses.
func set[T, U any](value *T, write func(T) U, clear func() U) {
	if value == nil {
		clear()
		return
	}
	write(*value)
}
