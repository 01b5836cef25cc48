package host

import (
	"sync"

	"github.com/labfilms/labfilms/core"
)

// tickets are the actor headers of the requests that a module is answering at
// this moment. A module that shows one to the host's services asks in that
// actor's name: with the grants and scopes that were checked for this very
// request, and no longer than it lasts.
type tickets struct {
	mu    sync.Mutex
	valid map[string]*ticket
}

type ticket struct {
	actor *core.Actor
	uses  int // requests with the very same header, by the same actor in the same millisecond
}

func (t *tickets) init() { t.valid = map[string]*ticket{} }

// issue makes the header good until the returned function is called.
func (t *tickets) issue(header string, actor *core.Actor) (expire func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	issued := t.valid[header]
	if issued == nil {
		issued = &ticket{actor: actor}
		t.valid[header] = issued
	}
	issued.uses++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if issued.uses--; issued.uses == 0 {
			delete(t.valid, header)
		}
	}
}

// actor returns who is asking, nil for a header that is not good or no longer.
func (t *tickets) actor(header string) *core.Actor {
	t.mu.Lock()
	defer t.mu.Unlock()
	if issued := t.valid[header]; issued != nil {
		return issued.actor
	}
	return nil
}
