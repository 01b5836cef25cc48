package ecran

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/change"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
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

// ErrOwnFilm is the fault of picking a film in which one has a part in a carte
// blanche, or for a label that forbids it; and there also one of its other people's.
var ErrOwnFilm = &sdk.Fault{
	Kind: sdk.Conflict, Code: "own_film",
	EN: "You, or somebody else of the label, have a part in this film, and nobody's own films are chosen here.",
	FR: "Vous, ou une autre personne du label, avez une part dans ce film, et nul ne choisit ici les siens.",
}

// ErrFamilyFull is the fault of picking one more film of a family than the label
// shows at a time in a selection.
var ErrFamilyFull = &sdk.Fault{
	Kind: sdk.Conflict, Code: "family_full",
	EN: "This selection has as many films of the same maker or producer as the label's rules allow.",
	FR: "Cette sélection compte déjà autant de films du même auteur ou du même producteur que les règles du label le permettent.",
}

// ErrConflictUndeclared is the fault of picking a film in which one has a part
// without saying so.
var ErrConflictUndeclared = &sdk.Fault{
	Kind: sdk.Invalid, Code: "conflict_undeclared",
	EN: "You have a part in this film, or work for who made it: say so in conflict; it is shown with the pick.",
	FR: "Vous avez une part dans ce film, ou travaillez pour qui l'a produit : dites-le dans conflict ; ce sera affiché avec le choix.",
}

// NewPick is a film to be picked.
type NewPick struct {
	Film     string     `json:"film" minLength:"1" maxLength:"36" doc:"The film's id. It must be released, and its maker agree: a film that wants to be asked waits for the answer."`
	Note     string     `json:"note,omitempty" maxLength:"5000" doc:"Why this film, signed with your name. It is kept as you sign it."`
	Conflict string     `json:"conflict,omitempty" maxLength:"500" doc:"What you have to do with the film, if anything; shown with the pick. Required where you have a part in it or work for a company that it credits."`
	From     *time.Time `json:"from,omitempty" doc:"When it comes on screen. Default: now."`
	Until    *time.Time `json:"until,omitempty" doc:"When it leaves the screen. Default: when somebody ends it."`
}

// Pick puts a film in a selection of a label for which the asker chooses, or
// that was given to them, signed by the asker. It comes on screen as soon as the
// label's vote, the maker's consent and its date allow, and is told to the film
// if the selection is on public view. It returns ErrSelectionUnknown,
// ErrLabelClosed, sdk.ErrFilmUnknown for a film that the asker may not see,
// ErrFilmNotReleased, ErrConsentMissing, ErrOwnFilm, ErrFamilyFull,
// ErrAlreadyPicked, ErrGuestChooses, ErrInvitationOpen, ErrProfileRequired, or all
// the reasons why the input does not fit.
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
	if err := mayPick(ctx, s); err != nil {
		return Picked{}, err
	}
	film, err := e.released(ctx, in.Film, peopleOf(s.Edges.Label)...)
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
	if s.MaxWords > 0 && words(note) > s.MaxWords {
		form.Refuse("/note", "too_many_words",
			fmt.Sprintf("A note in this selection has at most %d words; this one has %d.", s.MaxWords, words(note)),
			fmt.Sprintf("Dans cette sélection, un mot compte au plus %d mots ; celui-ci en a %d.", s.MaxWords, words(note)))
	}
	conflict := form.Prose("/conflict", in.Conflict, 500)
	if concerned(film) && l.OwnFilms == label.OwnFilmsDeclared && conflict == "" {
		form.Refuse("/conflict", ErrConflictUndeclared.Code, ErrConflictUndeclared.EN, ErrConflictUndeclared.FR)
	}
	from, until := datesOf(&form, now, in.From, in.Until)
	if err := form.Err(); err != nil {
		return nil, err
	}
	switch {
	case concerned(film) && (s.GuestID != nil || l.OwnFilms == label.OwnFilmsForbidden),
		len(film.Parts) > 0 && l.OwnFilms == label.OwnFilmsForbidden:
		return nil, ErrOwnFilm
	}
	if s.Until != nil && !s.Until.After(now) {
		return nil, ErrSelectionOver
	}
	if film.Consent == sdk.ConsentNone {
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
	if err := familyFree(ctx, c, l, s.ID, film); err != nil {
		return nil, err
	}
	state, own, needed := pick.StateUnderVote, concerned(film), votesNeeded(l, s)
	if needed == 0 || needed == 1 && !own { // who picks is for it
		if state, err = e.afterVote(ctx, c, l, film, signer.ID, *from); err != nil {
			return nil, err
		}
	}
	made, err := c.Pick.Create().
		SetNetworkID(s.NetworkID).SetRegionID(s.RegionID).SetSpaceID(s.SpaceID).
		SetSelectionID(s.ID).SetFilmID(film.ID).SetFamilies(film.Families).SetNote(note).SetConflict(conflict).
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
	if needed > 0 && !own {
		if err := cast(ctx, c, made.ID, signer.ID, "yes"); err != nil {
			return nil, err
		}
	}
	if err := rememberPick(ctx, c, made, change.KindPicked); err != nil {
		return nil, err
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

// familyFree returns ErrFamilyFull where the selection, whose row is the
// caller's, holds as many films of one of the film's families as the label allows.
func familyFree(ctx context.Context, c *ent.Client, l *ent.Label, selectionID string, film sdk.Film) error {
	if l.MaxFamily == 0 {
		return nil
	}
	there, err := c.Pick.Query().Where(pick.SelectionID(selectionID), pick.EndedAtIsNil()).All(ctx)
	if err != nil {
		return err
	}
	for _, family := range film.Families {
		held := 0
		for _, p := range there {
			if slices.Contains(p.Families, family) {
				held++
			}
		}
		if held >= l.MaxFamily {
			return ErrFamilyFull
		}
	}
	return nil
}

// words counts the words of a text: what stands between spaces and has a letter
// or a digit in it.
func words(text string) int {
	count := 0
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			count++
		}
	}
	return count
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
	case sdk.ConsentNone:
		return "", ErrConsentMissing
	case sdk.ConsentAsk:
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

// released returns the film to pick, if the asker may see it and it is out; and
// who of these people has a part in it.
func (e *Ecran) released(ctx context.Context, id string, people ...string) (sdk.Film, error) {
	film, err := e.host.Films.Film(ctx, strings.TrimSpace(id), people...)
	switch {
	case errors.Is(err, sdk.ErrFilmUnknown):
		return sdk.Film{}, sdk.ErrFilmUnknown.With(reason("/film", sdk.ErrFilmUnknown))
	case err != nil:
		return sdk.Film{}, err
	case film.Stage != sdk.Released:
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
