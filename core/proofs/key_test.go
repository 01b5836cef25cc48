package proofs_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/signingkey"
)

var secret = []byte(strings.Repeat("s", 32))

// ring returns the keys as a node of this world has them.
func ring(w *coretest.World) *proofs.Ring {
	return proofs.New(w.DB, w.Gate, w.Events, w.Audit, secret)
}

// chosen is a recognition and its film as an actor read them.
var (
	film = &ent.Film{
		ID: "01937f00-0000-7000-8000-000000000001", Title: "Marée basse", Slug: "maree-basse",
		Identifiers: map[string]string{"isan": "0000-0001-8947-0000-8", "imdb": "tt0000001"},
	}
	chosen = &ent.Recognition{
		ID: "01937f00-0000-7000-8000-000000000002", FilmID: film.ID, By: "Écran de Bretagne", Title: "Gens de mer",
		Note: "Elle filme les mains.\nPuis les visages.", URL: "/v1/spaces/bretagne/ecran/selections/1",
		From: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC),
	}
)

func prove(t *testing.T, r *proofs.Ring) proofs.Proof {
	t.Helper()
	proof, err := r.Recognition(coretest.Visitor(), "https://labfilms.example", film, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// kids returns the keys in their order, with their states.
func kids(t *testing.T, r *proofs.Ring) (ids, states []string) {
	t.Helper()
	keys, err := r.Keys(coretest.Visitor())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		ids, states = append(ids, key.ID), append(states, string(key.State))
	}
	return ids, states
}

func TestTheFirstKeyIsMadeOnceByFiftyOnTwoNodes(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		nodes := []*proofs.Ring{ring(w), ring(w.Node(t))}
		if ids, _ := kids(t, nodes[0]); len(ids) != 0 {
			t.Fatalf("before anybody asked: %v", ids)
		}
		made := make([]proofs.Proof, 50)
		won, lost := coretest.Race(len(made), func(i int) (err error) {
			made[i], err = nodes[i%2].Recognition(coretest.Visitor(), "https://labfilms.example", film, chosen)
			return err
		})
		if won != len(made) {
			t.Fatalf("%d have a proof; the others: %v", won, lost[0])
		}
		if ids, states := kids(t, nodes[1]); len(ids) != 1 || states[0] != "current" {
			t.Errorf("the keys are %v %v", ids, states)
		}
		set := published(t, nodes[0])
		for _, proof := range made {
			if _, err := check(proof, set); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestFiftyRotationsLeaveOneKeyThatSigns(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		nodes := []*proofs.Ring{ring(w), ring(w.Node(t))}
		before := prove(t, nodes[0])
		next := make([]string, 50)
		won, lost := coretest.Race(len(next), func(i int) error {
			key, err := nodes[i%2].Rotate(coretest.System(), "Essai.")
			if err == nil {
				next[i] = key.ID
			}
			return err
		})
		if won != len(next) {
			t.Fatalf("%d rotated; the others: %v", won, lost[0])
		}
		ids, states := kids(t, nodes[0])
		if len(ids) != 51 || states[0] != "current" || slices.Contains(states[1:], "current") {
			t.Errorf("the keys are %v", states)
		}
		slices.Sort(next)
		if len(slices.Compact(next)) != 50 {
			t.Error("two were answered the same key")
		}
		if _, err := check(before, published(t, nodes[1])); err != nil {
			t.Errorf("what was signed before: %v", err)
		}
	})
}

func TestAPrivateKeyOpensOnlyWithTheInstancesSecretAndIsErasedWhenItRetires(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		first := prove(t, ring(w))
		other := proofs.New(w.DB, w.Gate, w.Events, w.Audit, []byte(strings.Repeat("o", 32)))
		_, err := other.Recognition(coretest.Visitor(), "", film, chosen)
		if err == nil || !strings.Contains(err.Error(), "does not open") {
			t.Errorf("with another secret: %v", err)
		}
		// Whoever can write rows does not make another key's half answer for this one.
		row := func() *ent.SigningKey {
			key, err := w.Store.From(coretest.System()).SigningKey.Query().Where(signingkey.StateEQ(signingkey.StateCurrent)).Only(coretest.System())
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
		old := row()
		if _, err := other.Rotate(coretest.System(), "Essai."); err != nil {
			t.Fatalf("a lost secret is mended by rotating: %v", err)
		}
		next := row()
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return c.SigningKey.UpdateOne(next).SetSealedKey(old.SealedKey).Exec(ctx)
		})
		if _, err := ring(w).Recognition(coretest.Visitor(), "", film, chosen); err == nil || !strings.Contains(err.Error(), "does not open") {
			t.Errorf("with the half of another key: %v", err)
		}
		retired, err := w.Store.From(coretest.System()).SigningKey.Get(coretest.System(), old.ID)
		if err != nil || len(retired.SealedKey) != 0 || retired.RetiredAt == nil {
			t.Errorf("of the retired one is kept: %v %v (%v)", retired.SealedKey, retired.RetiredAt, err)
		}
		if _, err := check(first, published(t, ring(w))); err != nil {
			t.Error(err)
		}
	})
}

func TestOnlyThePlatformRotatesAndItIsKeptWho(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		r := ring(w)
		prove(t, r)
		before, _ := kids(t, r)
		for name, c := range map[string]struct {
			who  context.Context
			want error
		}{
			"a stranger":           {coretest.Visitor(), core.ErrUnauthenticated},
			"a creator":            {w.Actor(t, "ines", w.Bretagne, "creator"), core.ErrDenied},
			"who runs Bretagne":    {w.Actor(t, "yann", w.Bretagne, "region_admin"), core.ErrDenied},
			"a platform of Rennes": {w.Actor(t, "gael", w.Bretagne, core.RolePlatformAdmin), core.ErrDenied},
			"the network's admin":  {w.Actor(t, "nora", w.Network, "region_admin"), core.ErrDenied},
		} {
			if _, err := r.Rotate(c.who, "Essai."); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, reason := range []string{"", "\u200b", "Sortie \u202egpj.exe", strings.Repeat("x", 1001)} {
			if _, err := r.Rotate(coretest.System(), reason); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("because %q: %v", reason, err)
			}
		}
		if after, _ := kids(t, r); !slices.Equal(after, before) {
			t.Fatalf("%v became %v", before, after)
		}
		admin := w.Actor(t, "claire", w.Network, core.RolePlatformAdmin)
		w.Clock.Move(time.Hour)
		next, err := r.Rotate(admin, "Un portable volé.")
		if err != nil {
			t.Fatal(err)
		}
		if ids, _ := kids(t, r); !slices.Equal(ids, []string{next.ID, before[0]}) {
			t.Errorf("the keys are %v", ids)
		}
		if got := w.Audited(t, "signing_key:"+next.ID); !slices.Equal(got, []string{"signing_key.rotate"}) {
			t.Errorf("the audit has %v", got)
		}
		entry, err := w.Store.From(admin).AuditEntry.Query().Only(admin)
		if err != nil || entry.Reason != "Un portable volé." || entry.Actor != core.ActorFrom(admin).Account || !strings.Contains(string(entry.Data), before[0]) || entry.SpaceID != w.Network.ID {
			t.Errorf("the entry is %v (%v)", entry, err)
		}
		if got := w.Recorded(t, next.ID); !slices.Equal(got, []string{"signing_key.rotated.v1"}) {
			t.Errorf("the events are %v", got)
		}
	})
}

func TestTheDatabaseRefusesASecondKeyThatSigns(t *testing.T) {
	t.Parallel()
	coretest.Each(t, func(t *testing.T, w *coretest.World) {
		prove(t, ring(w))
		bad := map[string]func(*ent.SigningKeyCreate){
			"a second current one":  func(c *ent.SigningKeyCreate) { c.SetSealedKey([]byte("x")) },
			"a current one without": func(c *ent.SigningKeyCreate) {},
			"a retired one with a key": func(c *ent.SigningKeyCreate) {
				c.SetState("retired").SetRetiredAt(time.Now()).SetSealedKey([]byte("x"))
			},
			"a retired one, but when?": func(c *ent.SigningKeyCreate) { c.SetState("retired") },
		}
		for _, name := range slices.Sorted(maps.Keys(bad)) {
			err := w.Store.Write(coretest.System(), func(ctx context.Context, c *ent.Client) error {
				create := c.SigningKey.Create().SetID("x").SetPublicKey(make([]byte, 32))
				bad[name](create)
				return create.Exec(ctx)
			})
			if !ent.IsConstraintError(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
