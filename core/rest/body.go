package rest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/labfilms/labfilms/core"
)

// body is a request's body whose failures are faults, whoever reads it.
type body struct{ io.ReadCloser }

// Read returns [ErrTooLarge], [ErrBodyTimeout] or [ErrMalformed] for a body
// that cannot be read to its end.
func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	var (
		tooBig *http.MaxBytesError
		late   net.Error
	)
	switch {
	case errors.As(err, &tooBig):
		return n, ErrTooLarge
	case errors.As(err, &late) && late.Timeout():
		return n, ErrBodyTimeout
	default:
		return n, ErrMalformed.Because(fmt.Errorf("read the body: %w", err))
	}
}

// parseForm parses a form of several parts. Huma finds it parsed, and its
// files are where removeForm finds them: net/http removes only those of the
// request that it made itself, and Huma none.
func parseForm(r *http.Request) error {
	if err := r.ParseMultipartForm(humago.MultipartMaxMemory); err != nil {
		var fault *core.Fault
		if errors.As(err, &fault) {
			return fault
		}
		return ErrMalformed.Because(fmt.Errorf("parse the form: %w", err))
	}
	var bad []core.Reason
	for name, values := range r.MultipartForm.Value {
		for _, value := range append(values, name) {
			if !text(value) {
				bad = append(bad, notText("form", name))
			}
		}
	}
	for name, files := range r.MultipartForm.File {
		for _, file := range files {
			if !text(file.Filename) || !text(name) {
				bad = append(bad, notText("form", name))
			}
		}
	}
	if bad != nil {
		return ErrNotText.With(bad...)
	}
	return nil
}

// removeForm removes the files that parseForm made.
func removeForm(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
}
