package rest

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// request is what is known of a request wherever it goes.
type request struct {
	id, locale string
	log        *slog.Logger
}

type requestKey struct{}

// begin returns r with what is known of it, found out at the first call. log
// is used by whoever has none of its own.
func begin(r *http.Request, log *slog.Logger) (*http.Request, *request) {
	if known, ok := r.Context().Value(requestKey{}).(*request); ok {
		if known.log == nil {
			known.log = log
		}
		return r, known
	}
	id := r.Header.Get("X-Request-Id")
	if !safeID(id) {
		id = newID()
	}
	known := &request{id: id, locale: preferred(r.Header.Values("Accept-Language")), log: log}
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, known)), known
}

func requestFrom(ctx context.Context) *request {
	if known, ok := ctx.Value(requestKey{}).(*request); ok {
		return known
	}
	return &request{locale: "en"}
}

func (r *request) logger() *slog.Logger {
	if r.log == nil {
		return slog.Default()
	}
	return r.log
}

// RequestIDFrom returns the request's id, "" outside of a request.
func RequestIDFrom(ctx context.Context) string { return requestFrom(ctx).id }

// Locale returns the language to speak to whoever asks: "fr" or "en".
func Locale(ctx context.Context) string { return requestFrom(ctx).locale }

// newID returns a UUIDv7.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("rest: no randomness: " + err.Error())
	}
	return id.String()
}

// safeID reports whether an id that came with the request may be kept: it ends
// up in logs and headers, so it is short and plain.
func safeID(id string) bool {
	if len(id) == 0 || len(id) > 128 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// preferred returns the language of ours that an Accept-Language likes best,
// the first of equals; English for programs, which send none.
func preferred(accept []string) string {
	best, quality := "en", 0.0
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			tag, params, _ := strings.Cut(part, ";")
			tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
			q := 1.0
			if value, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
				var err error
				if q, err = strconv.ParseFloat(value, 64); err != nil {
					continue
				}
			}
			if (tag == "fr" || tag == "en") && q > quality {
				best, quality = tag, q
			}
		}
	}
	return best
}
