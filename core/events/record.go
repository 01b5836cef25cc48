package events

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/outbox"
)

// SourceCore is the source of the events that the areas of core record. Those
// of a module have its name.
const SourceCore = "core"

// ErrInvalid is the fault of an event that cannot be kept.
var ErrInvalid = &core.Fault{
	Kind: core.Invalid, Code: "event_invalid",
	EN: "The event is incomplete or not well-formed.",
	FR: "L'événement est incomplet ou mal formé.",
}

// typePattern is a type: words with dots between, and the version.
var typePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*$`)

// Record keeps an event of core in the transaction of ctx, which an area has
// opened for the change that the event tells of; without one it returns
// [db.ErrReadOnly]. It fills in the id, the source, the time and the actor.
func (l *Log) Record(ctx context.Context, e core.Event) error {
	d := l.store.DB()
	e.ID, e.Source, e.At, e.Actor = db.NewID(), SourceCore, d.Now(), core.ActorFrom(ctx).Account
	if err := valid(e); err != nil {
		return err
	}
	if err := l.create(ctx, e).Exec(ctx); err != nil {
		return fmt.Errorf("events: record %s: %w", e.Type, err)
	}
	d.AfterCommit(ctx, l.Wake)
	return nil
}

// Accept keeps an event that a module has recorded. The host has made sure of
// its source. An event that was accepted before, by its source and id, is
// taken for the same and kept once. It returns ErrInvalid for one that cannot
// be kept, however often it is sent.
func (l *Log) Accept(ctx context.Context, e core.Event) error {
	if e.Source == SourceCore {
		return ErrInvalid.With(core.Reason{
			Pointer: "/source", Code: "reserved",
			EN: "This source is the core's own.", FR: "Cette source est réservée au noyau.",
		})
	}
	if err := valid(e); err != nil {
		return err
	}
	d := l.store.DB()
	return d.Write(ctx, func(ctx context.Context) error {
		err := l.create(ctx, e).
			OnConflictColumns(outbox.FieldSource, outbox.FieldEventID).DoNothing().
			Exec(ctx)
		if errors.Is(err, sql.ErrNoRows) { // ent's answer where nothing was inserted
			return nil
		}
		if err != nil {
			return fmt.Errorf("events: accept %s: %w", e.Type, err)
		}
		d.AfterCommit(ctx, l.Wake)
		return nil
	})
}

func (l *Log) create(ctx context.Context, e core.Event) *ent.OutboxCreate {
	return l.store.From(ctx).Outbox.Create().
		SetEventID(e.ID).
		SetSource(e.Source).
		SetType(e.Type).
		SetSubject(e.Subject).
		SetNetworkID(e.Place.Network).SetRegionID(e.Place.Region).SetSpaceID(e.Place.Space).
		SetActor(e.Actor).
		SetData(string(e.Data)).
		SetAt(e.At)
}

// valid returns ErrInvalid with all the reasons why e cannot be kept.
func valid(e core.Event) error {
	var reasons []core.Reason
	wrong := func(ok bool, pointer string) {
		if !ok {
			reasons = append(reasons, core.Reason{
				Pointer: pointer, Code: "malformed",
				EN: "This field is missing or not well-formed.", FR: "Ce champ est absent ou mal formé.",
			})
		}
	}
	wrong(name(e.ID, 64), "/id")
	wrong(len(e.Type) <= 128 && typePattern.MatchString(e.Type), "/type")
	wrong(name(e.Source, 64), "/source")
	wrong(name(e.Subject, 64), "/subject")
	wrong(!e.At.IsZero(), "/time")
	wrong(len(e.Place.Network) <= 36 && len(e.Place.Region) <= 36 && len(e.Place.Space) <= 36, "/place")
	wrong(len(e.Actor) <= 36, "/actor")
	wrong(len(e.Data) == 0 || json.Valid(e.Data) && utf8.Valid(e.Data), "/data")
	if reasons == nil {
		return nil
	}
	return ErrInvalid.With(reasons...)
}

// name reports whether s is printable ASCII without spaces, of 1 to longest
// characters.
func name(s string, longest int) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return s != "" && len(s) <= longest
}

// event returns a row as what it was.
func event(row *ent.Outbox) core.Event {
	e := core.Event{
		ID: row.EventID, Type: row.Type, Source: row.Source, Subject: row.Subject,
		Place: core.Place{Network: row.NetworkID, Region: row.RegionID, Space: row.SpaceID},
		At:    row.At, Actor: row.Actor,
	}
	if row.Data != "" {
		e.Data = json.RawMessage(row.Data)
	}
	return e
}
