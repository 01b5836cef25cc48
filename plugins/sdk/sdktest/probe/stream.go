package probe

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// MaxBytes is the most that the upload takes.
const MaxBytes = 128 << 20

func (p *Probe) registerStreams(api huma.API) {
	sse.Register(api, huma.Operation{
		OperationID: "follow-notes", Method: http.MethodGet, Path: "/stream",
		Summary: "Be told that the stream is open, and stay", Extensions: sdk.Permission("probe.stream.read"),
	}, map[string]any{"opened": Opened{}}, p.follow)
	huma.Register(api, huma.Operation{
		OperationID: "put-bytes", Method: http.MethodPut, Path: "/bytes",
		Summary: "Count the bytes of the body", Extensions: sdk.Permission("probe.bytes.create"),
		RequestBody: sdk.UploadBody("application/octet-stream"), MaxBodyBytes: MaxBytes,
	}, p.putBytes)
	huma.Register(api, huma.Operation{
		OperationID: "wait", Method: http.MethodGet, Path: "/wait",
		Summary: "Answer late, or never if the asker gives up", Extensions: sdk.Permission("probe.stream.read"),
	}, p.wait)
}

// Opened is the first event of the stream.
type Opened struct {
	Person string `json:"person"`
}

func (p *Probe) follow(ctx context.Context, _ *struct{}, send sse.Sender) {
	if err := send.Data(Opened{Person: sdk.ActorFrom(ctx).Person}); err != nil {
		return
	}
	<-ctx.Done()
}

type putBytesInput struct{ sdk.Upload }

type putBytesOutput struct {
	Body struct {
		Bytes int64 `json:"bytes"`
	}
}

func (p *Probe) putBytes(_ context.Context, in *putBytesInput) (*putBytesOutput, error) {
	n, err := io.Copy(io.Discard, &in.Upload)
	out := &putBytesOutput{}
	out.Body.Bytes = n
	return out, err
}

type waitInput struct {
	Milliseconds int `query:"ms" minimum:"0" maximum:"60000"`
}

// wait notes in the table heard that it has begun ("waiting"), and that the
// asker is gone before the time ("gone").
func (p *Probe) wait(ctx context.Context, in *waitInput) (*struct{}, error) {
	if err := p.write(ctx, "waiting"); err != nil {
		return nil, err
	}
	late := time.NewTimer(time.Duration(in.Milliseconds) * time.Millisecond)
	defer late.Stop()
	select {
	case <-late.C:
		return nil, nil
	case <-ctx.Done():
		return nil, p.write(context.WithoutCancel(ctx), "gone")
	}
}
