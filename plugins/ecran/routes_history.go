package ecran

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerHistory(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-selection-history", Method: http.MethodGet, Path: "/selections/{selection}/history",
		Summary:     "List who has done what to a selection",
		Description: "The latest first, for those who make it together: the label's people, and the guest of a carte blanche.",
		Extensions:  sdk.Permission("ecran.history.read"),
	}, e.listHistory)
}

// Change is what somebody did to a selection.
type Change struct {
	At     time.Time  `json:"at"`
	Kind   string     `json:"kind" enum:"made,changed,ordered,published,accepted,declined,picked,ended,removed,withdrawn,refused"`
	By     *Reference `json:"by,omitempty" doc:"Who did it; absent where a date or the platform did."`
	Fields []string   `json:"fields" nullable:"false" doc:"What was changed of the selection."`
	Pick   string     `json:"pick,omitempty" doc:"The id of the pick that it is about."`
	Film   *Reference `json:"film,omitempty" doc:"Of the pick; absent where you may not see it, or it is there no more."`
}

type listHistoryInput struct {
	SelectionPath
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"1024"`
}

func (e *Ecran) listHistory(ctx context.Context, in *listHistoryInput) (*struct{ Body sdk.ListBody[Change] }, error) {
	const sort = "-at"
	filters := filtersOf(ctx, "selection", in.Selection)
	page, err := e.host.Cursors.Open(sdk.ListParams{Limit: in.Limit, Cursor: in.Cursor}, sort, filters)
	if err != nil {
		return nil, err
	}
	history, err := e.History(ctx, in.Selection, page)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range history.Items {
		if c.PersonID != nil {
			ids = append(ids, *c.PersonID)
		}
	}
	people, err := e.host.People.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	view := func(c Changed) Change { return viewChange(c, people) }
	return &struct{ Body sdk.ListBody[Change] }{sdk.ListOf(history, e.host.Cursors, sort, filters, view)}, nil
}

func viewChange(c Changed, people map[string]sdk.Person) Change {
	v := Change{At: c.At, Kind: string(c.Kind), Fields: append([]string{}, c.Fields...)}
	if c.PersonID != nil {
		by := viewPerson(*c.PersonID, people)
		v.By = &by
	}
	if c.PickID != nil {
		v.Pick = *c.PickID
	}
	if c.Film.ID != "" {
		film := viewFilm(c.Film)
		v.Film = &film
	}
	return v
}
