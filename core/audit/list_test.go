package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/ent"
)

// someone returns a context in which an account asks that has no role.
func someone(account, person string) context.Context {
	return core.WithActor(context.Background(), &core.Actor{Account: account, Person: person})
}

// reasons returns the reasons of the entries in turn: a test's names for them.
func reasons(list core.List[*ent.AuditEntry]) string {
	var b strings.Builder
	for _, e := range list.Items {
		b.WriteString(e.Reason)
	}
	return b.String()
}

func TestWhoReadsWhatWasDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		l := newLog(t, d)
		ines, yann := someone("ines", "ines-p"), as("region_admin", "/fr/bretagne/")
		for i, e := range []struct {
			by     context.Context
			object string
			at     core.Place
		}{
			{ines, "film:1", bretagne},
			{yann, "film:1", bretagne},
			{yann, "account:ines", bretagne},
			{yann, "person:ines-p", corse},
			{ines, "film:2", corse},
			{someone("karim", ""), "person:", bretagne},
		} {
			entry := audit.Entry{Action: "noun.verb", Object: e.object, Place: e.at, Reason: string(rune('0' + i))}
			if err := record(e.by, d, l, entry); err != nil {
				t.Fatal(err)
			}
		}
		page := core.Page{Limit: 10, Count: true}
		own := core.RelationSet(core.Own)
		for name, c := range map[string]struct {
			want  string
			fault error
			got   func(ctx context.Context) (string, error)
			ctx   context.Context
		}{
			"what is one's own":                     {"01", nil, history(l, "film:1", own, page), ines},
			"what is not":                           {"", core.ErrDenied, history(l, "film:1", core.RelationSet(core.Crew), page), ines},
			"a stranger, whatever slipped in":       {"", core.ErrUnauthenticated, history(l, "film:1", own, page), context.Background()},
			"who runs the space":                    {"01", nil, history(l, "film:1", 0, page), yann},
			"done to me and by me":                  {"0234", nil, mine(l, page), ines},
			"the same under another token":          {"", core.ErrDenied, mine(l, page), token("ines", "film.*")},
			"nobody's":                              {"", core.ErrUnauthenticated, mine(l, page), context.Background()},
			"the platform has no self":              {"", core.ErrDenied, mine(l, page), core.WithActor(context.Background(), core.System())},
			"an account without a person":           {"5", nil, mine(l, page), someone("karim", "")},
			"a space, narrowed to a thing":          {"01", nil, within(l, audit.Filter{Object: "film:1"}, page), yann},
			"a space, narrowed to who did it":       {"0", nil, within(l, audit.Filter{Actor: "ines"}, page), yann},
			"a space, narrowed to a thing of Corse": {"", nil, within(l, audit.Filter{Object: "film:2"}, page), yann},
		} {
			ctx, queries := dbtest.Count(c.ctx)
			got, err := c.got(ctx)
			if got != c.want || !errors.Is(err, c.fault) {
				t.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
			}
			if n := queries.Len(); err == nil && n != 2 {
				t.Errorf("%s took %d queries", name, n)
			}
		}
	}, schema)
}

func token(account string, scopes ...string) context.Context {
	return core.WithActor(context.Background(), &core.Actor{Account: account, Scopes: scopes})
}

func history(l *audit.Log, object string, relations core.Relations, page core.Page) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		list, err := l.History(ctx, object, bretagne.Path, relations, page)
		return reasons(list), err
	}
}

func mine(l *audit.Log, page core.Page) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		list, err := l.Mine(ctx, page)
		return reasons(list), err
	}
}

func within(l *audit.Log, filter audit.Filter, page core.Page) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		list, err := l.List(ctx, core.Scope{Place: bretagne, Subtree: true}, filter, page)
		return reasons(list), err
	}
}

// The database itself refuses, whoever asks and in whatever words.
func TestNothingChangesOrRemovesAnEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(testing.TB) *db.DB) {
		d := open(t)
		l := newLog(t, d)
		admin := as("region_admin", bretagne.Path)
		if err := record(admin, d, l, audit.Entry{Action: "film.delete", Object: "film:1", Place: bretagne}); err != nil {
			t.Fatal(err)
		}
		statements := []string{
			`UPDATE audit_entries SET actor = 'nobody'`,
			`UPDATE audit_entries SET reason = reason WHERE object = 'film:1'`,
			`DELETE FROM audit_entries`,
			`DELETE FROM audit_entries WHERE object = 'film:1'`,
		}
		if d.Dialect() == db.Postgres {
			statements = append(statements, `TRUNCATE audit_entries`)
		} else {
			statements = append(statements, `REPLACE INTO audit_entries SELECT * FROM audit_entries`)
		}
		for _, statement := range statements {
			err := d.Write(admin, func(ctx context.Context) error {
				_, err := d.Exec(ctx, statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		list, err := l.List(admin, core.Scope{Place: bretagne}, audit.Filter{}, core.Page{Limit: 10})
		if err != nil || len(list.Items) != 1 || list.Items[0].Actor != "account" {
			t.Errorf("what is left: %v, %v", list.Items, err)
		}
	}, schema)
}
