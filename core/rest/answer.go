package rest

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"

	"github.com/labfilms/labfilms/core"
)

// answer is the one door through which an API's answers leave. Nothing leaves
// before the first byte of a body, a flush or the end; then an answer that
// succeeds with the permission unchecked, and what the mux says where no
// operation matched, leave as problems instead.
type answer struct {
	http.ResponseWriter
	request *http.Request
	body    []byte      // of the request, where it was read ahead
	header  http.Header // of the operation, until it leaves
	status  int         // 0 until it is known
	kept    *bytes.Buffer
	matched bool // an operation took the request
	left    bool // the header is out
	refused bool // a problem left instead; the operation writes into the void
}

// Header returns the header of the answer.
func (a *answer) Header() http.Header {
	if a.left {
		return a.ResponseWriter.Header() // trailers
	}
	return a.header
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		if a.kept == nil && !a.left {
			maps.Copy(a.ResponseWriter.Header(), a.header)
			a.ResponseWriter.WriteHeader(status)
		}
		return
	}
	if a.status == 0 {
		a.status = status
	}
}

// Write writes a part of the body.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.kept != nil {
		return a.kept.Write(b)
	}
	if !a.leave() {
		return len(b), nil
	}
	return a.ResponseWriter.Write(b)
}

// ReadFrom lets files go out without passing through memory.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	a.WriteHeader(http.StatusOK)
	if a.kept != nil {
		return a.kept.ReadFrom(r)
	}
	if !a.leave() {
		return io.Copy(io.Discard, r)
	}
	return io.Copy(a.ResponseWriter, r)
}

// FlushError sends what there is.
func (a *answer) FlushError() error {
	a.WriteHeader(http.StatusOK)
	if a.kept != nil || !a.leave() {
		return nil
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Flush is FlushError for those who ask for an http.Flusher.
func (a *answer) Flush() { _ = a.FlushError() }

// Hijack hands over the connection, if the permission was checked.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.WriteHeader(http.StatusSwitchingProtocols)
	if err := a.refusal(); err != nil {
		return nil, nil, err
	}
	a.left = true
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// refusal returns why the answer may not leave as it is.
func (a *answer) refusal() error {
	switch {
	case !a.matched && a.status == http.StatusMethodNotAllowed:
		return ErrMethodNotAllowed
	case !a.matched:
		return ErrNotFound
	case a.status < 400:
		return core.GuardFrom(a.request.Context()).Err()
	default:
		return nil
	}
}

// leave sends the header, once, and reports whether the body may follow.
func (a *answer) leave() bool {
	if a.left {
		return !a.refused
	}
	a.WriteHeader(http.StatusOK)
	if err := a.refusal(); err != nil {
		a.refuse(err)
		return false
	}
	a.left = true
	if a.status == http.StatusNotModified || a.status == http.StatusNoContent {
		a.header.Del("Content-Type")
	}
	out := a.ResponseWriter.Header()
	for name, values := range a.header {
		if name == "Vary" || name == "Link" || name == "Set-Cookie" {
			out[name] = append(out[name], values...)
		} else {
			out[name] = values
		}
	}
	a.ResponseWriter.WriteHeader(a.status)
	return true
}

// refuse lets a problem leave in place of the answer, of which only Allow and
// Accept stay.
func (a *answer) refuse(err error) {
	a.kept, a.left, a.refused = nil, true, true
	for _, name := range []string{"Allow", "Accept"} {
		if values := a.header.Values(name); values != nil {
			a.ResponseWriter.Header()[name] = values
		}
	}
	WriteProblem(a.ResponseWriter, a.request, err)
}

// keep holds the answer back until release or refuse.
func (a *answer) keep() { a.kept = &bytes.Buffer{} }

// release lets go what was kept.
func (a *answer) release() {
	body := a.kept.Bytes()
	a.kept = nil
	if a.leave() && len(body) > 0 {
		_, _ = a.ResponseWriter.Write(body)
	}
}
