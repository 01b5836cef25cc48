package accounts_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/grant"
)

func TestSignInTellsNobodyWhetherAnAddressHasAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		// More attempts than are forgiven: being refused must not tell either.
		for i := range 15 {
			ctx := accounts.WithClient(coretest.Visitor(), accounts.Client{Address: "192.0.2.1"})
			token, session, known := w.SignIn(ctx, account.Email, "not the password")
			if token != "" || session != nil || known == nil {
				t.Fatalf("a wrong password gets in: %q, %v", token, session)
			}
			_, _, unknown := w.SignIn(ctx, "nobody@example.org", "not the password")
			if !reflect.DeepEqual(known, unknown) {
				t.Errorf("attempt %d: %v for a known address, %v for an unknown one", i, known, unknown)
			}
		}
		for _, email := range []string{"", "\x00", "no address", strings.Repeat("a", 10_000)} {
			if _, _, err := w.SignIn(accounts.WithClient(coretest.Visitor(), accounts.Client{Address: email}), email, password); !errors.Is(err, accounts.ErrSignIn) {
				t.Errorf("%.10q: %v", email, err)
			}
		}
	})
}

func TestSignInDoesTheSameWorkForEveryAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		known, queries := dbtest.Count(coretest.Visitor())
		w.SignIn(known, account.Email, "not the password")
		n := queries.Len()
		unknown, queries := dbtest.Count(coretest.Visitor())
		w.SignIn(unknown, "nobody@example.org", "not the password")
		if queries.Len() != n {
			t.Errorf("%d queries for a known address, %d for an unknown one", n, queries.Len())
		}
	})
}

func TestFailuresAreForgivenElsewhereAndLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		from := func(address string) context.Context {
			return accounts.WithClient(coretest.Visitor(), accounts.Client{Address: address})
		}
		attempt := func(ctx context.Context, password string) error {
			_, _, err := w.SignIn(ctx, account.Email, password)
			return err
		}
		_, failed := coretest.Race(50, func(int) error { return attempt(from("192.0.2.1"), "guess") })
		throttled := 0
		for _, err := range failed {
			if errors.Is(err, accounts.ErrThrottled) {
				throttled++
			} else if !errors.Is(err, accounts.ErrSignIn) {
				t.Fatal(err)
			}
		}
		if throttled != 40 {
			t.Errorf("%d of 50 guesses at the same time were refused", throttled)
		}
		if err := attempt(from("192.0.2.1"), password); !errors.Is(err, accounts.ErrThrottled) {
			t.Errorf("the right one gets in past the throttle: %v", err)
		}
		if err := attempt(from("198.51.100.7"), password); err != nil {
			t.Errorf("its owner, from elsewhere: %v", err)
		}
		w.Clock.Move(15 * time.Minute)
		for range 9 {
			if err := attempt(from("192.0.2.1"), "guess"); !errors.Is(err, accounts.ErrSignIn) {
				t.Fatalf("a quarter of an hour later: %v", err)
			}
		}
		if err := attempt(from("192.0.2.1"), password); err != nil {
			t.Errorf("remembered in time: %v", err)
		}
		for range 10 {
			if err := attempt(from("192.0.2.1"), "guess"); !errors.Is(err, accounts.ErrSignIn) {
				t.Fatalf("after a success: %v", err)
			}
		}
	})
}

func TestASessionIsWhoItSaysUntilItEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		w.give(t, account, "creator", w.Bretagne)
		client := accounts.Client{UserAgent: "Firefox\x00é " + strings.Repeat("x", 500)}
		token, session, err := w.SignIn(accounts.WithClient(coretest.Visitor(), client), " INES@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		if !session.ExpiresAt.Equal(w.Clock.Now().Add(90*24*time.Hour)) || len(session.UserAgent) != 300 {
			t.Errorf("the session is %v", session)
		}
		if strings.Contains(session.TokenHash, token) || !strings.HasPrefix(token, "lfs_") || len(token) < 40 {
			t.Errorf("the token is %q", token)
		}
		ctx, queries := dbtest.Count(coretest.Visitor())
		actor, err := w.Authenticate(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		if queries.Len() != 2 {
			t.Errorf("it took %d queries: %v", queries.Len(), queries.Queries())
		}
		want := &core.Actor{
			Account: account.ID, Person: account.PersonID, Credential: session.ID,
			Grants: []core.Grant{{Role: "creator", Path: "/fr/bretagne/"}},
		}
		if !reflect.DeepEqual(actor, want) {
			t.Errorf("it is %+v", actor)
		}
		me, err := w.Me(core.WithActor(ctx, actor))
		if err != nil || me.ID != account.ID {
			t.Errorf("they are %v, %v", me, err)
		}
		if err := w.SignOut(core.WithActor(ctx, actor)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Authenticate(ctx, token); !errors.Is(err, accounts.ErrCredential) {
			t.Errorf("after signing out: %v", err)
		}
		if err := w.SignOut(core.WithActor(ctx, actor)); !errors.Is(err, accounts.ErrNoSession) {
			t.Errorf("twice: %v", err)
		}
		if err := w.SignOut(coretest.Visitor()); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
	})
}

func TestASessionEndsByNotBeingUsedAndByAge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		const day = 24 * time.Hour
		signIn := func() string {
			token, _, err := w.SignIn(coretest.Visitor(), account.Email, password)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		used, unused := signIn(), signIn()
		for range 4 {
			w.Clock.Move(20 * day)
			// What is in use is written although the operation writes nothing yet.
			ctx, guard := core.WithGuard(coretest.Visitor())
			guard.Expect("film.read")
			if _, err := w.Authenticate(ctx, used); err != nil {
				t.Fatalf("in use: %v", err)
			}
			if !errors.Is(guard.Err(), core.ErrUnchecked) {
				t.Error("authenticating satisfied the operation's guard")
			}
		}
		if _, err := w.Authenticate(coretest.Visitor(), unused); !errors.Is(err, accounts.ErrCredential) {
			t.Errorf("unused: %v", err)
		}
		w.Clock.Move(10 * day)
		if _, err := w.Authenticate(coretest.Visitor(), used); !errors.Is(err, accounts.ErrCredential) {
			t.Errorf("after 90 days: %v", err)
		}
	})
}

func TestCORE10ARoleRemovedIsDeniedOnTheNextRequest(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{db.SQLite, db.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			near, far := nodes(t, dialect)
			account, self := near.join(t, "ines")
			session, _, err := near.SignIn(coretest.Visitor(), account.Email, password)
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := near.CreateToken(self, accounts.NewToken{Name: "montage", Scopes: []string{"film.*"}})
			if err != nil {
				t.Fatal(err)
			}
			may := func(credential string) bool {
				actor, err := far.Authenticate(coretest.Visitor(), credential)
				if err != nil {
					t.Fatal(err)
				}
				return far.Gate.May(core.WithActor(coretest.Visitor(), actor), "film.create", far.Bretagne.Path, 0)
			}
			for round := range 3 {
				given := near.give(t, account, core.RoleCreator, near.Bretagne)
				if !may(session) || !may(token) {
					t.Fatalf("round %d: the role does not hold on the other node", round)
				}
				near.Write(t, func(ctx context.Context, c *ent.Client) error {
					return c.Grant.Update().Where(grant.ID(given.ID)).SetRevokedAt(near.Clock.Now()).Exec(ctx)
				})
				if may(session) || may(token) {
					t.Fatalf("round %d: the role holds on the other node when it was removed", round)
				}
			}
			// A role that ends by its time, too.
			near.Write(t, func(ctx context.Context, c *ent.Client) error {
				return c.Grant.Create().
					SetAccountID(account.ID).SetRole(string(core.RoleCreator)).
					SetSpaceID(near.Bretagne.ID).SetPath(near.Bretagne.Path).SetUntil(near.Clock.Now().Add(time.Hour)).
					Exec(ctx)
			})
			if !may(session) || !may(token) {
				t.Error("a role with an end does not hold before it")
			}
			near.Clock.Move(time.Hour)
			if may(session) || may(token) {
				t.Error("a role holds after its end")
			}
			if err := near.SignOut(core.WithActor(self, far.actor(t, session))); err != nil {
				t.Fatal(err)
			}
			if _, err := far.Authenticate(coretest.Visitor(), session); !errors.Is(err, accounts.ErrCredential) {
				t.Errorf("a session that ended holds on the other node: %v", err)
			}
			if err := near.RevokeToken(self, far.actor(t, token).Credential); err != nil {
				t.Fatal(err)
			}
			if _, err := far.Authenticate(coretest.Visitor(), token); !errors.Is(err, accounts.ErrCredential) {
				t.Errorf("a token that was revoked holds on the other node: %v", err)
			}
		})
	}
}

func TestWhatIsNoCredentialIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		_, self := w.join(t, "ines")
		secret, _, err := w.CreateToken(self, accounts.NewToken{Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for _, credential := range []string{
			"", "lfs_", "lfp_", "x", "\x00", secret + "x", secret[:len(secret)-1], strings.ToUpper(secret),
			strings.Replace(secret, "lfp_", "lfs_", 1), "lfp_" + strings.Repeat("a", 100_000),
		} {
			if actor, err := w.Authenticate(coretest.Visitor(), credential); !errors.Is(err, accounts.ErrCredential) {
				t.Errorf("%.20q is %v, %v", credential, actor, err)
			}
		}
	})
}

func TestAnAccessTokenIsLimitedAndRevocable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		_, self := w.join(t, "ines")
		_, other := w.join(t, "karim")
		until := w.Clock.Now().Add(time.Hour)
		secret, token, err := w.CreateToken(self, accounts.NewToken{Name: " my  script ", Scopes: []string{"film.*", "token.create"}, ExpiresAt: &until})
		if err != nil {
			t.Fatal(err)
		}
		if token.Name != "my script" || !strings.HasPrefix(secret, token.Prefix) || len(token.Prefix) > 12 || strings.Contains(token.Hash, secret) {
			t.Errorf("the token is %v", token)
		}
		ctx, queries := dbtest.Count(coretest.Visitor())
		actor, err := w.Authenticate(ctx, secret)
		if err != nil || !slices.Equal(actor.Scopes, []string{"film.*", "token.create"}) || actor.Credential != token.ID {
			t.Fatalf("it is %+v, %v", actor, err)
		}
		queries.Reset()
		if _, err := w.Authenticate(ctx, secret); err != nil || queries.Len() != 2 {
			t.Errorf("again: %v, %d queries", err, queries.Len())
		}
		limited := core.WithActor(ctx, actor)
		if _, err := w.Tokens(limited, core.Page{Limit: 1}); !errors.Is(err, core.ErrDenied) {
			t.Errorf("beyond its scopes: %v", err)
		}
		for _, scopes := range [][]string{nil, {"token.*"}, {"film.read", "space.read"}} {
			if _, _, err := w.CreateToken(limited, accounts.NewToken{Name: "x", Scopes: scopes}); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("a limited token makes one with %v: %v", scopes, err)
			}
		}
		if _, _, err := w.CreateToken(limited, accounts.NewToken{Name: "x", Scopes: []string{"film.read"}}); err != nil {
			t.Errorf("a lesser one: %v", err)
		}
		list, err := w.Tokens(self, core.Page{Sort: "-created_at", Limit: 1, Count: true})
		if err != nil || len(list.Items) != 1 || *list.Total != 2 || list.Next == nil {
			t.Errorf("the list is %v, %v", list, err)
		}
		if err := w.RevokeToken(other, token.ID); !errors.Is(err, accounts.ErrTokenUnknown) {
			t.Errorf("somebody else revokes it: %v", err)
		}
		if err := w.RevokeToken(self, token.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.RevokeToken(self, token.ID); !errors.Is(err, accounts.ErrTokenUnknown) {
			t.Errorf("twice: %v", err)
		}
		if _, err := w.Authenticate(ctx, secret); !errors.Is(err, accounts.ErrCredential) {
			t.Errorf("revoked: %v", err)
		}
		// On the account and without the token's id: whoever runs the space reads it.
		got := w.Audited(t, "account:"+core.ActorFrom(self).Account)
		if !slices.Contains(got, "token.create") || got[len(got)-1] != "token.revoke" {
			t.Errorf("audited: %v", got)
		}
	})
}

func TestAnAccessTokenEndsInTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		_, self := w.join(t, "ines")
		until := w.Clock.Now().Add(time.Hour)
		secret, _, err := w.CreateToken(self, accounts.NewToken{Name: "x", ExpiresAt: &until})
		if err != nil {
			t.Fatal(err)
		}
		if actor, err := w.Authenticate(coretest.Visitor(), secret); err != nil || actor.Scopes != nil {
			t.Errorf("now it is %+v, %v", actor, err)
		}
		w.Clock.Move(time.Hour)
		if _, err := w.Authenticate(coretest.Visitor(), secret); !errors.Is(err, accounts.ErrCredential) {
			t.Errorf("an hour later: %v", err)
		}
		past := w.Clock.Now()
		_, _, err = w.CreateToken(self, accounts.NewToken{Name: "\x01", Scopes: []string{"film.read", "film.fly", "*", "film.*x"}, ExpiresAt: &past})
		if got := core.AsError(err).Reasons; len(got) != 5 {
			t.Errorf("the reasons are %v", got)
		}
		if _, _, err := w.CreateToken(coretest.Visitor(), accounts.NewToken{Name: "x"}); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
	})
}

// TestAPasswordIsHashedAsHardAsOWASPAsks holds what the other tests relax.
func TestAPasswordIsHashedAsHardAsOWASPAsks(t *testing.T) {
	t.Parallel()
	if p := accounts.Production; p.Memory < 19<<10 || p.Iterations < 2 || p.SaltLength < 16 || p.KeyLength < 32 {
		t.Errorf("a password is hashed with %+v", p)
	}
}
