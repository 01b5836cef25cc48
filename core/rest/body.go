package rest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// body is a request's body whose failures are faults, whoever reads it. The
// first one is noted in the answer, for those who lose it on the way.
type body struct {
	io.ReadCloser
	answer *answer
}

// Read returns [ErrTooLarge], [ErrBodyTimeout] or [ErrMalformed] for a body
// that cannot be read to its end.
func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil || err == io.EOF { //nolint:errorlint // readers return it as it is
		return n, err
	}
	var (
		tooBig *http.MaxBytesError
		late   net.Error
	)
	switch {
	case errors.As(err, &tooBig):
		err = ErrTooLarge
	case errors.As(err, &late) && late.Timeout():
		err = ErrBodyTimeout
	default:
		err = ErrMalformed.Because(fmt.Errorf("read the body: %w", err))
	}
	if b.answer.unread == nil {
		b.answer.unread = err
	}
	return n, err
}
