package rest

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RequestID gives the request its id and answers with it. An id that comes
// with the request is kept if it is short and plain, so that a proxy in front
// and a module behind speak of the same request.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, known := begin(r, nil)
		w.Header().Set("X-Request-Id", known.id)
		next.ServeHTTP(w, r)
	})
}

// SecurityHeaders tells browsers to take answers for what they say they are
// and to do nothing with them. A page that is meant to be looked at sets its
// own Content-Security-Policy.
func SecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// CleanPath refuses a path that is not written in its plain form, with
// [ErrPath]: what one layer would read in another way than the next, nobody
// reads at all.
func CleanPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := cleanPath(r.URL); err != nil {
			WriteProblem(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cleanPath returns ErrPath for empty and dot segments, backslashes, encoded
// slashes, control characters and bytes that are not UTF-8.
func cleanPath(u *url.URL) error {
	if !strings.HasPrefix(u.Path, "/") || !text(u.Path) {
		return ErrPath
	}
	if u.RawPath != "" { // it is written in another way than Go would write it
		lower := strings.ToLower(u.RawPath)
		if strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") {
			return ErrPath
		}
	}
	if strings.Contains(u.Path, "//") {
		return ErrPath
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return ErrPath
		}
	}
	for _, c := range u.Path {
		if c < ' ' || c == 0x7f || c == '\\' {
			return ErrPath
		}
	}
	return nil
}

// Bodies gives the body of a request this long to arrive, and refuses one where
// none has a meaning, with [ErrBodyUnexpected]: nobody takes up a place by being
// slow. Whoever takes large bodies gives them longer, with
// [http.ResponseController.SetReadDeadline].
func Bodies(within time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength == 0 {
				next.ServeHTTP(w, r)
				return
			}
			control := http.NewResponseController(w)
			// Where there is no connection, as in a test, nobody is slow.
			_ = control.SetReadDeadline(time.Now().Add(within))
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				// What is still to come is not waited for.
				_ = control.SetReadDeadline(time.Now())
				w.Header().Set("Connection", "close")
				WriteProblem(w, r, ErrBodyUnexpected)
				return
			}
			r.Body = arriving{r.Body, control}
			next.ServeHTTP(w, r)
		})
	}
}

// arriving is a body that has until a deadline to arrive. What is done with it
// then has no such end.
type arriving struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b arriving) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// LimitBody refuses a body of more than n bytes, with [ErrTooLarge], whoever
// reads it. A body of exactly n bytes passes.
func LimitBody(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > n {
				w.Header().Set("Connection", "close")
				WriteProblem(w, r, ErrTooLarge)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, n)
			next.ServeHTTP(w, r)
		})
	}
}

// Recover answers a panic with a problem and writes it to log.
func Recover(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, _ = begin(r, log)
			watched := &watched{ResponseWriter: w}
			defer func() {
				if v := recover(); v != nil {
					rescue(v, watched.status != 0, func(err error) { WriteProblem(w, r, err) }, r)
				}
			}()
			next.ServeHTTP(watched, r)
		})
	}
}

// Logged writes one line to log for each request: never its query or body,
// which may hold what is private.
func Logged(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, known := begin(r, log)
			watched, start := &watched{ResponseWriter: w}, time.Now()
			defer func() {
				log.LogAttrs(r.Context(), slog.LevelInfo, "request",
					slog.String("method", r.Method), slog.String("path", r.URL.Path),
					slog.Int("status", watched.status), slog.Int64("bytes", watched.bytes),
					slog.Duration("took", time.Since(start)), slog.String("request_id", known.id))
			}()
			next.ServeHTTP(watched, r)
		})
	}
}

// watched remembers what was answered.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush is for those who ask for an http.Flusher.
func (w *watched) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// CORS lets the pages of these origins call the API from a browser, with
// their cookies. An origin is written as browsers write it: https://example.org.
func CORS(origins []string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Add("Vary", "Origin")
			origin := r.Header.Get("Origin")
			if !slices.Contains(origins, origin) {
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
			if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
				h.Set("Access-Control-Expose-Headers", "ETag, Location, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, "+replayedHeader)
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, X-Request-Id, "+onceHeader)
			h.Set("Access-Control-Max-Age", strconv.Itoa(int((10 * time.Minute).Seconds())))
			w.WriteHeader(http.StatusNoContent)
		})
	}
}
