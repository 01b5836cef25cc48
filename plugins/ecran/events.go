package ecran

import (
	"context"
	"errors"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// What Écran says has happened. The two facts about the film are the core's to
// keep: they make the film's recognitions.
const (
	labelMade            = "ecran.label.made.v1"
	labelAccepted        = "ecran.label.accepted.v1"
	labelChanged         = "ecran.label.changed.v1"
	labelClosed          = "ecran.label.closed.v1"
	selectionChanged     = "ecran.selection.changed.v1"
	selectionPublished   = "ecran.selection.published.v1"
	pickMade             = "ecran.pick.made.v1"
	pickMoved            = "ecran.pick.moved.v1"
	pickEnded            = "ecran.pick.ended.v1"
	consentAsked         = "ecran.consent.asked.v1"
	consentAnswered      = "ecran.consent.answered.v1"
	proposalMade         = "ecran.proposal.made.v1"
	proposalDecided      = "ecran.proposal.decided.v1"
	pinMade              = "ecran.pin.made.v1"
	pinEnded             = "ecran.pin.ended.v1"
	filmRecognised       = "film.recognised.v1"
	filmRecognitionEnded = "film.recognition_ended.v1"
)

// What Écran tells itself when a date has come, by [sdk.RecordAt]. Whoever
// reads goes by the date itself and does not wait for these; they see to it
// that films are told, and that states say what the dates do.
const (
	pickDue      = "ecran.pick.due.v1"
	selectionDue = "ecran.selection.due.v1"
	consentDue   = "ecran.consent.due.v1"
)

// What Écran listens to in the core.
const (
	filmChanged   = "film.changed.v1"
	filmWithdrawn = "film.withdrawn.v1"
	filmDeleted   = "film.deleted.v1"

	recognitionRemoved = "recognition.removed.v1"
)

// LabelMade is the data of ecran.label.made.v1; its subject is the label.
type LabelMade struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Holder string `json:"holder"`
	State  string `json:"state"` // active, or requested
}

// LabelMoved is the data of ecran.label.accepted.v1, .changed.v1 and .closed.v1;
// its subject is the label.
type LabelMoved struct {
	State string `json:"state"`
}

// SelectionMoved is the data of ecran.selection.changed.v1; its subject is the
// selection.
type SelectionMoved struct {
	Label string `json:"label"`
	State string `json:"state"`
}

// PickMoved is the data of ecran.pick.moved.v1; its subject is the pick.
type PickMoved struct {
	Selection string `json:"selection"`
	Film      string `json:"film"`
	State     string `json:"state"`
}

// ConsentMoved is the data of ecran.consent.asked.v1 and .answered.v1; its
// subject is the consent.
type ConsentMoved struct {
	Film  string `json:"film"`
	Label string `json:"label"`
	State string `json:"state"`
}

// ProposalMoved is the data of ecran.proposal.made.v1 and .decided.v1; its
// subject is the proposal.
type ProposalMoved struct {
	Label string `json:"label"`
	State string `json:"state"`
}

// PinMoved is the data of ecran.pin.made.v1 and .ended.v1; its subject is the
// pin.
type PinMoved struct {
	Kind   string     `json:"kind"`
	Target string     `json:"target"`
	Slot   int        `json:"slot"`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until,omitempty"`
}

// SelectionPublished is the data of ecran.selection.published.v1; its subject
// is the selection.
type SelectionPublished struct {
	Label      string `json:"label"`
	Title      string `json:"title"`
	Visibility string `json:"visibility"`
}

// PickMade is the data of ecran.pick.made.v1; its subject is the pick.
type PickMade struct {
	Selection string `json:"selection"`
	Film      string `json:"film"`
	By        string `json:"by"` // the person who signed
}

// PickEnded is the data of ecran.pick.ended.v1; its subject is the pick.
type PickEnded struct {
	Selection string    `json:"selection"`
	Film      string    `json:"film"`
	Until     time.Time `json:"until"`
	State     string    `json:"state"` // ended, removed, withdrawn or refused
}

// FilmRecognised is the data of film.recognised.v1; its subject is the film.
type FilmRecognised struct {
	Film     string     `json:"film"`
	By       string     `json:"by"`    // the label's name
	Title    string     `json:"title"` // the selection's
	Note     string     `json:"note"`
	URL      string     `json:"url"` // of the selection, below the platform's own address
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until,omitempty"`
	SourceID string     `json:"source_id"` // the pick, so that a film is recognised once for it
}

// FilmRecognitionEnded is the data of film.recognition_ended.v1; its subject is
// the film.
type FilmRecognitionEnded struct {
	Film     string    `json:"film"`
	Until    time.Time `json:"until"`
	SourceID string    `json:"source_id"`
	Reason   string    `json:"reason,omitempty"` // if the label wants it known
}

// On does what an event asks for. Told twice, it finds nothing left to do.
func (e *Ecran) On(ctx context.Context, event sdk.Event) error {
	switch event.Type {
	case filmWithdrawn, filmDeleted:
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
			return endPicksOf(ctx, c, event.Subject)
		})
	case filmChanged:
		// As everybody sees it: of a film that nobody may see, nothing is shown,
		// and nothing is found by it any more.
		film, err := e.host.Films.Film(ctx, event.Subject)
		hidden := errors.Is(err, sdk.ErrFilmUnknown)
		if err != nil && !hidden {
			return err
		}
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
			if !hidden {
				if err := e.closedTo(ctx, c, film); err != nil {
					return err
				}
			}
			return retold(ctx, c, selection.HasPicksWith(pick.FilmID(event.Subject), pick.StateEQ(pick.StateOnScreen)))
		})
	case recognitionRemoved:
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error { return forget(ctx, c, event.Subject) })
	case pickDue:
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error { return e.pickIsDue(ctx, c, event.Subject) })
	case selectionDue:
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error { return e.selectionIsDue(ctx, c, event.Subject) })
	case consentDue:
		return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error { return e.lapse(ctx, c, event.Subject) })
	default:
		return nil
	}
}

// forget has nobody but the label's people read what they wrote of a film that has
// left, as its maker does not want that it was here to be known.
func forget(ctx context.Context, c *ent.Client, filmID string) error {
	return c.Pick.Update().Where(pick.FilmID(filmID), pick.StateEQ(pick.StateWithdrawn), pick.RecognisedAtNotNil()).
		ClearRecognisedAt().Exec(ctx)
}

// pickIsDue writes down what a pick's dates have made of it.
func (e *Ecran) pickIsDue(ctx context.Context, c *ent.Client, id string) error {
	p, err := c.Pick.Query().Where(pick.ID(id)).WithSelection(func(q *ent.SelectionQuery) { q.WithLabel() }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	switch stateAt(p, sdk.Now(ctx)) {
	case p.State:
		return nil
	case pick.StateOnScreen:
		return e.move(ctx, c, p.Edges.Selection, p, "ecran.pick.begin", pick.StateOnScreen)
	default:
		return endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, "")
	}
}

// selectionIsDue tells the films of a selection that has begun, and ends the
// picks of one that is over.
func (e *Ecran) selectionIsDue(ctx context.Context, c *ent.Client, id string) error {
	now := sdk.Now(ctx)
	// Its row is taken, as by whoever changes it.
	n, err := c.Selection.Update().Where(selection.ID(id)).SetUpdatedAt(now).Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	s, err := withLabel(ctx, c, id)
	if err != nil {
		return err
	}
	if s.Until == nil || s.Until.After(now) {
		return e.recognise(ctx, c, s)
	}
	picks, err := c.Pick.Query().Where(pick.SelectionID(id), pick.EndedAtIsNil()).Order(pick.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if p.Until == nil || p.Until.After(*s.Until) {
			p.Until = s.Until
		}
		if err := endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, ""); err != nil {
			return err
		}
	}
	return nil
}
