package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// ErrNotReady is the fault of a platform that runs but cannot serve: its
// database or a module is not there yet, or no longer.
var ErrNotReady = &core.Fault{
	Kind: core.Unavailable, Code: "not_ready",
	EN: "The platform is not ready to serve.",
	FR: "La plateforme n'est pas prête à répondre.",
}

type health struct {
	Body struct {
		Status string `json:"status" enum:"ok"`
	}
}

func (a *API) registerHealth() {
	huma.Register(a.core, huma.Operation{
		OperationID: "livez", Method: http.MethodGet, Path: "/livez", Tags: []string{"Health"},
		Summary:    "Does the process run?",
		Extensions: rest.Public(),
	}, func(context.Context, *struct{}) (*health, error) { return healthy(), nil })
	huma.Register(a.core, huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Tags: []string{"Health"},
		Summary:    "Can it serve: database, modules?",
		Extensions: rest.Public(),
	}, func(ctx context.Context, _ *struct{}) (*health, error) {
		if err := a.ready(ctx); err != nil {
			return nil, ErrNotReady.Because(err)
		}
		return healthy(), nil
	})
}

func healthy() *health {
	h := &health{}
	h.Body.Status = "ok"
	return h
}
