package probe

import (
	"context"
	"errors"
	"net/http"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrNoteMissing is the fault of naming a note that is not there.
var ErrNoteMissing = &sdk.Fault{
	Kind: sdk.Missing, Code: "note_missing",
	EN: "There is no such note.",
	FR: "Cette note n'existe pas.",
}

// Note is a line that somebody left in a space.
type Note struct {
	ID        string    `json:"id" format:"uuid"`
	Text      string    `json:"text"`
	Person    string    `json:"person"`
	Film      string    `json:"film,omitempty" doc:"The title of the film that the note is about."`
	CreatedAt time.Time `json:"created_at"`
}

func (p *Probe) registerNotes(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-notes", Method: http.MethodGet, Path: "/notes",
		Summary: "List notes", Extensions: sdk.Permission("probe.note.read"),
	}, p.listNotes)
	huma.Register(api, huma.Operation{
		OperationID: "make-note", Method: http.MethodPost, Path: "/notes", DefaultStatus: http.StatusCreated,
		Summary: "Make a note", Extensions: sdk.Permission("probe.note.create"),
	}, p.makeNote)
	huma.Register(api, huma.Operation{
		OperationID: "get-note", Method: http.MethodGet, Path: "/notes/{note}",
		Summary: "Read a note", Extensions: sdk.Permission("probe.note.read"),
	}, p.getNote)
	huma.Register(api, huma.Operation{
		OperationID: "delete-note", Method: http.MethodDelete, Path: "/notes/{note}", DefaultStatus: http.StatusNoContent,
		Summary: "Delete a note of one's own", Extensions: sdk.Permission("probe.note.delete"),
	}, p.deleteNote)
}

type listNotesInput struct {
	sdk.ListParams
	sdk.ScopeParam
}

func (p *Probe) listNotes(ctx context.Context, in *listNotesInput) (*struct{ Body sdk.ListBody[Note] }, error) {
	page, err := p.host.Cursors.Open(in.ListParams, "created_at", in.Scope)
	if err != nil {
		return nil, err
	}
	sdk.Lists(ctx, "probe.note.read")
	rows, err := p.find(ctx, sdk.InScope(ctx, "person_id"), sdk.Keyset[time.Time](page, "created_at"))
	if err != nil {
		return nil, err
	}
	list := sdk.PageOf(rows, page, func(n Note) sdk.Key { return sdk.KeyOf(n.CreatedAt, n.ID) })
	out := &struct{ Body sdk.ListBody[Note] }{}
	out.Body = sdk.ListOf(list, p.host.Cursors, "created_at", in.Scope, func(n Note) Note { return n })
	return out, nil
}

type makeNoteInput struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"200"`
		Film string `json:"film,omitempty" maxLength:"36"`
	}
}

type noteOutput struct {
	Location string `header:"Location"`
	Body     Note
}

func (p *Probe) makeNote(ctx context.Context, in *makeNoteInput) (*noteOutput, error) {
	actor := sdk.ActorFrom(ctx)
	if err := actor.Check("probe.note.create", sdk.Own); err != nil {
		return nil, err
	}
	note := Note{ID: sdk.NewID(), Text: in.Body.Text, Person: actor.Person, CreatedAt: sdk.Now(ctx)}
	if in.Body.Film != "" {
		film, err := p.host.Films.Film(ctx, in.Body.Film)
		if err != nil {
			return nil, err
		}
		note.Film = film.Title
	}
	err := p.host.DB.Write(ctx, func(ctx context.Context) error {
		_, err := p.host.DB.Exec(ctx, `INSERT INTO notes (id, network_id, region_id, space_id, person_id, text, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			note.ID, actor.Space.Network, actor.Space.Region, actor.Space.ID, note.Person, note.Text, note.CreatedAt)
		if err != nil {
			return err
		}
		return sdk.Record(ctx, NoteMade, note.ID, map[string]string{"person": note.Person})
	})
	if err != nil {
		return nil, err
	}
	return &noteOutput{Location: "/v1/spaces/" + actor.Space.Slug + "/probe/notes/" + note.ID, Body: note}, nil
}

type notePath struct {
	Note string `path:"note" maxLength:"36"`
}

func (p *Probe) getNote(ctx context.Context, in *notePath) (*noteOutput, error) {
	note, err := p.note(ctx, in.Note)
	return &noteOutput{Body: note}, err
}

func (p *Probe) deleteNote(ctx context.Context, in *notePath) (*struct{}, error) {
	actor := sdk.ActorFrom(ctx)
	note, err := p.note(ctx, in.Note)
	if errors.Is(err, ErrNoteMissing) {
		if err := actor.Check("probe.note.delete", sdk.Own); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	var facts []sdk.Relation
	if note.Person == actor.Person {
		facts = append(facts, sdk.Own)
	}
	if err := actor.Check("probe.note.delete", facts...); err != nil {
		return nil, err
	}
	_, err = p.host.DB.Exec(ctx, `DELETE FROM notes WHERE id = ?`, note.ID)
	return nil, err
}

func (p *Probe) note(ctx context.Context, id string) (Note, error) {
	rows, err := p.find(ctx, sdk.InPlace(ctx), func(s *entsql.Selector) { s.Where(entsql.EQ(s.C("id"), id)) })
	switch {
	case err != nil:
		return Note{}, err
	case len(rows) == 0:
		return Note{}, ErrNoteMissing
	default:
		return rows[0], nil
	}
}

func (p *Probe) find(ctx context.Context, where ...func(*entsql.Selector)) ([]Note, error) {
	driver := p.host.DB.Driver(ctx)
	s := entsql.Dialect(driver.Dialect()).Select("id", "text", "person_id", "created_at").From(entsql.Table("notes"))
	for _, predicate := range where {
		predicate(s)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	query, args := s.Query()
	var rows entsql.Rows
	if err := driver.Query(ctx, query, args, &rows); err != nil {
		return nil, err
	}
	defer rows.Close()
	var notes []Note
	for rows.Next() {
		var n Note
		if err := rows.Scan(&n.ID, &n.Text, &n.Person, &n.CreatedAt); err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, rows.Err()
}
