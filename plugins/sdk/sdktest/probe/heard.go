package probe

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (p *Probe) registerHeard(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "count-heard", Method: http.MethodGet, Path: "/heard/{event}",
		Summary: "Count how often an event was heard", Extensions: sdk.Permission("probe.heard.read"),
	}, func(ctx context.Context, in *struct {
		Event string `path:"event" maxLength:"36"`
	},
	) (*heardOutput, error) {
		n, err := p.Heard(ctx, in.Event)
		out := &heardOutput{}
		out.Body.Times = n
		return out, err
	})
}

type heardOutput struct {
	Body struct {
		Times int `json:"times"`
	}
}

// On writes down what it hears, so that hearing it twice would show.
func (p *Probe) On(ctx context.Context, e sdk.Event) error { return p.write(ctx, e.ID) }

func (p *Probe) write(ctx context.Context, event string) error {
	_, err := p.host.DB.Exec(ctx, `INSERT INTO heard (id) VALUES (?)`, event)
	return err
}

// Heard returns how often the event was written down.
func (p *Probe) Heard(ctx context.Context, event string) (int, error) {
	var n int
	err := p.host.DB.QueryRow(ctx, `SELECT count(*) FROM heard WHERE id = ?`, []any{event}, &n)
	return n, err
}

// Unsent returns how many of the probe's events the host has not yet
// recorded; -1 if that cannot be found out.
func (p *Probe) Unsent(ctx context.Context) int {
	var n int
	if p.host.DB.QueryRow(ctx, `SELECT count(*) FROM sdk_outbox`, nil, &n) != nil {
		return -1
	}
	return n
}
