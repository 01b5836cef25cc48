package wire

import (
	"time"

	"github.com/labfilms/labfilms/core"
)

// FromEvent returns the event as it travels. The path of its place does not.
func FromEvent(e core.Event) *Event {
	return &Event{
		Id: e.ID, Type: e.Type, Source: e.Source, Subject: e.Subject,
		Network: e.Place.Network, Region: e.Place.Region, Space: e.Place.Space,
		AtUnixMicro: e.At.UnixMicro(), Actor: e.Actor, Data: e.Data,
	}
}

// Core returns the event that travelled.
func (e *Event) Core() core.Event {
	return core.Event{
		ID: e.GetId(), Type: e.GetType(), Source: e.GetSource(), Subject: e.GetSubject(),
		Place: core.Place{Network: e.GetNetwork(), Region: e.GetRegion(), Space: e.GetSpace()},
		At:    time.UnixMicro(e.GetAtUnixMicro()).UTC(), Actor: e.GetActor(), Data: e.GetData(),
	}
}
