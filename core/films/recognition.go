package films

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/recognition"
)

// ErrRecognitionUnknown is the fault of naming a recognition that the film does
// not have.
var ErrRecognitionUnknown = &core.Fault{
	Kind: core.Missing, Code: "recognition_unknown",
	EN: "This film has no such recognition.",
	FR: "Ce film n'a pas cette reconnaissance.",
}

// ErrRecognitionCurrent is the fault of removing a recognition that is not over.
var ErrRecognitionCurrent = &core.Fault{
	Kind: core.Conflict, Code: "recognition_current",
	EN: "The film is still on show there. Take it off first; what is over can be removed.",
	FR: "Le film y est encore à l'affiche. Retirez-l'en d'abord ; ce qui est terminé peut être supprimé.",
}

// What modules may say of a film.
const (
	recognised       = "film.recognised.v1"
	recognitionEnded = "film.recognition_ended.v1"
)

// What the catalogue says when it has kept one, and when its owners want it
// forgotten: the subject of both is the film.
const (
	recognitionKept    = "recognition.kept.v1"
	recognitionRemoved = "recognition.removed.v1"
)

// Recognised is the data of film.recognised.v1; its subject is the film.
type Recognised struct {
	Film     string     `json:"film"`
	By       string     `json:"by"`    // who: the label's name
	Title    string     `json:"title"` // what for: the selection's
	Note     string     `json:"note"`
	URL      string     `json:"url"` // below the platform's own address, or http(s)
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until,omitempty"`
	SourceID string     `json:"source_id"` // what the module calls it
}

// RecognitionEnded is the data of film.recognition_ended.v1; its subject is
// the film.
type RecognitionEnded struct {
	Film     string    `json:"film"`
	Until    time.Time `json:"until"`
	SourceID string    `json:"source_id"`
	Reason   string    `json:"reason,omitempty"`
}

// Recognise keeps what a module says of a film: film.recognised.v1 and
// film.recognition_ended.v1. It is a consumer of the events and acts for the
// platform; others get [core.ErrDenied].
//
// Told twice it does nothing the second time; an end that comes before its
// beginning is of something unknown, and so are both for a film that was
// deleted meanwhile: that is no error. It returns [core.ErrInvalid] for what
// cannot be kept, which no repetition will mend.
func (c *Catalog) Recognise(ctx context.Context, e core.Event) error {
	if !core.ActorFrom(ctx).System {
		return core.ErrDenied
	}
	switch e.Type {
	case recognised:
		return c.recognise(ctx, e)
	case recognitionEnded:
		return c.endRecognition(ctx, e)
	default:
		return nil
	}
}

func (c *Catalog) recognise(ctx context.Context, e core.Event) error {
	var in Recognised
	if err := json.Unmarshal(e.Data, &in); err != nil {
		return core.ErrInvalid.Because(err)
	}
	var form text.Form
	by := form.Line("/by", in.By, 200)
	title := form.Line("/title", in.Title, 200)
	note := form.Prose("/note", in.Note, 5000)
	url := form.Prose("/url", in.URL, 2000)
	if url != "" && !strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		form.Refuse("/url", "url", "It is no address of a page.", "Ce n'est pas l'adresse d'une page.")
	}
	sourceID := form.Line("/source_id", in.SourceID, 64)
	if in.From.IsZero() {
		form.Refuse("/from", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
	}
	if err := form.Err(); err != nil {
		return err
	}
	now := c.store.DB().Now()
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		known, err := c.exists(ctx, client, in.Film)
		if err != nil || !known {
			return err
		}
		err = client.Recognition.Create().
			SetFilmID(in.Film).SetBy(by).SetTitle(title).SetNote(note).SetURL(url).
			SetFrom(in.From).SetNillableUntil(in.Until).
			SetSource(e.Source).SetSourceID(sourceID).
			SetCreatedAt(now).SetUpdatedAt(now).
			OnConflictColumns(recognition.FieldSource, recognition.FieldSourceID).DoNothing().
			Exec(ctx)
		if errors.Is(err, sql.ErrNoRows) { // so ent says that it was there already
			return nil
		}
		if err != nil {
			return err
		}
		// Who reads the film because of the module's event may come too soon.
		return c.events.Record(ctx, core.Event{Type: recognitionKept, Subject: in.Film, Place: e.Place})
	})
}

func (c *Catalog) exists(ctx context.Context, client *ent.Client, id string) (bool, error) {
	if noID(id) {
		return false, nil
	}
	return client.Film.Query().Where(film.ID(id)).Exist(ctx)
}

func (c *Catalog) endRecognition(ctx context.Context, e core.Event) error {
	var in RecognitionEnded
	if err := json.Unmarshal(e.Data, &in); err != nil {
		return core.ErrInvalid.Because(err)
	}
	var form text.Form
	reason := form.Prose("/reason", in.Reason, 500)
	sourceID := form.Line("/source_id", in.SourceID, 64)
	if in.Until.IsZero() {
		form.Refuse("/until", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
	}
	if err := form.Err(); err != nil {
		return err
	}
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		// A module ends only what it has said itself.
		return client.Recognition.Update().
			Where(recognition.Source(e.Source), recognition.SourceID(sourceID), recognition.EndedAtIsNil()).
			SetEndedAt(in.Until).SetReason(reason).SetUpdatedAt(c.store.DB().Now()).
			Exec(ctx)
	})
}

// Recognitions returns what was said of a film, sorted by from: actions
// film.read and recognition.read. It returns ErrUnknown where there is no such
// film for the actor.
func (c *Catalog) Recognitions(ctx context.Context, id string, page core.Page) (core.List[*ent.Recognition], error) {
	var list core.List[*ent.Recognition]
	client := c.store.From(ctx)
	f, err := c.seen(ctx, client, id)
	if err != nil {
		return list, err
	}
	for _, action := range []string{"film.read", "recognition.read"} {
		if err := c.allow(ctx, action, f); err != nil {
			return list, err
		}
	}
	query := client.Recognition.Query().Where(recognition.FilmID(id), recognition.RemovedAtIsNil())
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, recognition.FieldFrom)).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(r *ent.Recognition) core.Key { return db.KeyOf(r.From, r.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// Recognition returns one recognition and the film that keeps it: actions
// film.read and recognition.read. It returns ErrUnknown where there is no such
// film for the actor, and ErrRecognitionUnknown where the film has no such
// recognition.
func (c *Catalog) Recognition(ctx context.Context, filmID, id string) (*ent.Film, *ent.Recognition, error) {
	client := c.store.From(ctx)
	f, err := c.seen(ctx, client, filmID)
	if err != nil {
		return nil, nil, err
	}
	for _, action := range []string{"film.read", "recognition.read"} {
		if err := c.allow(ctx, action, f); err != nil {
			return nil, nil, err
		}
	}
	said, err := findRecognition(ctx, client, f.ID, id)
	return f.Film, said, err
}

// findRecognition returns a recognition that the film keeps, or
// ErrRecognitionUnknown.
func findRecognition(ctx context.Context, client *ent.Client, filmID, id string) (*ent.Recognition, error) {
	if noID(id) {
		return nil, ErrRecognitionUnknown
	}
	said, err := client.Recognition.Query().
		Where(recognition.ID(id), recognition.FilmID(filmID), recognition.RemovedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrRecognitionUnknown
	}
	return said, err
}

// RecognisedUntil returns until when a recognition is, or was, on show: its
// planned end, or the one before that it came to. It is nil where no end is
// known.
func RecognisedUntil(r *ent.Recognition) *time.Time {
	if r.EndedAt != nil && (r.Until == nil || r.EndedAt.Before(*r.Until)) {
		return r.EndedAt
	}
	return r.Until
}

// RemoveRecognition has a film forget a recognition that is over: action
// recognition.remove, of its owners. Nobody reads it any more, nor gets a proof
// of it; a proof that is out stays true, since it says what was. It returns
// ErrUnknown, ErrRecognitionUnknown, [core.ErrDenied], or ErrRecognitionCurrent.
func (c *Catalog) RemoveRecognition(ctx context.Context, filmID, id string) error {
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, filmID)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "recognition.remove", f); err != nil {
			return err
		}
		said, err := findRecognition(ctx, client, filmID, id)
		if err != nil {
			return err
		}
		now := c.store.DB().Now()
		if until := RecognisedUntil(said); until == nil || until.After(now) {
			return ErrRecognitionCurrent
		}
		n, err := client.Recognition.Update().Where(recognition.ID(id), recognition.RemovedAtIsNil()).
			SetRemovedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRecognitionUnknown // somebody was faster
		}
		err = c.audit.Record(ctx, audit.Entry{
			Action: "recognition.remove", Object: "film:" + filmID, Place: f.place(), Data: map[string]string{"recognition": id},
		})
		if err != nil {
			return err
		}
		return c.events.Record(ctx, core.Event{Type: recognitionRemoved, Subject: filmID, Place: f.place()})
	})
}

// RecognitionsOf returns the latest recognitions of these films, at most n of
// each and of 500 films, by film: actions film.read and recognition.read. It
// leaves out the films whose recognitions the actor does not get to see. It runs
// two queries.
func (c *Catalog) RecognitionsOf(ctx context.Context, ids []string, n int) (map[string][]*ent.Recognition, error) {
	open, err := c.open(ctx, "recognition.read", ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]*ent.Recognition, len(open))
	if len(open) == 0 {
		return found, nil
	}
	latest := firstOfEach(recognition.Table, open, n, entsql.FieldIsNull(recognition.FieldRemovedAt), entsql.Desc(recognition.FieldFrom), entsql.Desc(recognition.FieldID))
	rows, err := c.store.From(ctx).Recognition.Query().Where(latest).
		Order(ent.Desc(recognition.FieldFrom, recognition.FieldID)).
		All(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		found[r.FilmID] = append(found[r.FilmID], r)
	}
	return found, nil
}
