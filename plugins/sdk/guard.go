package sdk

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

type middleware = func(ctx huma.Context, next func(huma.Context))

func middlewares(m ...middleware) []middleware { return m }

// ask asks the policy where no relation matters: roles that never may do what
// the operation declares are refused here, for roles that always may the
// request's guard is told so. For all others the guard, which core/rest has
// told what to expect, stops what the handler does before it has asked.
func (i *instance) ask(ctx huma.Context, next func(huma.Context)) {
	actor, guard := ActorFrom(ctx.Context()), core.GuardFrom(ctx.Context())
	actor.guard = guard
	action, _ := ctx.Operation().Extensions["x-permission"].(string)
	if action == "" {
		next(ctx)
		return
	}
	switch when := actor.When(action); {
	case when.Never():
		r, w := humago.Unwrap(ctx)
		rest.WriteProblem(w, r, actor.Check(action))
		return
	case when.Always():
		guard.Asked(action)
	}
	next(ctx)
}

// endStreams ends a server-sent stream when the module is drained: its client
// comes again, and finds the next process.
func (i *instance) endStreams(ctx huma.Context, next func(huma.Context)) {
	if !streams(ctx.Operation()) {
		next(ctx)
		return
	}
	inner, cancel := context.WithCancel(ctx.Context())
	defer cancel()
	go func() {
		select {
		case <-i.draining:
			cancel()
		case <-inner.Done():
		}
	}()
	next(huma.WithContext(ctx, inner))
}

func streams(op *huma.Operation) bool {
	for _, response := range op.Responses {
		if _, ok := response.Content["text/event-stream"]; ok {
			return true
		}
	}
	return false
}
