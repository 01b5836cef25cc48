package audit

import (
	"context"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/auditentry"
)

// Filter narrows a list of entries.
type Filter struct {
	Object string // noun:id; empty for all
	Actor  string // id of the account; empty for all
}

// List returns the entries of what scope covers, in the order in which they
// were made or, with the page's sort "-at", the newest first: action audit.read
// at the scope's path.
func (l *Log) List(ctx context.Context, scope core.Scope, filter Filter, page core.Page) (core.List[*ent.AuditEntry], error) {
	if err := l.gate.Check(ctx, "audit.read", scope.Path, nothing); err != nil {
		return core.List[*ent.AuditEntry]{}, err
	}
	query := l.store.From(ctx).AuditEntry.Query()
	if filter.Object != "" {
		query.Where(auditentry.Object(filter.Object))
	}
	if filter.Actor != "" {
		query.Where(auditentry.Actor(filter.Actor))
	}
	if filter == (Filter{}) {
		query.Where(db.In(scope))
	} else {
		query.Where(among(scope))
	}
	return l.page(ctx, query, page)
}

// among is [db.In] for what an index of its own has narrowed already. SQLite
// knows nothing of how many rows there are, and would walk through all that was
// ever done in a region to find what was done to one film.
func among(scope core.Scope) func(*entsql.Selector) {
	column := auditentry.FieldSpaceID
	switch {
	case scope.Subtree && scope.Level() == core.Network:
		column = auditentry.FieldNetworkID
	case scope.Subtree && scope.Level() == core.Region:
		column = auditentry.FieldRegionID
	}
	return func(s *entsql.Selector) {
		s.Where(entsql.P(func(b *entsql.Builder) { b.Ident(s.C(column)).WriteString(" || '' = ").Arg(scope.Space) }))
	}
}

// nothing: an entry has no relation to anybody.
const nothing core.Relations = 0

// History returns what was done to one thing ("film:0192…"), in the order of
// List: action audit.read at the path of its home, given what the actor is to
// it, which is for the caller to know.
func (l *Log) History(ctx context.Context, object, path string, relations core.Relations, page core.Page) (core.List[*ent.AuditEntry], error) {
	if err := l.gate.Check(ctx, "audit.read", path, relations); err != nil {
		return core.List[*ent.AuditEntry]{}, err
	}
	return l.page(ctx, l.store.From(ctx).AuditEntry.Query().Where(auditentry.Object(object)), page)
}

// Mine returns what was done to the asker's account and person, and what the
// asker did, in the order of List: action audit.read.
func (l *Log) Mine(ctx context.Context, page core.Page) (core.List[*ent.AuditEntry], error) {
	if err := l.gate.Check(ctx, "audit.read", "", core.RelationSet(core.Self)); err != nil {
		return core.List[*ent.AuditEntry]{}, err
	}
	actor := core.ActorFrom(ctx)
	if actor.Account == "" {
		return core.List[*ent.AuditEntry]{}, core.ErrDenied // the platform itself has no self
	}
	return l.page(ctx, l.store.From(ctx).AuditEntry.Query().Where(auditentry.Or(
		auditentry.ObjectIn("account:"+actor.Account, "person:"+actor.Person),
		auditentry.Actor(actor.Account),
	)), page)
}

func (l *Log) page(ctx context.Context, query *ent.AuditEntryQuery, page core.Page) (core.List[*ent.AuditEntry], error) {
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, auditentry.FieldAt)).All(ctx)
	if err != nil {
		return core.List[*ent.AuditEntry]{}, fmt.Errorf("audit: %w", err)
	}
	list := db.ListOf(rows, page, func(e *ent.AuditEntry) core.Key { return db.KeyOf(e.At, e.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return core.List[*ent.AuditEntry]{}, fmt.Errorf("audit: %w", err)
		}
		list.Total = &total
	}
	return list, nil
}
