package probe

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// registerForgetful plants the defect that the guard is there for. Both
// operations depend on a relation, and neither handler asks.
func (p *Probe) registerForgetful(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "read-without-asking", Method: http.MethodGet, Path: "/forgotten",
		Summary: "Read without asking", Extensions: sdk.Permission("probe.note.delete"),
	}, func(context.Context, *struct{}) (*noteOutput, error) { return &noteOutput{}, nil })
	huma.Register(api, huma.Operation{
		OperationID: "write-without-asking", Method: http.MethodPost, Path: "/forgotten", DefaultStatus: http.StatusCreated,
		Summary: "Write without asking", Extensions: sdk.Permission("probe.note.create"),
	}, func(ctx context.Context, in *makeNoteInput) (*noteOutput, error) {
		return &noteOutput{}, p.write(ctx, "forgotten")
	})
}
