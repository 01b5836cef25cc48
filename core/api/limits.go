package api

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

// Limits says how many requests one asker may make in a minute, by the class
// of the request. Zero takes the default; a negative number is no limit. They
// are counted in each node for itself.
type Limits struct {
	Read  int // GET and HEAD; default 3,000
	Write int // everything else; default 600
	Auth  int // sign-ins, and credentials that do not hold, by address; default 60
}

// limiter counts requests by asker in token buckets that fill steadily.
type limiter struct {
	perMinute map[string]int
	now       func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(l Limits, now func() time.Time) *limiter {
	or := func(n, fallback int) int {
		if n == 0 {
			return fallback
		}
		return n
	}
	return &limiter{
		perMinute: map[string]int{"read": or(l.Read, 3000), "write": or(l.Write, 600), "auth": or(l.Auth, 60)},
		now:       now, buckets: map[string]*bucket{}, swept: now(),
	}
}

// take counts one request and returns how many are left, and how long until
// the next one is allowed if none was.
func (l *limiter) take(class, asker string) (left int, wait time.Duration) {
	most := float64(l.perMinute[class])
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		// A bucket untouched for a minute is full again, which is what a new one is.
		for key, b := range l.buckets {
			if now.Sub(b.at) > time.Minute {
				delete(l.buckets, key)
			}
		}
		l.swept = now
	}
	key := class + " " + asker
	b := l.buckets[key]
	if b == nil {
		b = &bucket{tokens: most, at: now}
		l.buckets[key] = b
	}
	b.tokens = min(most, b.tokens+now.Sub(b.at).Minutes()*most)
	b.at = now
	if b.tokens < 1 {
		return 0, time.Duration((1 - b.tokens) / most * float64(time.Minute))
	}
	b.tokens--
	return int(b.tokens), 0
}

// count takes one request of the class, tells the asker in the headers how
// many are left, and reports whether it is allowed.
func (l *limiter) count(w http.ResponseWriter, class, asker string) bool {
	most := l.perMinute[class]
	if most < 0 {
		return true
	}
	left, wait := l.take(class, asker)
	h := w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"%s";q=%d;w=60`, class, most))
	h.Set("RateLimit", fmt.Sprintf(`"%s";r=%d;t=%d`, class, left, int(math.Ceil(60*float64(most-left)/float64(most)))))
	if wait > 0 {
		h.Set("Retry-After", fmt.Sprint(int(math.Ceil(wait.Seconds()))))
	}
	return wait == 0
}

// limited answers 429 to whoever asks too often.
func (a *API) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		class := limitClass(r)
		asker := core.ActorFrom(r.Context()).Account
		if asker == "" || class == "auth" {
			asker = address(r)
		}
		if !a.limits.count(w, class, asker) {
			rest.WriteProblem(w, r, rest.ErrTooMany)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func limitClass(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/auth/"):
		return "auth"
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return "read"
	default:
		return "write"
	}
}

// address returns the asker's address; of IPv6 the /64, since one household
// has all of it.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Is4() || ip.Is4In6() {
		return host
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return prefix.String()
}
