package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxAttempts = 4
	endsWithin  = 250 * time.Millisecond // from a broken connection to the end of its process
	maxWhole    = 256 << 10              // bytes of an answer that is held until it is complete
)

// replaying sends a request to the module's process, and again to the next
// process where the first one ended before it had answered. Only a request
// whose passage replays is sent again.
type replaying struct {
	module    *module
	transport *http.Transport
}

// RoundTrip returns the module's answer. An answer to a GET in JSON is
// complete when it is returned, up to 256 KiB: half of a document would be of
// no use to anybody, and the whole can still be had from the next process.
func (t *replaying) RoundTrip(req *http.Request) (*http.Response, error) {
	p := passageFrom(req.Context())
	for attempt := 1; ; attempt++ {
		inst, err := t.instance(req.Context())
		if err != nil {
			return nil, err
		}
		res, err := t.once(req, p, inst)
		if err == nil {
			return res, nil
		}
		if !p.replays || attempt == maxAttempts || !broken(err) || !ends(req.Context(), inst) {
			return nil, err
		}
	}
}

// instance returns the process that serves, waiting for it a while.
func (t *replaying) instance(ctx context.Context) (*instance, error) {
	if inst := t.module.current.Load(); inst != nil {
		return inst, nil
	}
	ctx, cancel := context.WithTimeout(ctx, waitWithin)
	defer cancel()
	return t.module.await(ctx)
}

func (t *replaying) once(req *http.Request, p *passage, inst *instance) (*http.Response, error) {
	// A connection that the process had not yet accepted waits in the kernel
	// for the next one, but not for ever.
	stop := context.AfterFunc(inst.abandoned, p.abandon)
	defer stop()
	sent := req.WithContext(silent{req.Context()})
	if p.replays && p.body != nil {
		sent.Body = io.NopCloser(bytes.NewReader(p.body))
	}
	res, err := t.transport.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	if req.Method == http.MethodGet && p.replays && isJSON(res) {
		return complete(res)
	}
	return res, nil
}

// broken reports whether the connection failed, rather than time ran out or
// the module sent what is not HTTP.
func broken(err error) bool {
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		return false
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// ends reports whether the process has ended or is about to: a connection may
// break some microseconds before its process is known to be gone.
func ends(ctx context.Context, inst *instance) bool {
	late := time.NewTimer(endsWithin)
	defer late.Stop()
	select {
	case <-inst.gone:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// close closes the connections that nobody uses.
func (t *replaying) close() { t.transport.CloseIdleConnections() }

// silent hides the trace that ReverseProxy sets to pass on informational
// answers (103 Early Hints): their headers would bypass cleanAnswer.
type silent struct{ context.Context }

func (c silent) Value(key any) any {
	value := c.Context.Value(key)
	if _, ok := value.(*httptrace.ClientTrace); ok {
		return nil
	}
	return value
}

func isJSON(res *http.Response) bool {
	if res.ContentLength > maxWhole || res.StatusCode == http.StatusSwitchingProtocols {
		return false
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

// whole is a body that has been read already.
type whole struct {
	bytes.Reader
	buffer *bytes.Buffer
}

var wholes = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Close gives the buffer back.
func (w *whole) Close() error {
	if w.buffer != nil {
		wholes.Put(w.buffer)
		w.buffer = nil
		w.Reset(nil)
	}
	return nil
}

// complete reads the body of the answer. One that is longer than it may be
// goes on as the stream that it is.
func complete(res *http.Response) (*http.Response, error) {
	buffer := wholes.Get().(*bytes.Buffer)
	buffer.Reset()
	n, err := buffer.ReadFrom(io.LimitReader(res.Body, maxWhole+1))
	if err != nil {
		wholes.Put(buffer)
		return nil, errors.Join(err, res.Body.Close())
	}
	if n > maxWhole {
		rest := res.Body
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(buffer, rest), rest}
		return res, nil
	}
	if err := res.Body.Close(); err != nil {
		wholes.Put(buffer)
		return nil, err
	}
	body := &whole{buffer: buffer}
	body.Reset(buffer.Bytes())
	res.Body, res.ContentLength, res.TransferEncoding = body, n, nil
	res.Header.Set("Content-Length", strconv.FormatInt(n, 10))
	return res, nil
}
