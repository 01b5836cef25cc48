package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Transfer is the offer of a film to a new owner.
type Transfer struct {
	ID         string     `json:"id" format:"uuid"`
	Film       *Reference `json:"film,omitempty" doc:"As much of it as an offer has to say; absent where it no longer stands and you may not see the film."`
	From       *Reference `json:"from,omitempty" doc:"Who offers it; absent where you may not see them."`
	To         *Reference `json:"to,omitempty" doc:"Whom it is offered to; absent where you may not see them."`
	Stays      string     `json:"stays" enum:"owner,editor,crew,none" doc:"What the one who offers it is afterwards."`
	Note       string     `json:"note"`
	State      string     `json:"state" enum:"offered,accepted,declined,cancelled"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	AnsweredAt *time.Time `json:"answered_at" nullable:"true"`
}

// TransferPath is the path of a transfer. It is exported because Huma passes
// over embedded structs that are not.
type TransferPath struct {
	FilmPath
	Transfer string `path:"transfer" maxLength:"36" doc:"The transfer's id."`
}

func (a *API) registerTransfers() {
	tags := []string{"Films"}
	const path = "/v1/films/{film}/transfers"
	huma.Register(a.core, huma.Operation{
		OperationID: "list-transfers", Method: http.MethodGet, Path: path, Tags: tags,
		Summary:    "List the offers of a film",
		Extensions: rest.Permission("transfer.read"),
	}, a.listTransfers)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-my-transfers", Method: http.MethodGet, Path: "/v1/me/transfers", Tags: []string{"Me"},
		Summary:    "List the films that were offered to me",
		Extensions: rest.Permission("transfer.read"),
	}, a.listMyTransfers)
	huma.Register(a.core, huma.Operation{
		OperationID: "offer-film", Method: http.MethodPost, Path: path, Tags: tags,
		Summary: "Offer a film to a new owner", DefaultStatus: http.StatusCreated,
		Description: "It is theirs once they accept, within thirty days. To share it, stay an owner.",
		Extensions:  rest.Permission("transfer.offer"),
	}, a.offerFilm)
	for _, answer := range []struct {
		id, path, action, summary string
		do                        func(ctx context.Context, film, transfer string) (*ent.Transfer, error)
	}{
		{"accept-transfer", "accept", "transfer.accept", "Accept a film", a.films.Accept},
		{"decline-transfer", "decline", "transfer.decline", "Decline a film", a.films.Decline},
		{"cancel-transfer", "cancel", "transfer.cancel", "Take the offer of a film back", a.films.Cancel},
	} {
		huma.Register(a.core, huma.Operation{
			OperationID: answer.id, Method: http.MethodPost, Path: path + "/{transfer}/" + answer.path, Tags: tags,
			Summary:    answer.summary,
			Extensions: rest.Permission(answer.action),
		}, func(ctx context.Context, in *TransferPath) (*struct{ Body Transfer }, error) {
			answered, err := answer.do(ctx, in.Film, in.Transfer)
			if err != nil {
				return nil, err
			}
			views, err := a.viewTransfers(ctx, []*ent.Transfer{answered})
			if err != nil {
				return nil, err
			}
			return &struct{ Body Transfer }{views[answered.ID]}, nil
		})
	}
}

func (a *API) listTransfers(ctx context.Context, in *struct {
	FilmPath
	rest.ListParams
},
) (*struct{ Body rest.ListBody[Transfer] }, error) {
	return a.transfers(ctx, in.ListParams, filtersOf("film", in.Film), func(page core.Page) (core.List[*ent.Transfer], error) {
		return a.films.Transfers(ctx, in.Film, page)
	})
}

func (a *API) listMyTransfers(ctx context.Context, in *struct{ rest.ListParams }) (*struct{ Body rest.ListBody[Transfer] }, error) {
	return a.transfers(ctx, in.ListParams, filtersOf("mine", true), func(page core.Page) (core.List[*ent.Transfer], error) {
		return a.films.MyTransfers(ctx, page)
	})
}

// transfers answers with a list of transfers, the latest first.
func (a *API) transfers(ctx context.Context, params rest.ListParams, filters string, read func(core.Page) (core.List[*ent.Transfer], error)) (*struct{ Body rest.ListBody[Transfer] }, error) {
	page, err := a.cursors.Open(params, "-created_at", filters)
	if err != nil {
		return nil, err
	}
	list, err := read(page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewTransfers(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Transfer] }{}
	out.Body = rest.ListOf(list, a.cursors, "-created_at", filters, func(t *ent.Transfer) Transfer { return views[t.ID] })
	return out, nil
}

func (a *API) offerFilm(ctx context.Context, in *struct {
	FilmPath
	Body struct {
		To    string `json:"to" minLength:"1" maxLength:"36" doc:"Id of a person with an account."`
		Stays string `json:"stays,omitempty" enum:"owner,editor,crew,none" default:"editor" doc:"What you are afterwards."`
		Note  string `json:"note,omitempty" maxLength:"1000"`
	}
},
) (*struct {
	Location string `header:"Location"`
	Body     Transfer
}, error,
) {
	made, err := a.films.Offer(ctx, in.Film, films.NewTransfer{To: in.Body.To, Stays: in.Body.Stays, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	views, err := a.viewTransfers(ctx, []*ent.Transfer{made})
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     Transfer
	}{"/v1/films/" + in.Film + "/transfers", views[made.ID]}, nil
}

// viewTransfers returns transfers as the asker sees them, by id, in a constant
// number of queries.
func (a *API) viewTransfers(ctx context.Context, transfers []*ent.Transfer) (map[string]Transfer, error) {
	var ids []string
	for _, t := range transfers {
		ids = append(ids, t.FromID, t.ToID)
	}
	people, err := a.directory.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	views := make(map[string]Transfer, len(transfers))
	for _, t := range transfers {
		view := Transfer{
			ID: t.ID, Stays: string(t.Stays), Note: t.Note, State: string(t.State),
			CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, AnsweredAt: t.AnsweredAt,
		}
		if f := t.Edges.Film; f != nil {
			view.Film = &Reference{ID: f.ID, Name: f.Title, Slug: f.Slug}
		}
		if p := people[t.FromID]; p != nil {
			view.From = personReference(p)
		}
		if p := people[t.ToID]; p != nil {
			view.To = personReference(p)
		}
		views[t.ID] = view
	}
	return views, nil
}
