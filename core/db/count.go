package db

import (
	"context"
	"slices"
	"sync"
)

// Counter keeps the statements that were run under its context, so that a test
// can hold how many a list takes. The methods of a nil Counter do nothing.
type Counter struct {
	mu      sync.Mutex
	queries []string
}

type counterKey struct{}

// WithCounter returns a context whose statements are counted. Production has
// no use for it; tests get it from dbtest.
func WithCounter(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

func counterFrom(ctx context.Context) *Counter {
	c, _ := ctx.Value(counterKey{}).(*Counter)
	return c
}

func (c *Counter) add(query string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = append(c.queries, query)
}

// Len returns how many statements were run since the last Reset. The begin and
// the commit of a transaction are not counted.
func (c *Counter) Len() int { return len(c.Queries()) }

// Queries returns the statements themselves, in order.
func (c *Counter) Queries() []string {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.queries)
}

// Reset forgets what was counted.
func (c *Counter) Reset() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = nil
}
