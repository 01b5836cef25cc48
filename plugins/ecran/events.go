package ecran

import (
	"context"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// What Écran says has happened. The two facts about the film are the core's to
// keep: they make the film's recognitions.
const (
	labelMade            = "ecran.label.made.v1"
	selectionPublished   = "ecran.selection.published.v1"
	pickMade             = "ecran.pick.made.v1"
	pickEnded            = "ecran.pick.ended.v1"
	filmRecognised       = "film.recognised.v1"
	filmRecognitionEnded = "film.recognition_ended.v1"
)

// What Écran listens to.
const filmWithdrawn = "film.withdrawn.v1"

// LabelMade is the data of ecran.label.made.v1; its subject is the label.
type LabelMade struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Holder string `json:"holder"`
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
}

// On ends the picks of a film that was withdrawn. Told twice, it finds nothing
// left to end.
func (e *Ecran) On(ctx context.Context, event sdk.Event) error {
	if event.Type != filmWithdrawn {
		return nil
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		return endPicksOf(ctx, c, event.Subject)
	})
}
