package ecran

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrPickUnknown is the fault of naming a pick that is not in the selection, or
// whose film is not for the asker to know of.
var ErrPickUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "pick_unknown",
	EN: "There is no such pick in this selection.",
	FR: "Ce choix ne figure pas dans cette sélection.",
}

// ErrAlreadyPicked is the fault of picking a film that is in the selection.
var ErrAlreadyPicked = &sdk.Fault{
	Kind: sdk.Conflict, Code: "already_picked",
	EN: "This film is already in the selection.",
	FR: "Ce film est déjà dans la sélection.",
}

// ErrFilmNotReleased is the fault of picking a film that is not out.
var ErrFilmNotReleased = &sdk.Fault{
	Kind: sdk.Conflict, Code: "film_not_released",
	EN: "This film is not out: only a released film can be picked.",
	FR: "Ce film n'est pas sorti : seul un film sorti peut être choisi.",
}

// ErrConsentMissing is the fault of picking a film whose maker does not want to
// be chosen, by anybody or by this label.
var ErrConsentMissing = &sdk.Fault{
	Kind: sdk.Conflict, Code: "consent_missing",
	EN: "The maker of this film does not agree to it being chosen here.",
	FR: "L'auteur de ce film n'accepte pas qu'il soit choisi ici.",
}

// ErrOwnFilm is the fault of picking a film in which one has a part, for a label
// that forbids it.
var ErrOwnFilm = &sdk.Fault{
	Kind: sdk.Conflict, Code: "own_film",
	EN: "You have a part in this film, and the label does not choose the films of its people.",
	FR: "Vous avez une part dans ce film, et ce label ne choisit pas les films des siens.",
}

// ErrConflictUndeclared is the fault of picking a film in which one has a part
// without saying so.
var ErrConflictUndeclared = &sdk.Fault{
	Kind: sdk.Invalid, Code: "conflict_undeclared",
	EN: "You have a part in this film, or work for who made it: say so in conflict; it is shown with the pick.",
	FR: "Vous avez une part dans ce film, ou travaillez pour qui l'a produit : dites-le dans conflict ; ce sera affiché avec le choix.",
}

// ErrPickOver is the fault of doing something with a pick that has ended.
var ErrPickOver = &sdk.Fault{
	Kind: sdk.Conflict, Code: "pick_over",
	EN: "This pick has ended, or is no longer where this can be done with it.",
	FR: "Ce choix est terminé, ou n'en est plus au point où cela se peut.",
}

// NewPick is a film to be picked.
type NewPick struct {
	Film     string     `json:"film" minLength:"1" maxLength:"36" doc:"The film's id. It must be released, and its maker agree: a film that wants to be asked waits for the answer."`
	Note     string     `json:"note,omitempty" maxLength:"5000" doc:"Why this film, signed with your name. It is kept as you sign it."`
	Conflict string     `json:"conflict,omitempty" maxLength:"500" doc:"What you have to do with the film, if anything; shown with the pick. Required where you have a part in it or work for a company that it credits."`
	From     *time.Time `json:"from,omitempty" doc:"When it comes on screen. Default: now."`
	Until    *time.Time `json:"until,omitempty" doc:"When it leaves the screen. Default: when somebody ends it."`
}

// Picked is a pick and its film, as the asker may see it.
type Picked struct {
	*ent.Pick
	Film sdk.Film
	Now  time.Time // at which it was read: what it is depends on it
}

// StateNow returns what the pick is at the instant at which it was read: a date
// that has come counts before anybody has written it down.
func (p Picked) StateNow() pick.State { return stateAt(p.Pick, p.Now) }

func stateAt(p *ent.Pick, now time.Time) pick.State {
	switch {
	case p.State == pick.StateScheduled && p.Until != nil && !p.Until.After(p.From):
		return p.State // its selection is over before: it never comes
	case p.State == pick.StateScheduled && !p.From.After(now) && (p.Until == nil || p.Until.After(now)):
		return pick.StateOnScreen
	case (p.State == pick.StateScheduled || p.State == pick.StateOnScreen) && p.Until != nil && !p.Until.After(now):
		return pick.StateEnded
	default:
		return p.State
	}
}

// Pick puts a film in a selection of a label for which the asker chooses, or
// that was given to them, signed by the asker. It comes on screen as soon as the
// label's vote, the maker's consent and its date allow, and is told to the film
// if the selection is on public view. It returns ErrSelectionUnknown,
// ErrLabelClosed, sdk.ErrFilmUnknown for a film that the asker may not see,
// ErrFilmNotReleased, ErrConsentMissing, ErrOwnFilm, ErrAlreadyPicked,
// ErrProfileRequired, or all the reasons why the input does not fit.
func (e *Ecran) Pick(ctx context.Context, selectionID string, in NewPick) (Picked, error) {
	s, err := openSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.create")
	if err != nil {
		return Picked{}, err
	}
	return e.pickFor(ctx, s, in, nil)
}

// pickFor is Pick for a selection that the asker may pick in. also, which may be
// nil, is done in the same change.
func (e *Ecran) pickFor(ctx context.Context, s *ent.Selection, in NewPick, also func(ctx context.Context, c *ent.Client, made *ent.Pick) error) (Picked, error) {
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
		if made, err = e.makePick(ctx, c, s, in, film, signer); err != nil || also == nil {
			return err
		}
		return also(ctx, c, made)
	})
	if err != nil {
		return Picked{}, err
	}
	return Picked{made, film, sdk.Now(ctx)}, nil
}

func (e *Ecran) makePick(ctx context.Context, c *ent.Client, s *ent.Selection, in NewPick, film sdk.Film, signer sdk.Person) (*ent.Pick, error) {
	l, now := s.Edges.Label, sdk.Now(ctx)
	var form sdk.Form
	note := form.Prose("/note", in.Note, 5_000)
	if l.NoteRequired && note == "" {
		form.Refuse("/note", "required", "This label signs its choices with a few words.", "Ce label signe ses choix de quelques mots.")
	}
	conflict := form.Prose("/conflict", in.Conflict, 500)
	if concerned(film) && l.OwnFilms == label.OwnFilmsDeclared && conflict == "" {
		form.Refuse("/conflict", ErrConflictUndeclared.Code, ErrConflictUndeclared.EN, ErrConflictUndeclared.FR)
	}
	from, until := datesOf(&form, now, in.From, in.Until)
	if err := form.Err(); err != nil {
		return nil, err
	}
	if concerned(film) && l.OwnFilms == label.OwnFilmsForbidden {
		return nil, ErrOwnFilm
	}
	if film.Consent == "none" {
		return nil, ErrConsentMissing
	}
	if from == nil {
		from = &now
	}
	// Taking a position locks the selection's row: picks follow one another,
	// and none slips past a publication.
	taken, err := c.Selection.UpdateOneID(s.ID).AddNextPosition(1).Save(ctx)
	if err != nil {
		return nil, err
	}
	// So does its label's, so that none slips past its closing.
	n, err := c.Label.Update().Where(label.ID(l.ID), label.StateNEQ(label.StateClosed)).SetActedAt(now).Save(ctx)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrLabelClosed
	}
	if l, err = c.Label.Get(ctx, l.ID); err != nil {
		return nil, err
	}
	state := pick.StateUnderVote
	if l.VotesNeeded <= 1 { // who picks is for it
		if state, err = e.afterVote(ctx, c, l, film, signer.ID, *from); err != nil {
			return nil, err
		}
	}
	made, err := c.Pick.Create().
		SetNetworkID(s.NetworkID).SetRegionID(s.RegionID).SetSpaceID(s.SpaceID).
		SetSelectionID(s.ID).SetFilmID(film.ID).SetNote(note).SetConflict(conflict).
		SetSignerID(signer.ID).SetSignerName(signer.Name).
		SetPosition(taken.NextPosition - 1).SetFrom(*from).SetNillableUntil(until).
		SetState(state).
		SetCreatedAt(now).SetUpdatedAt(now).
		Save(ctx)
	if sqlgraph.IsUniqueConstraintError(err) {
		return nil, ErrAlreadyPicked.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if l.VotesNeeded > 0 {
		if err := cast(ctx, c, made.ID, signer.ID, "yes"); err != nil {
			return nil, err
		}
	}
	if err := sdk.Record(ctx, pickMade, made.ID, PickMade{Selection: s.ID, Film: film.ID, By: signer.ID}); err != nil {
		return nil, err
	}
	taken.Edges.Label = l
	return made, e.entered(ctx, c, taken, made)
}

// concerned reports whether the asker has a part in the film, or works for a
// company that it credits.
func concerned(film sdk.Film) bool {
	part := sdk.RelationSet(sdk.Own, sdk.Team, sdk.Crew)
	return film.Relations&part != 0 || film.Company
}

// datesOf reads the days of something: an end that comes after its beginning
// and is not over. What has begun begins now.
func datesOf(form *sdk.Form, now time.Time, from, until *time.Time) (_, _ *time.Time) {
	from, until = form.Instant("/from", from, time.Time{}), form.Instant("/until", until, time.Time{})
	if from != nil && from.Before(now) {
		from = &now
	}
	if until != nil && (!until.After(now) || from != nil && !until.After(*from)) {
		form.Refuse("/until", "too_early", "It ends before it has begun.", "La fin précède le début.")
	}
	return from, until
}

// afterVote returns what a pick comes to be once its label is for it: whoever
// made the film has to agree, if they want to be asked, and its date to come.
func (e *Ecran) afterVote(ctx context.Context, c *ent.Client, l *ent.Label, film sdk.Film, signer string, from time.Time) (pick.State, error) {
	switch film.Consent {
	case "none":
		return "", ErrConsentMissing
	case "ask":
		agreed, err := e.agreed(ctx, c, l, film.ID, signer)
		if err != nil || !agreed {
			return pick.StateAsked, err
		}
	}
	return afterConsent(from, sdk.Now(ctx)), nil
}

// afterConsent returns what a pick comes to be once nothing but its date is in
// its way.
func afterConsent(from, now time.Time) pick.State {
	if from.After(now) {
		return pick.StateScheduled
	}
	return pick.StateOnScreen
}

// move moves a pick to another state and does what comes with it. The pick's
// selection is loaded with its label. It returns sdk.ErrStale where somebody
// else has moved it.
func (e *Ecran) move(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick, action string, to pick.State) error {
	move, ok := Picks.Move(action, p.State, to)
	if !ok {
		return ErrPickOver
	}
	now := sdk.Now(ctx)
	u := c.Pick.Update().Where(pick.ID(p.ID), pick.StateEQ(p.State)).SetState(to).SetUpdatedAt(now).AddVersion(1)
	if to == pick.StateOnScreen && p.State != pick.StateScheduled {
		u.SetFrom(now) // it has waited for somebody, and comes on screen only now
	}
	n, err := u.Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return sdk.ErrStale
	}
	if err := sdk.Record(ctx, move.Event, p.ID, PickMoved{Selection: p.SelectionID, Film: p.FilmID, State: string(to)}); err != nil {
		return err
	}
	if p, err = c.Pick.Get(ctx, p.ID); err != nil {
		return err
	}
	return e.entered(ctx, c, s, p)
}

// entered does what comes with the state that a pick has come into: it is looked
// at again when its dates come, and told to its film when it is on public view.
func (e *Ecran) entered(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick) error {
	switch p.State {
	case pick.StateScheduled:
		return sdk.RecordAt(ctx, p.From, pickDue, p.ID, struct{}{})
	case pick.StateOnScreen:
		if p.Until != nil {
			if err := sdk.RecordAt(ctx, *p.Until, pickDue, p.ID, struct{}{}); err != nil {
				return err
			}
		}
		if err := retold(ctx, c, selection.ID(s.ID)); err != nil {
			return err
		}
		if onView(s, sdk.Now(ctx)) {
			return e.recognisePick(ctx, c, s, p)
		}
	}
	return nil
}

// PickOf returns one pick of a selection that the asker may read: on screen or
// ended to everybody, in any state to the label's people. It returns
// ErrSelectionUnknown or ErrPickUnknown.
func (e *Ecran) PickOf(ctx context.Context, selectionID, id string) (Picked, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return Picked{}, err
	}
	p, err := findPick(ctx, c, selectionID, id, sdk.InPlace(ctx, pick.FieldSignerID))
	if err != nil {
		return Picked{}, err
	}
	within(s, p)
	now := sdk.Now(ctx)
	if !shownTo(ctx, s, p, now) {
		return Picked{}, ErrPickUnknown
	}
	film, err := e.filmOf(ctx, p)
	if err != nil {
		return Picked{}, err
	}
	return Picked{p, film, now}, nil
}

// shownTo reports whether the asker may know of the pick in the state that it is
// in at the instant.
func shownTo(ctx context.Context, s *ent.Selection, p *ent.Pick, now time.Time) bool {
	return ofTeam(ctx, s) || slices.Contains([]pick.State{pick.StateOnScreen, pick.StateEnded}, stateAt(p, now))
}

// within has a pick end with its selection, before anybody has written it down.
func within(s *ent.Selection, p *ent.Pick) {
	if s.Until != nil && p.EndedAt == nil && (p.Until == nil || p.Until.After(*s.Until)) {
		p.Until = s.Until
	}
}

// filmOf returns the film of a pick, or ErrPickUnknown where the asker may not
// see it.
func (e *Ecran) filmOf(ctx context.Context, p *ent.Pick) (sdk.Film, error) {
	film, err := e.host.Films.Film(ctx, p.FilmID)
	if errors.Is(err, sdk.ErrFilmUnknown) {
		err = ErrPickUnknown
	}
	return film, err
}

// Picks lists the picks of a selection that the asker may read, in its order:
// those that are in this state now, whose film the asker may see. So a page may
// be short, and there is no count. What is on screen and what has ended is for
// everybody; the other states are for the label's people, and empty to others.
// It returns ErrSelectionUnknown.
func (e *Ecran) Picks(ctx context.Context, selectionID string, state pick.State, page sdk.Page) (sdk.List[Picked], error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	return e.picksOf(ctx, c, s, state, page)
}

// picksOf is Picks for a selection that the asker may read.
func (e *Ecran) picksOf(ctx context.Context, c *ent.Client, s *ent.Selection, state pick.State, page sdk.Page) (sdk.List[Picked], error) {
	now := sdk.Now(ctx)
	if state != pick.StateOnScreen && state != pick.StateEnded && !ofTeam(ctx, s) {
		return sdk.List[Picked]{}, nil
	}
	keyset, key := sdk.Keyset[int](page, pick.FieldPosition), func(p *ent.Pick) sdk.Key { return sdk.KeyOf(p.Position, p.ID) }
	if s.Ordering == selection.OrderingChronological {
		keyset, key = sdk.Keyset[time.Time](page, pick.FieldFrom), func(p *ent.Pick) sdk.Key { return sdk.KeyOf(p.From, p.ID) }
	}
	rows, err := c.Pick.Query().
		Where(pick.SelectionID(s.ID), inState(s, state, now), sdk.InPlace(ctx, pick.FieldSignerID)).
		Where(keyset).
		All(ctx)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	picks := sdk.PageOf(rows, page, key)
	films, err := e.filmsOf(ctx, picks.Items)
	if err != nil {
		return sdk.List[Picked]{}, err
	}
	seen := sdk.List[Picked]{Next: picks.Next}
	for _, p := range picks.Items {
		within(s, p)
		if film, ok := films[p.FilmID]; ok {
			seen.Items = append(seen.Items, Picked{p, film, now})
		}
	}
	return seen, nil
}

// filmsOf returns the films of picks that the asker may see, in one call.
func (e *Ecran) filmsOf(ctx context.Context, picks []*ent.Pick) (map[string]sdk.Film, error) {
	ids := make([]string, len(picks))
	for i, p := range picks {
		ids[i] = p.FilmID
	}
	return e.host.Films.Get(ctx, ids)
}

// inState is the predicate of the picks of a selection that are in the state at
// the instant: [stateAt], and what is over with the selection.
func inState(s *ent.Selection, state pick.State, now time.Time) predicate.Pick {
	shown := pick.And(
		pick.StateIn(pick.StateScheduled, pick.StateOnScreen),
		pick.FromLTE(now), pick.Or(pick.UntilIsNil(), pick.UntilGT(now)),
	)
	past := pick.And(pick.StateIn(pick.StateScheduled, pick.StateOnScreen), pick.UntilNotNil(), pick.UntilLTE(now))
	over := s.Until != nil && !s.Until.After(now)
	if over { // all that had come by then is past
		past = pick.And(pick.StateIn(pick.StateScheduled, pick.StateOnScreen), pick.FromLT(*s.Until))
	}
	switch {
	case state == pick.StateOnScreen && over:
		return pick.IDIn()
	case state == pick.StateOnScreen:
		return shown
	case state == pick.StateEnded:
		return pick.Or(pick.StateEQ(pick.StateEnded), past)
	case state == pick.StateScheduled:
		return pick.And(pick.StateEQ(pick.StateScheduled), pick.FromGT(now))
	default:
		return pick.StateEQ(state)
	}
}

// EndPick takes a film off the screen in a selection of a label for which the
// asker chooses, if the pick still has this version. The pick is remembered,
// and the film keeps its recognition with the day on which it ended. It returns
// ErrSelectionUnknown, ErrPickUnknown or sdk.ErrStale.
func (e *Ecran) EndPick(ctx context.Context, selectionID, id string, version int) error {
	if _, err := findSelection(ctx, e.store.From(ctx), selectionID, "ecran.pick.end"); err != nil {
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
		return endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, "")
	})
}

// RemovePick takes a film off the screen and says why: the recognition keeps
// the reason, an empty one keeps silence. The asker chooses for the label. It
// returns ErrSelectionUnknown, ErrPickUnknown, ErrPickOver, or the reason why
// the reason does not fit.
func (e *Ecran) RemovePick(ctx context.Context, selectionID, id, reason string) (Picked, error) {
	return e.finish(ctx, selectionID, id, "ecran.pick.remove", pick.StateRemoved, reason)
}

// WithdrawPick takes a film off the screen because its maker wants it: whoever
// owns the film. It returns ErrSelectionUnknown, ErrPickUnknown or ErrPickOver.
func (e *Ecran) WithdrawPick(ctx context.Context, selectionID, id string) (Picked, error) {
	return e.finish(ctx, selectionID, id, "ecran.pick.withdraw", pick.StateWithdrawn, "")
}

func (e *Ecran) finish(ctx context.Context, selectionID, id, action string, to pick.State, reason string) (Picked, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, selectionID, "ecran.pick.read")
	if err != nil {
		return Picked{}, err
	}
	p, err := findPick(ctx, c, selectionID, id)
	if err != nil {
		return Picked{}, err
	}
	film, err := e.filmOf(ctx, p)
	if err != nil {
		return Picked{}, err
	}
	facts := selectionRelations(ctx, s)
	if to == pick.StateWithdrawn {
		facts = nil
		if film.Relations.Has(sdk.Own) {
			facts = []sdk.Relation{sdk.Own}
		}
	}
	if err := sdk.ActorFrom(ctx).Check(action, facts...); err != nil {
		if !shownTo(ctx, s, p, sdk.Now(ctx)) {
			err = ErrPickUnknown
		}
		return Picked{}, err
	}
	var form sdk.Form
	reason = form.Prose("/reason", reason, 500)
	if err := form.Err(); err != nil {
		return Picked{}, err
	}
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := endPick(ctx, c, p, action, to, reason); err != nil {
			return err
		}
		p, err = c.Pick.Get(ctx, id)
		if err == nil && p.State != to {
			err = ErrPickOver
		}
		return err
	})
	if err != nil {
		return Picked{}, err
	}
	return Picked{p, film, sdk.Now(ctx)}, nil
}

// endPicksOf takes a film off every screen. It is the platform that asks.
func endPicksOf(ctx context.Context, c *ent.Client, filmID string) error {
	picks, err := c.Pick.Query().Where(pick.FilmID(filmID), pick.EndedAtIsNil()).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := endPick(ctx, c, p, "ecran.pick.withdraw", pick.StateWithdrawn, ""); err != nil {
			return err
		}
	}
	return nil
}

// endPick ends a current pick, tells its film if it was told of it, and ends
// the pins that put it forward. What has ended stays as it is; what should have
// ended before has ended then; what never came on screen is removed and not
// ended, which everybody would see.
func endPick(ctx context.Context, c *ent.Client, p *ent.Pick, action string, to pick.State, reason string) error {
	now := sdk.Now(ctx)
	at := now
	if p.Until != nil && p.Until.Before(now) {
		at = *p.Until
	}
	if p.State == pick.StateOnScreen && at.Before(p.From) {
		at = p.From // its selection was over before, as somebody has said since
	}
	if to == pick.StateEnded && !begun(p, at) {
		// That it was considered is known to the label's people, and stays so.
		action, to = "ecran.pick.remove", pick.StateRemoved
	}
	move, ok := Picks.Move(action, p.State, to)
	if !ok {
		return nil
	}
	n, err := c.Pick.Update().Where(pick.ID(p.ID), pick.EndedAtIsNil()).
		SetState(to).SetEndedAt(at).SetUntil(at).SetReason(reason).SetUpdatedAt(now).AddVersion(1).
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
		if err := recognitionEnds(ctx, p, at, reason); err != nil {
			return err
		}
	}
	if err := endPins(ctx, c, pinOf(p.ID)); err != nil {
		return err
	}
	if err := retold(ctx, c, selection.ID(p.SelectionID)); err != nil {
		return err
	}
	return sdk.Record(ctx, move.Event, p.ID, PickEnded{Selection: p.SelectionID, Film: p.FilmID, Until: at, State: string(to)})
}

// begun reports whether a current pick was on screen at some instant before.
func begun(p *ent.Pick, at time.Time) bool {
	return p.State == pick.StateOnScreen || p.State == pick.StateScheduled && p.From.Before(at)
}

// recognitionEnds tells the film of a pick until when it was recognised for it.
// Told twice, the film keeps the first.
func recognitionEnds(ctx context.Context, p *ent.Pick, until time.Time, reason string) error {
	return sdk.Record(ctx, filmRecognitionEnded, p.FilmID, FilmRecognitionEnded{Film: p.FilmID, Until: until, SourceID: p.ID, Reason: reason})
}

// recognisePick tells the film that it is on public view, unless it was told,
// the pick has ended meanwhile, or its label is no more than requested. The caller holds the selection, or has just
// moved the pick, so that none tells it twice.
func (e *Ecran) recognisePick(ctx context.Context, c *ent.Client, s *ent.Selection, p *ent.Pick) error {
	now := sdk.Now(ctx)
	if s.Edges.Label.State != label.StateActive || stateAt(p, now) != pick.StateOnScreen {
		return nil // nobody has seen it
	}
	n, err := c.Pick.Update().
		Where(pick.ID(p.ID), pick.StateEQ(pick.StateOnScreen), pick.RecognisedAtIsNil()).
		SetRecognisedAt(now).
		Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	until := p.Until
	if until == nil || s.Until != nil && s.Until.Before(*until) {
		until = s.Until
	}
	return sdk.Record(ctx, filmRecognised, p.FilmID, FilmRecognised{
		Film: p.FilmID, By: s.Edges.Label.Name, Title: s.Title, Note: p.Note,
		URL: e.host.URL(address(s.SpaceID, "selections", s.ID)), From: now, Until: until, SourceID: p.ID,
	})
}

// released returns the film to pick, if the asker may see it and it is out.
func (e *Ecran) released(ctx context.Context, id string) (sdk.Film, error) {
	film, err := e.host.Films.Film(ctx, strings.TrimSpace(id))
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

// signer returns the asker's profile, whose name stands under what they sign.
func (e *Ecran) signer(ctx context.Context) (sdk.Person, error) {
	person, err := e.host.People.Person(ctx, sdk.ActorFrom(ctx).Person)
	if errors.Is(err, sdk.ErrPersonUnknown) {
		return sdk.Person{}, ErrProfileRequired
	}
	return person, err
}

// findPick returns a pick of the selection of which all of these are true, or
// ErrPickUnknown.
func findPick(ctx context.Context, c *ent.Client, selectionID, id string, which ...predicate.Pick) (*ent.Pick, error) {
	p, err := c.Pick.Query().Where(pick.ID(id), pick.SelectionID(selectionID)).Where(which...).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrPickUnknown
	}
	return p, err
}
