package accounts

import (
	"sync"
	"time"
)

// Failures of one e-mail address from one network address that are forgiven,
// and for how long further attempts are refused.
const (
	failuresForgiven = 10
	failuresKept     = 15 * time.Minute
	failuresWatched  = 50_000 // pairs in memory, some 10 MB
)

// throttle counts failed sign-ins by e-mail address and network address. It
// does so for addresses without an account too, or being throttled would tell.
// It counts in this node's memory: behind n nodes one has n times as many
// attempts, which are still too few to guess a password, and nothing is written
// for an attacker.
type throttle struct {
	now func() time.Time

	mu       sync.Mutex
	failures map[attempt]failures
}

type attempt struct{ email, address string }

type failures struct {
	count int
	since time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, failures: map[attempt]failures{}}
}

// take reports whether the attempt may be made and counts it as a failure,
// before it is known to be one: otherwise a thousand attempts at the same time
// would all be the first.
func (t *throttle) take(a attempt) bool {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.failures[a]
	if now.Sub(f.since) >= failuresKept {
		f = failures{since: now}
	}
	if f.count >= failuresForgiven {
		return false
	}
	if len(t.failures) >= failuresWatched {
		t.forget(now)
	}
	f.count++
	t.failures[a] = f
	return true
}

// succeeded forgets the failures before.
func (t *throttle) succeeded(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failures, a)
}

// forget makes room: for what is over, else for anything.
func (t *throttle) forget(now time.Time) {
	for a, f := range t.failures {
		if now.Sub(f.since) >= failuresKept {
			delete(t.failures, a)
		}
	}
	for a := range t.failures {
		if len(t.failures) < failuresWatched {
			return
		}
		delete(t.failures, a)
	}
}
