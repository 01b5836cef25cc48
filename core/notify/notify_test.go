package notify_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/notify"
)

func person(ctx context.Context) string { return core.ActorFrom(ctx).Person }

// tell tells somebody, as somebody.
func tell(t *testing.T, w *coretest.World, as context.Context, notices ...notify.Notice) {
	t.Helper()
	if err := w.DB.Write(as, func(ctx context.Context) error { return w.Notify.Tell(ctx, notices...) }); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleAreToldOfWhatOthersDid(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		ines, karim := w.Actor(t, "ines", w.Bretagne), w.Actor(t, "karim", w.Bretagne)
		notice := notify.Notice{Person: person(ines), Type: "credit.proposed", Subject: "credit:1", Within: "film:1"}
		if err := w.Notify.Tell(karim, notice); !errors.Is(err, db.ErrReadOnly) {
			t.Errorf("outside of a transaction: %v", err)
		}
		unknown := notice
		unknown.Type = "credit.sneezed"
		if err := w.DB.Write(karim, func(ctx context.Context) error { return w.Notify.Tell(ctx, unknown) }); err == nil {
			t.Error("told what is in no catalogue")
		}
		nobody := notice
		nobody.Person = ""
		tell(t, w, ines, notice, nobody) // what one did oneself
		tell(t, w, karim, notice)
		list, err := w.Notify.List(ines, true, core.Page{Sort: "-at", Limit: 10})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("told %v, %v", list.Items, err)
		}
		n := list.Items[0]
		if n.Type != "credit.proposed" || n.Subject != "credit:1" || n.Within != "film:1" || n.By != person(karim) || n.ReadAt != nil || !n.At.Equal(w.Clock.Now()) {
			t.Errorf("told %v", n)
		}
		for name, ctx := range map[string]context.Context{"a visitor": coretest.Visitor(), "the platform": coretest.System()} {
			if _, err := w.Notify.List(ctx, false, core.Page{Limit: 1}); err == nil {
				t.Errorf("%s lists", name)
			}
		}
		if _, err := w.Notify.Read(karim, n.ID); !errors.Is(err, notify.ErrUnknown) {
			t.Errorf("somebody else reads it: %v", err)
		}
		for _, id := range []string{db.NewID(), "\x00", ""} {
			if _, err := w.Notify.Read(ines, id); !errors.Is(err, notify.ErrUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
		first, err := w.Notify.Read(ines, n.ID)
		if err != nil || first.ReadAt == nil {
			t.Fatalf("read %v, %v", first, err)
		}
		w.Clock.Move(time.Hour)
		if again, err := w.Notify.Read(ines, n.ID); err != nil || !again.ReadAt.Equal(*first.ReadAt) {
			t.Errorf("read again %v, %v", again, err)
		}
	})
}

func TestListsOfNotificationsHaveNoGapsAndTakeConstantQueries(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		ines, karim := w.Actor(t, "ines", w.Bretagne), w.Actor(t, "karim", w.Bretagne)
		var want []string
		for i := range 7 {
			subject := "credit:" + strconv.Itoa(i)
			tell(t, w, coretest.System(), notify.Notice{Person: person(ines), Type: "credit.proposed", Subject: subject},
				notify.Notice{Person: person(karim), Type: "credit.proposed", Subject: "credit:other"})
			want = append(want, subject)
			if i == 3 {
				w.Clock.Move(time.Minute) // the others share an instant
			}
		}
		slices.Reverse(want)
		pages := func(unread bool) (got []string, total int) {
			t.Helper()
			page := core.Page{Sort: "-at", Limit: 2, Count: true}
			for {
				ctx, queries := dbtest.Count(ines)
				list, err := w.Notify.List(ctx, unread, page)
				if err != nil {
					t.Fatal(err)
				}
				if queries.Len() != 2 {
					t.Errorf("a page took %d queries", queries.Len())
				}
				for _, n := range list.Items {
					got = append(got, n.Subject)
				}
				total = *list.Total
				if list.Next == nil {
					return got, total
				}
				page.After = list.Next
			}
		}
		if got, total := pages(false); !slices.Equal(got, want) || total != 7 {
			t.Errorf("%v of %d", got, total)
		}
		// What was told in the minute before is read; what came since is not.
		if n, err := w.Notify.ReadAll(ines, w.Clock.Now().Add(-time.Minute)); err != nil || n != 4 {
			t.Errorf("read %d, %v", n, err)
		}
		if got, total := pages(true); !slices.Equal(got, want[:3]) || total != 3 {
			t.Errorf("unread: %v of %d", got, total)
		}
		if n, err := w.Notify.ReadAll(ines, time.Time{}); err != nil || n != 3 {
			t.Errorf("read %d, %v", n, err)
		}
		if got, total := pages(true); len(got) != 0 || total != 0 {
			t.Errorf("unread: %v of %d", got, total)
		}
		theirs, err := w.Notify.List(karim, true, core.Page{Limit: 10})
		if err != nil || len(theirs.Items) != 7 {
			t.Errorf("another's: %v, %v", theirs.Items, err)
		}
	})
}

func TestReadingAtOnceIsCountedOnce(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		ines := w.Actor(t, "ines", w.Bretagne)
		for range 5 {
			tell(t, w, coretest.System(), notify.Notice{Person: person(ines), Type: "credit.proposed", Subject: "credit:1"})
		}
		read := make([]int, 50)
		won, lost := coretest.Race(50, func(i int) (err error) {
			read[i], err = w.Notify.ReadAll(ines, time.Time{})
			return err
		})
		sum := 0
		for _, n := range read {
			sum += n
		}
		if won != 50 || sum != 5 {
			t.Errorf("%d read %d (%v)", won, sum, lost)
		}
	})
}

// TestTheCatalogueHasEveryType goes through the tree: whoever writes a
// notify.Notice with a type gives one that the catalogue knows, and each has
// its words.
func TestTheCatalogueHasEveryType(t *testing.T) {
	t.Parallel()
	for name, s := range notify.Types {
		noun, past, ok := strings.Cut(name, ".")
		if !ok || noun == "" || past == "" || s.EN == "" || s.FR == "" || s.EN == s.FR {
			t.Errorf("%s says %v", name, s)
		}
	}
	found := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || !isNotice(lit.Type) {
				return true
			}
			for _, name := range types(lit) {
				found++
				if _, known := notify.Types[name]; !known {
					t.Errorf("%s: %s is in no catalogue", fset.Position(lit.Pos()), name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d types found (%v)", found, err)
	}
}

func isNotice(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "notify" && s.Sel.Name == "Notice"
}

// types returns the type of the notice as it is written, nothing where it is
// computed: Tell refuses what is wrong with that.
func types(notice *ast.CompositeLit) []string {
	for _, e := range notice.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, ok := kv.Key.(*ast.Ident)
		if !ok || key.Name != "Type" {
			continue
		}
		if lit, ok := kv.Value.(*ast.BasicLit); ok {
			if name, err := strconv.Unquote(lit.Value); err == nil {
				return []string{name}
			}
		}
	}
	return nil
}
