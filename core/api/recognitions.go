package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Recognition is what a film keeps of having been chosen.
type Recognition struct {
	ID     string     `json:"id" format:"uuid"`
	By     string     `json:"by" doc:"Who chose it, as they sign."`
	Title  string     `json:"title" doc:"What for: the selection, the prize."`
	Note   string     `json:"note" doc:"What they said of it."`
	URL    string     `json:"url,omitempty" doc:"Where that stands."`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until" nullable:"true" doc:"Until when it is, or was, on show. It stays a fact afterwards."`
	Reason string     `json:"reason,omitempty" doc:"Why it ended, where the label has wanted that to be known."`
}

// RecognitionPath names a recognition of a film in a path.
type RecognitionPath struct {
	FilmPath
	Recognition string `path:"recognition" maxLength:"64" doc:"The recognition's id."`
}

func (a *API) registerRecognitions() {
	huma.Register(a.core, huma.Operation{
		OperationID: "list-recognitions", Method: http.MethodGet, Path: "/v1/films/{film}/recognitions", Tags: []string{"Films"},
		Summary:     "List who has chosen a film",
		Description: "The latest first. A recognition outlives the selection, the label and the module that it came from.",
		Extensions:  rest.Permission("recognition.read"),
	}, a.listRecognitions)
	huma.Register(a.core, huma.Operation{
		OperationID: "remove-recognition", Method: http.MethodDelete, Path: "/v1/films/{film}/recognitions/{recognition}", Tags: []string{"Films"},
		Summary:     "Have a film forget a recognition",
		Description: "By who owns the film, once it is over: take the film off the screen first. It is in no list any more and has no proof; whoever kept a proof keeps a true one.",
		Extensions:  rest.Permission("recognition.remove"),
	}, a.removeRecognition)
}

type listRecognitionsInput struct {
	FilmPath
	rest.ListParams
}

func (a *API) listRecognitions(ctx context.Context, in *listRecognitionsInput) (*struct{ Body rest.ListBody[Recognition] }, error) {
	const sort = "-from"
	filters := filtersOf("film", in.Film)
	page, err := a.cursors.Open(in.ListParams, sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.films.Recognitions(ctx, in.Film, page)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Recognition] }{}
	out.Body = rest.ListOf(list, a.cursors, sort, filters, viewRecognition)
	return out, nil
}

func (a *API) removeRecognition(ctx context.Context, in *RecognitionPath) (*struct{}, error) {
	return nil, a.films.RemoveRecognition(ctx, in.Film, in.Recognition)
}

func viewRecognition(r *ent.Recognition) Recognition {
	return Recognition{
		ID: r.ID, By: r.By, Title: r.Title, Note: r.Note, URL: r.URL,
		From: r.From, Until: films.RecognisedUntil(r), Reason: r.Reason,
	}
}
