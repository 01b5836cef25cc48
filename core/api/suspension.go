package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
)

func (a *API) registerSuspension() {
	tags := []string{"People"}
	huma.Register(a.core, huma.Operation{
		OperationID: "suspend-person", Method: http.MethodPost, Path: "/v1/people/{person}/suspend", Tags: tags,
		Summary: "Suspend somebody", DefaultStatus: http.StatusNoContent,
		Description: "They can look and do nothing, and they and their works are out of sight, from the next request on and until they are reinstated.",
		Extensions:  rest.Permission("account.suspend"),
	}, a.suspendPerson)
	huma.Register(a.core, huma.Operation{
		OperationID: "reinstate-person", Method: http.MethodPost, Path: "/v1/people/{person}/reinstate", Tags: tags,
		Summary: "Reinstate somebody", DefaultStatus: http.StatusNoContent,
		Description: "Everything is as it was.",
		Extensions:  rest.Permission("account.reinstate"),
	}, a.reinstatePerson)
}

type suspensionInput struct {
	Person string `path:"person" maxLength:"64" doc:"The person's id or handle."`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Kept in the audit. The person reads it."`
	}
}

func (a *API) suspendPerson(ctx context.Context, in *suspensionInput) (*struct{}, error) {
	return nil, a.suspension(ctx, in, a.accounts.Suspend)
}

func (a *API) reinstatePerson(ctx context.Context, in *suspensionInput) (*struct{}, error) {
	return nil, a.suspension(ctx, in, a.accounts.Reinstate)
}

// suspension finds the account of a person whom the asker may see: whoever may
// suspend sees the suspended, too.
func (a *API) suspension(ctx context.Context, in *suspensionInput, do func(ctx context.Context, account, reason string) error) error {
	person, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return err
	}
	account, err := a.accounts.Of(ctx, person.ID)
	if err != nil {
		return err
	}
	return do(ctx, account, in.Body.Reason)
}
