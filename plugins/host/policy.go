package host

import (
	"context"
	"errors"

	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// policy returns the module's present table.
func (h *Host) policy(module string) *wire.Policy {
	return wire.FromTable(h.policyVersion.Load(), h.opts.Gate.Table(module))
}

// UpdatePolicy tells the modules that run what they may allow, after the gate
// has changed. One that is starting is told by its configuration.
func (h *Host) UpdatePolicy(ctx context.Context) error {
	h.policyVersion.Add(1)
	var wrong error
	for _, m := range h.modules {
		if inst := m.current.Load(); inst != nil {
			_, err := inst.remote.UpdatePolicy(ctx, h.policy(m.name))
			wrong = errors.Join(wrong, err)
		}
	}
	return wrong
}
