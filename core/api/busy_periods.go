package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// BusyPeriod is a time in which somebody cannot work.
type BusyPeriod struct {
	ID       string `json:"id" format:"uuid"`
	FirstDay string `json:"first_day" format:"date"`
	LastDay  string `json:"last_day" format:"date" doc:"It is in the period, too."`
	Note     string `json:"note,omitempty" doc:"For the person alone."`
}

func (a *API) registerBusyPeriods() {
	huma.Register(a.core, huma.Operation{
		OperationID: "list-busy-periods", Method: http.MethodGet, Path: "/v1/people/{person}/busy-periods", Tags: []string{"People"},
		Summary:     "List when somebody cannot work",
		Description: "Empty where they do not show it to you.",
		Extensions:  rest.Permission("person.read"),
	}, a.listBusyPeriods)
	huma.Register(a.core, huma.Operation{
		OperationID: "add-busy-period", Method: http.MethodPost, Path: "/v1/me/busy-periods", Tags: []string{"Me"},
		Summary: "Say when I cannot work", DefaultStatus: http.StatusCreated,
		Extensions: rest.Permission("person.update"),
	}, a.addBusyPeriod)
	huma.Register(a.core, huma.Operation{
		OperationID: "remove-busy-period", Method: http.MethodDelete, Path: "/v1/me/busy-periods/{period}", Tags: []string{"Me"},
		Summary: "Say that I can work after all", DefaultStatus: http.StatusNoContent,
		Extensions: rest.Permission("person.update"),
	}, a.removeBusyPeriod)
}

func (a *API) listBusyPeriods(ctx context.Context, in *struct {
	PersonPath
	rest.ListParams
	Sort string `query:"sort" enum:"first_day,-first_day" default:"first_day"`
},
) (*struct{ Body rest.ListBody[BusyPeriod] }, error) {
	filters := filtersOf("person", in.Person)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.directory.Busy(ctx, in.Person, page)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[BusyPeriod] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, viewBusyPeriod)
	return out, nil
}

func (a *API) addBusyPeriod(ctx context.Context, in *struct {
	Body struct {
		FirstDay string `json:"first_day" minLength:"10" maxLength:"10" example:"2027-03-01"`
		LastDay  string `json:"last_day" minLength:"10" maxLength:"10" example:"2027-03-05"`
		Note     string `json:"note,omitempty" maxLength:"200" doc:"For yourself."`
	}
},
) (*struct {
	Location string `header:"Location"`
	Body     BusyPeriod
}, error,
) {
	made, err := a.directory.AddBusy(ctx, directory.NewBusy{FirstDay: in.Body.FirstDay, LastDay: in.Body.LastDay, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	return &struct {
		Location string `header:"Location"`
		Body     BusyPeriod
	}{"/v1/me/busy-periods/" + made.ID, viewBusyPeriod(made)}, nil
}

func (a *API) removeBusyPeriod(ctx context.Context, in *struct {
	Period string `path:"period" maxLength:"36" doc:"The period's id."`
},
) (*struct{}, error) {
	return nil, a.directory.RemoveBusy(ctx, in.Period)
}

func viewBusyPeriod(b *ent.BusyPeriod) BusyPeriod {
	return BusyPeriod{ID: b.ID, FirstDay: b.FirstDay, LastDay: b.LastDay, Note: b.Note}
}
