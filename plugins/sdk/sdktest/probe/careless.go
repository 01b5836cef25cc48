package probe

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// Careless returns a module that does each thing wrongly that the conformance
// suite looks for, but for the checks that [Forgetful] forgets.
func Careless() sdk.Module { return &careless{Probe: &Probe{}} }

type careless struct {
	*Probe
	told int
}

// Manifest is the probe's.
func (c *careless) Manifest() sdk.Manifest { return c.Probe.Manifest() }

// Register registers operations that break on bad input, that do not notice
// that nobody reads any more, and that keep a whole upload in memory.
func (c *careless) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "break", Method: http.MethodPost, Path: "/break",
		Summary: "Break on bad input", Extensions: sdk.Permission("probe.bytes.create"),
	}, func(_ context.Context, in *struct {
		Body struct {
			Numbers []int `json:"numbers" minItems:"0"`
		}
	},
	) (*struct{}, error) {
		_ = in.Body.Numbers[0]
		return nil, nil
	})
	sse.Register(api, huma.Operation{
		OperationID: "follow-for-ever", Method: http.MethodGet, Path: "/stream",
		Summary: "Stay for ever", Extensions: sdk.Permission("probe.stream.read"),
	}, map[string]any{"opened": Opened{}}, func(_ context.Context, _ *struct{}, send sse.Sender) {
		if send.Data(Opened{}) == nil {
			select {}
		}
	})
	huma.Register(api, huma.Operation{
		OperationID: "keep-bytes", Method: http.MethodPut, Path: "/bytes",
		Summary: "Keep the bytes of the body", Extensions: sdk.Permission("probe.bytes.create"),
		RequestBody: sdk.UploadBody("application/octet-stream"), MaxBodyBytes: MaxBytes,
	}, func(_ context.Context, in *putBytesInput) (*putBytesOutput, error) {
		body, err := io.ReadAll(&in.Upload)
		out := &putBytesOutput{}
		out.Body.Bytes = int64(len(body))
		return out, err
	})
}

// On takes an event the first time only. That it was taken is lost, for it was
// written outside of the transaction that the SDK opened.
func (c *careless) On(ctx context.Context, e sdk.Event) error {
	c.told++
	if c.told%2 == 1 {
		return ErrNoteMissing
	}
	return c.Probe.On(ctx, e)
}
