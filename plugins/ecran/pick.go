package ecran

import (
	"context"
	"errors"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrPickUnknown is the fault of naming a pick that is not in the selection, or
// whose film is not for the asker to know of.
var ErrPickUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "pick_unknown",
	EN: "There is no such pick in this selection.",
	FR: "Ce choix ne figure pas dans cette sélection.",
}

// ErrAlreadyPicked is the fault of picking a film that is on screen in the
// selection.
var ErrAlreadyPicked = &sdk.Fault{
	Kind: sdk.Conflict, Code: "already_picked",
	EN: "This film is already on screen in the selection.",
	FR: "Ce film est déjà à l'écran dans cette sélection.",
}

// ErrFilmNotReleased is the fault of picking a film that is not out.
var ErrFilmNotReleased = &sdk.Fault{
	Kind: sdk.Conflict, Code: "film_not_released",
	EN: "This film is not out: only a released film can be picked.",
	FR: "Ce film n'est pas sorti : seul un film sorti peut être choisi.",
}

// NewPick is a film to be picked.
type NewPick struct {
	Film string `json:"film" minLength:"1" maxLength:"36" doc:"The film's id. It must be released."`
	Note string `json:"note,omitempty" maxLength:"5000" doc:"Why this film, signed with your name. It is kept as you sign it."`
}

// Picked is a pick and its film, as the asker may see it.
type Picked struct {
	*ent.Pick
	Film sdk.Film
}

// Pick puts a film on screen in a selection of a label for which the asker
// chooses, signed by the asker, and tells the film if the selection is on
// public view. It returns ErrSelectionUnknown, sdk.ErrFilmUnknown for a film
// that the asker may not see, ErrFilmNotReleased, ErrAlreadyPicked or
// ErrProfileRequired.
func (e *Ecran) Pick(ctx context.Context, selectionID string, in NewPick) (Picked, error) {
	s, err := findSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.create")
	if err != nil {
		return Picked{}, err
	}
	film, err := e.released(ctx, in.Film)
	if err != nil {
		return Picked{}, err
	}
	signer, err := e.signer(ctx)
	if err != nil {
		return Picked{}, err
	}
	var made *ent.Pick
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// Taking a position locks the selection's row: picks follow one
		// another, and none slips past a publication.
		taken, err := c.Selection.UpdateOneID(s.ID).AddNextPosition(1).Save(ctx)
		if err != nil {
			return err
		}
		now := sdk.Now(ctx)
		made, err = c.Pick.Create().
			SetNetworkID(s.NetworkID).SetRegionID(s.RegionID).SetSpaceID(s.SpaceID).
			SetSelectionID(s.ID).SetFilmID(film.ID).SetNote(in.Note).
			SetSignerID(signer.ID).SetSignerName(signer.Name).
			SetPosition(taken.NextPosition - 1).SetFrom(now).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrAlreadyPicked.Because(err)
		}
		if err != nil {
			return err
		}
		if err := sdk.Record(ctx, pickMade, made.ID, PickMade{Selection: s.ID, Film: film.ID, By: signer.ID}); err != nil {
			return err
		}
		if !onView(taken) {
			return nil
		}
		taken.Edges.Label = s.Edges.Label
		return e.recognisePick(ctx, c, taken, made)
	})
	if err != nil {
		return Picked{}, err
	}
	return Picked{made, film}, nil
}

// PickOf returns one pick of a selection that the asker may read, on screen or
// ended. It returns ErrSelectionUnknown or ErrPickUnknown.
func (e *Ecran) PickOf(ctx context.Context, selectionID, id string) (Picked, error) {
	c := e.store.From(ctx)
	if _, err := findSelection(ctx, c, selectionID, "ecran.pick.read"); err != nil {
		return Picked{}, err
	}
	p, err := findPick(ctx, c, selectionID, id)
	if err != nil {
		return Picked{}, err
	}
	films, err := e.host.Films.Get(ctx, []string{p.FilmID})
	if err != nil {
		return Picked{}, err
	}
	film, ok := films[p.FilmID]
	if !ok {
		return Picked{}, ErrPickUnknown
	}
	return Picked{p, film}, nil
}

// Picks lists the picks of a selection that the asker may read, in the order
// that its curators gave them: those in this state, whose film the asker may
// see. So a page may be short, and there is no count. It returns
// ErrSelectionUnknown.
func (e *Ecran) Picks(ctx context.Context, selectionID string, state pick.State, page sdk.Page) (sdk.List[Picked], error) {
	c := e.store.From(ctx)
	if _, err := findSelection(ctx, c, selectionID, "ecran.pick.read"); err != nil {
		return sdk.List[Picked]{}, err
	}
	rows, err := c.Pick.Query().
		Where(pick.SelectionID(selectionID), pick.StateEQ(state), sdk.InScope(ctx, pick.FieldSignerID)).
		Where(sdk.Keyset[int](page, pick.FieldPosition)).
		All(ctx)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	picks := sdk.PageOf(rows, page, func(p *ent.Pick) sdk.Key { return sdk.KeyOf(p.Position, p.ID) })
	ids := make([]string, len(picks.Items))
	for i, p := range picks.Items {
		ids[i] = p.FilmID
	}
	films, err := e.host.Films.Get(ctx, ids)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	seen := sdk.List[Picked]{Next: picks.Next}
	for _, p := range picks.Items {
		if film, ok := films[p.FilmID]; ok {
			seen.Items = append(seen.Items, Picked{p, film})
		}
	}
	return seen, nil
}

// EndPick takes a film off the screen in a selection of a label for which the
// asker chooses, if the pick still has this version. The pick is remembered,
// and the film keeps its recognition with the day on which it ended. It returns
// ErrSelectionUnknown, ErrPickUnknown or sdk.ErrStale.
func (e *Ecran) EndPick(ctx context.Context, selectionID, id string, version int) error {
	if _, err := findSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.delete"); err != nil {
		return err
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		p, err := findPick(ctx, c, selectionID, id)
		if err != nil {
			return err
		}
		if p.Version != version {
			return sdk.ErrStale
		}
		return endPick(ctx, c, p)
	})
}

// endPicksOf takes a film off every screen. It is the platform that asks.
func endPicksOf(ctx context.Context, c *ent.Client, filmID string) error {
	picks, err := c.Pick.Query().Where(pick.FilmID(filmID), pick.StateEQ(pick.StateOnScreen)).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := endPick(ctx, c, p); err != nil {
			return err
		}
	}
	return nil
}

// endPick ends a pick that is on screen, and tells its film if it was told of
// it. What has ended stays as it is.
func endPick(ctx context.Context, c *ent.Client, p *ent.Pick) error {
	now := sdk.Now(ctx)
	n, err := c.Pick.Update().Where(pick.ID(p.ID), pick.StateEQ(pick.StateOnScreen)).
		SetState(pick.StateEnded).SetUntil(now).SetUpdatedAt(now).AddVersion(1).
		Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	// The row is ours now: a publication either told the film before, which
	// the row as it was read may not know, or will find the pick ended.
	told, err := c.Pick.Query().Where(pick.ID(p.ID), pick.RecognisedAtNotNil()).Exist(ctx)
	if err != nil {
		return err
	}
	if told {
		if err := recognitionEnds(ctx, p, now); err != nil {
			return err
		}
	}
	return sdk.Record(ctx, pickEnded, p.ID, PickEnded{Selection: p.SelectionID, Film: p.FilmID, Until: now})
}

// recognitionEnds tells the film of a pick until when it was recognised for it.
// Told twice, the film keeps the first.
func recognitionEnds(ctx context.Context, p *ent.Pick, until time.Time) error {
	return sdk.Record(ctx, filmRecognitionEnded, p.FilmID, FilmRecognitionEnded{Film: p.FilmID, Until: until, SourceID: p.ID})
}

// recognisePick tells the film that it is on public view, unless the pick has
// ended meanwhile. The caller holds the selection, so that none tells it twice.
func (e *Ecran) recognisePick(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick) error {
	now := sdk.Now(ctx)
	n, err := c.Pick.Update().
		Where(pick.ID(p.ID), pick.StateEQ(pick.StateOnScreen)).
		SetRecognisedAt(now).
		Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	return sdk.Record(ctx, filmRecognised, p.FilmID, FilmRecognised{
		Film: p.FilmID, By: s.Edges.Label.Name, Title: s.Title, Note: p.Note,
		URL: e.host.URL(address(s.SpaceID, "selections", s.ID)), From: now, SourceID: p.ID,
	})
}

// released returns the film to pick, if the asker may see it and it is out.
func (e *Ecran) released(ctx context.Context, id string) (sdk.Film, error) {
	film, err := e.host.Films.Film(ctx, id)
	switch {
	case errors.Is(err, sdk.ErrFilmUnknown):
		return sdk.Film{}, sdk.ErrFilmUnknown.With(reason("/film", sdk.ErrFilmUnknown))
	case err != nil:
		return sdk.Film{}, err
	case film.Stage != "released":
		return sdk.Film{}, ErrFilmNotReleased
	}
	return film, nil
}

// signer returns the asker's profile, whose name stands under a pick.
func (e *Ecran) signer(ctx context.Context) (sdk.Person, error) {
	person, err := e.host.People.Person(ctx, sdk.ActorFrom(ctx).Person)
	if errors.Is(err, sdk.ErrPersonUnknown) {
		return sdk.Person{}, ErrProfileRequired
	}
	return person, err
}

// findPick returns a pick of the selection, or ErrPickUnknown.
func findPick(ctx context.Context, c *ent.Client, selectionID, id string) (*ent.Pick, error) {
	p, err := c.Pick.Query().Where(pick.ID(id), pick.SelectionID(selectionID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrPickUnknown
	}
	return p, err
}
