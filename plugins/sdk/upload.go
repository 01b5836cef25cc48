package sdk

import (
	"io"

	"github.com/danielgtaylor/huma/v2"
)

// Upload is a body that the handler reads as it comes in, without the whole of
// it ever being in memory. Embed it in the input, and say so in the operation:
//
//	RequestBody: sdk.UploadBody("video/mp4"), MaxBodyBytes: 8 << 30,
//
// The platform ends the request that sends more than MaxBodyBytes.
type Upload struct {
	body io.Reader
}

// Read reads the body.
func (u *Upload) Read(p []byte) (int, error) { return u.body.Read(p) }

// Resolve is called by Huma with the request.
func (u *Upload) Resolve(ctx huma.Context) []error {
	u.body = ctx.BodyReader()
	return nil
}

// UploadBody documents a body of bytes of one of these media types.
func UploadBody(types ...string) *huma.RequestBody {
	content := make(map[string]*huma.MediaType, len(types))
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return &huma.RequestBody{Required: true, Content: content}
}

var _ huma.Resolver = (*Upload)(nil)
