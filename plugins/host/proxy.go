package host

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// answerWithin is how long a module may take, once it has the whole request,
// until it begins to answer. A stream may then last as long as it likes.
const answerWithin = 30 * time.Second

// newProxy returns the way to the module's processes, which all listen on the
// same socket, one after the other.
func (m *module) newProxy(socket string) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite:        rewrite,
		ModifyResponse: cleanAnswer,
		ErrorHandler:   m.answerFor,
		BufferPool:     &buffers,
		ErrorLog:       slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
		Transport: &replaying{module: m, transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", socket)
			},
			MaxConnsPerHost:        atOnce,
			MaxIdleConnsPerHost:    64,
			IdleConnTimeout:        90 * time.Second,
			ResponseHeaderTimeout:  answerWithin,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true,
		}},
	}
}

// rewrite makes the module's request of the asker's. The credentials stay
// here; X-Forwarded-* and the headers of the connection are already gone.
func rewrite(pr *httputil.ProxyRequest) {
	p := passageFrom(pr.In.Context())
	out := pr.Out
	out.URL.Scheme, out.URL.Host = "http", p.module.name
	out.Host = p.module.name
	if strings.Contains(out.URL.RawQuery, "access_token") {
		if query, err := url.ParseQuery(out.URL.RawQuery); err == nil {
			query.Del("access_token")
			out.URL.RawQuery = query.Encode()
		}
	}
	for name := range out.Header {
		if strings.HasPrefix(name, wire.HeaderPrefix) {
			delete(out.Header, name)
		}
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Forwarded"} {
		delete(out.Header, name)
	}
	out.Header[wire.HeaderActor] = []string{p.header}
	out.Header["X-Request-Id"] = []string{p.call.RequestID}
}

// cleanAnswer removes what only the platform may say in its own name, and sees to
// it that no shared cache keeps what was answered to somebody.
func cleanAnswer(res *http.Response) error {
	if p := passageFrom(res.Request.Context()); p.cache != "" {
		if said := res.Header.Get("Cache-Control"); !strings.Contains(said, "private") && !strings.Contains(said, "no-store") {
			res.Header.Set("Cache-Control", p.cache)
		}
	}
	for name := range res.Header {
		if strings.HasPrefix(name, wire.HeaderPrefix) || strings.HasPrefix(name, "Access-Control-") {
			delete(res.Header, name)
		}
	}
	for _, name := range []string{
		"Set-Cookie", "X-Request-Id", "Server", "Alt-Svc", "Clear-Site-Data", "Strict-Transport-Security",
	} {
		delete(res.Header, name)
	}
	return nil
}

// answerFor answers in the place of a module that did not.
func (m *module) answerFor(w http.ResponseWriter, r *http.Request, err error) {
	p := passageFrom(r.Context())
	if p.asker.Err() != nil {
		panic(http.ErrAbortHandler) // nobody is there
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		rest.WriteProblem(w, r, rest.ErrTooLarge)
		return
	}
	if !errors.Is(err, ErrUnavailable) {
		m.log.WarnContext(r.Context(), "the module did not answer", "method", r.Method, "request_id", p.call.RequestID, "error", err)
		err = ErrUnavailable.Because(err)
	}
	w.Header().Set("Retry-After", "1")
	rest.WriteProblem(w, r, err)
}

// bufferPool keeps the buffers through which bodies are copied.
type bufferPool struct{ pool sync.Pool }

const copyBuffer = 32 << 10

var buffers bufferPool

func (b *bufferPool) Get() []byte {
	if buffer, ok := b.pool.Get().(*[copyBuffer]byte); ok {
		return buffer[:]
	}
	return make([]byte, copyBuffer)
}

func (b *bufferPool) Put(buffer []byte) { b.pool.Put((*[copyBuffer]byte)(buffer)) }

var _ httputil.BufferPool = (*bufferPool)(nil)
