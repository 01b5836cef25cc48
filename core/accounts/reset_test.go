package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/ent"
)

const another = "quatre petites notes"

// signedIn signs an account in and returns a context in which it is asking.
func (w world) signedIn(t *testing.T, email, password string) context.Context {
	t.Helper()
	token, _, err := w.SignIn(coretest.Visitor(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	return core.WithActor(coretest.Visitor(), w.actor(t, token))
}

func TestAResetThrowsOutWhoeverHadGotIn(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		account, self := o.join(t, "ines")
		session, _, err := o.SignIn(coretest.Visitor(), account.Email, password)
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := o.CreateToken(self, accounts.NewToken{Name: "montage"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.AskReset(coretest.Visitor(), " INES@example.org "); err != nil {
			t.Fatal(err)
		}
		mailed := o.last(t, account.Email)
		if mailed.subject != "Votre nouveau mot de passe sur LabFilms" || !strings.Contains(mailed.text, "/fr/reset?token=") {
			t.Errorf("mailed: %+v", mailed)
		}
		secret := mailed.token()
		if err := o.Reset(coretest.Visitor(), secret, "short"); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("a password that is too short: %v", err)
		}
		if _, _, err := o.Verify(coretest.Visitor(), secret, password); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("it verifies: %v", err)
		}
		if err := o.ConfirmEmail(coretest.Visitor(), secret); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("it changes the address: %v", err)
		}
		reset := func(i int) error { return o.Reset(coretest.Visitor(), secret, fmt.Sprintf("%s %d", another, i)) }
		won, lost := o.Crowd(t, func(ctx context.Context, c *ent.Client) error {
			return c.Proof.Update().SetUpdatedAt(o.Clock.Now()).Exec(ctx)
		}, reset)
		late, more := coretest.Race(50, reset)
		if won+late != 1 {
			t.Errorf("%d set a password", won+late)
		}
		for _, err := range append(lost, more...) {
			if !errors.Is(err, accounts.ErrProof) {
				t.Fatalf("a loser got %v", err)
			}
		}
		for name, credential := range map[string]string{"a session": session, "a token": token} {
			if _, err := o.Authenticate(coretest.Visitor(), credential); !errors.Is(err, accounts.ErrCredential) {
				t.Errorf("%s holds still: %v", name, err)
			}
		}
		if _, _, err := o.SignIn(coretest.Visitor(), account.Email, password); !errors.Is(err, accounts.ErrSignIn) {
			t.Errorf("the old password: %v", err)
		}
		if got := o.Notified(t, account.PersonID); !slices.Equal(got, []string{"account.changed"}) {
			t.Errorf("told: %v", got)
		}
		if got := o.Audited(t, "account:"+account.ID); !slices.Contains(got, "account.reset") {
			t.Errorf("audited: %v", got)
		}

		if err := o.AskReset(coretest.Visitor(), account.Email); err != nil {
			t.Fatal(err)
		}
		expired := o.last(t, account.Email).token()
		o.Clock.Move(time.Hour)
		if err := o.Reset(coretest.Visitor(), expired, another); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("an hour later: %v", err)
		}
		for _, secret := range []string{"", "\x00", strings.Repeat("x", 10_000)} {
			if err := o.Reset(coretest.Visitor(), secret, another); !errors.Is(err, accounts.ErrProof) {
				t.Errorf("%.10q: %v", secret, err)
			}
		}
	})
}

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		here, there := w.signedIn(t, account.Email, password), w.signedIn(t, account.Email, password)
		if err := w.ChangePassword(coretest.Visitor(), password, another); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
		if err := w.ChangePassword(here, "not the password", another); !errors.Is(err, accounts.ErrPassword) {
			t.Errorf("not knowing it: %v", err)
		}
		if err := w.ChangePassword(here, password, "short"); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("too short: %v", err)
		}
		won, lost := coretest.Race(10, func(i int) error { return w.ChangePassword(here, password, fmt.Sprintf("%s %d", another, i)) })
		if won != 1 {
			t.Errorf("%d changed it: %v", won, lost)
		}
		sessions, err := w.Sessions(here, core.Page{Sort: "created_at", Limit: 10})
		if err != nil || len(sessions.Items) != 1 || sessions.Items[0].ID != core.ActorFrom(here).Credential {
			t.Errorf("signed in: %v, %v", sessions.Items, err)
		}
		if core.ActorFrom(there).Credential == core.ActorFrom(here).Credential {
			t.Fatal("the two are one")
		}
		if _, _, err := w.SignIn(coretest.Visitor(), account.Email, password); !errors.Is(err, accounts.ErrSignIn) {
			t.Errorf("the old password: %v", err)
		}
		if got := w.Audited(t, "account:"+account.ID); !slices.Equal(got, []string{"account.create", "account.password"}) {
			t.Errorf("audited: %v", got)
		}
		// Whoever sits at an open browser cannot guess for ever.
		guess := func(int) error { return w.ChangePassword(here, "a guess of mine", another) }
		coretest.Race(20, guess)
		if err := guess(0); !errors.Is(err, accounts.ErrThrottled) {
			t.Errorf("the 21st guess: %v", err)
		}
	})
}

func TestAnAddressIsChangedFromItsNewMailbox(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		account, self := o.join(t, "ines")
		other, _ := o.join(t, "lea")
		if err := o.AskEmail(self, "not the password", "new@example.org"); !errors.Is(err, accounts.ErrPassword) {
			t.Errorf("not knowing the password: %v", err)
		}
		if err := o.AskEmail(self, password, "no address"); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("no address: %v", err)
		}
		for _, to := range []string{"New@example.org", other.Email} {
			if err := o.AskEmail(self, password, to); err != nil {
				t.Fatal(err)
			}
		}
		if got := o.last(t, other.Email); got.token() != "" || got.subject != "Vous avez déjà un compte sur LabFilms" {
			t.Errorf("who has an account got %+v", got)
		}
		if got := o.last(t, account.Email); got.token() != "" || got.subject != "Votre adresse sur LabFilms va changer" {
			t.Errorf("the present address got %+v", got)
		}
		mailed := o.last(t, "new@example.org")
		if !strings.Contains(mailed.text, "/fr/confirm-email?token=") {
			t.Errorf("the new address got %+v", mailed)
		}
		if err := o.Reset(coretest.Visitor(), mailed.token(), another); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("it sets the password: %v", err)
		}
		if me, err := o.Me(self); err != nil || me.Email != account.Email {
			t.Errorf("before it is shown the address is %v, %v", me, err)
		}
		if err := o.ConfirmEmail(coretest.Visitor(), mailed.token()); err != nil {
			t.Fatal(err)
		}
		if err := o.ConfirmEmail(coretest.Visitor(), mailed.token()); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("twice: %v", err)
		}
		o.signedIn(t, "new@example.org", password)
		if got := o.Audited(t, "account:"+account.ID); !slices.Equal(got, []string{"account.create", "account.email"}) {
			t.Errorf("audited: %v", got)
		}

		// Two who want one address, both with a mail from it: one gets it.
		_, second := o.join(t, "zoe")
		secrets := make([]string, 2)
		for i, ctx := range []context.Context{self, second} {
			if err := o.AskEmail(ctx, password, "shared@example.org"); err != nil {
				t.Fatal(err)
			}
			secrets[i] = o.last(t, "shared@example.org").token()
		}
		won, lost := coretest.Race(2, func(i int) error { return o.ConfirmEmail(coretest.Visitor(), secrets[i]) })
		if won != 1 || !errors.Is(lost[0], accounts.ErrRegistered) {
			t.Errorf("%d have it; %v", won, lost)
		}
	})
}

func TestSettingsAreChangedAsTheyWereRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, self := w.join(t, "ines")
		locale, zone := "en-gb", "Indian/Reunion"
		won, lost := coretest.Race(50, func(int) error {
			_, err := w.ChangeMe(self, account.Version, accounts.Settings{Locale: &locale, TimeZone: &zone})
			return err
		})
		if won != 1 || !errors.Is(lost[0], core.ErrStale) {
			t.Errorf("%d changed it; %v", won, lost[0])
		}
		me, err := w.Me(self)
		if err != nil || me.Locale != "en-GB" || me.TimeZone != zone || me.Version != account.Version+1 {
			t.Errorf("it is now %v, %v", me, err)
		}
		for _, wrong := range []string{"", "Local", "Mars/Olympus", "\x00", "../etc/passwd", strings.Repeat("a", 100)} {
			_, err := w.ChangeMe(self, me.Version, accounts.Settings{Locale: &wrong, TimeZone: &wrong})
			reasons := 2
			if wrong == "" {
				reasons = 1 // no locale is that of France
			}
			if !errors.Is(err, core.ErrInvalid) || len(core.AsError(err).Reasons) != reasons {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, err := w.ChangeMe(coretest.Visitor(), 1, accounts.Settings{Locale: &locale}); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		account, _ := w.join(t, "ines")
		_, stranger := w.join(t, "lea")
		var self []context.Context
		for range 5 {
			self = append(self, w.signedIn(t, account.Email, password))
		}
		if _, err := w.Sessions(coretest.Visitor(), core.Page{Sort: "created_at", Limit: 2}); !errors.Is(err, core.ErrUnauthenticated) {
			t.Errorf("a visitor: %v", err)
		}
		var got []*ent.Session
		page := core.Page{Sort: "created_at", Limit: 2, Count: true}
		for {
			list, err := w.Sessions(self[0], page)
			if err != nil {
				t.Fatal(err)
			}
			if *list.Total != 5 {
				t.Errorf("%d in all", *list.Total)
			}
			got = append(got, list.Items...)
			if list.Next == nil {
				break
			}
			page.After = list.Next
		}
		if len(got) != 5 {
			t.Errorf("%d are listed", len(got))
		}
		last := core.ActorFrom(self[4]).Credential
		for _, id := range []string{"", "\x00", account.ID} {
			if err := w.EndSession(self[0], id); !errors.Is(err, accounts.ErrSessionUnknown) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if err := w.EndSession(stranger, last); !errors.Is(err, accounts.ErrSessionUnknown) {
			t.Errorf("somebody else's: %v", err)
		}
		won, lost := coretest.Race(50, func(int) error { return w.EndSession(self[0], last) })
		if won != 1 || !errors.Is(lost[0], accounts.ErrSessionUnknown) {
			t.Errorf("%d ended it; %v", won, lost[0])
		}
		if n, err := w.SignOutEverywhere(self[0], true); n != 3 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		if list, err := w.Sessions(self[0], core.Page{Sort: "created_at", Limit: 10}); err != nil || len(list.Items) != 1 || list.Items[0].ID != core.ActorFrom(self[0]).Credential {
			t.Errorf("left: %v, %v", list.Items, err)
		}
		if n, err := w.SignOutEverywhere(self[0], false); n != 1 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		w.signedIn(t, account.Email, password)
		w.Clock.Move(100 * 24 * time.Hour)
		if list, err := w.Sessions(self[0], core.Page{Sort: "created_at", Limit: 10}); err != nil || len(list.Items) != 0 {
			t.Errorf("one that has ended is listed: %v, %v", list.Items, err)
		}
		if err := w.Forget(coretest.System()); err != nil {
			t.Fatal(err)
		}
		if n := w.Store.From(coretest.System()).Session.Query().CountX(coretest.System()); n != 0 {
			t.Errorf("%d are kept for ever", n)
		}
	})
}

// TestNoMailedSecretOutlivesWhatItWasFor: whoever knew the password, or reads a
// mailbox that is no longer the account's, is out when the password is set.
func TestNoMailedSecretOutlivesWhatItWasFor(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		account, self := o.join(t, "ines")
		reset := func() string {
			t.Helper()
			if err := o.AskReset(coretest.Visitor(), account.Email); err != nil {
				t.Fatal(err)
			}
			return o.last(t, account.Email).token()
		}
		refused := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, accounts.ErrProof) {
				t.Errorf("%s: %v", what, err)
			}
		}
		// The intruder asks for an address of their own; the owner resets.
		if err := o.AskEmail(self, password, "intruder@example.org"); err != nil {
			t.Fatal(err)
		}
		theirs := o.last(t, "intruder@example.org").token()
		before, after := reset(), reset()
		refused("the reset before the last", o.Reset(coretest.Visitor(), before, another))
		if err := o.Reset(coretest.Visitor(), after, another); err != nil {
			t.Fatal(err)
		}
		refused("the intruder's address", o.ConfirmEmail(coretest.Visitor(), theirs))

		// A reset that was asked for ends when the password is changed otherwise.
		left := reset()
		if err := o.ChangePassword(self, another, "cinq petites notes"); err != nil {
			t.Fatal(err)
		}
		refused("a reset from before", o.Reset(coretest.Visitor(), left, another))

		// And the old mailbox sets nothing when the address is another.
		left = reset()
		if err := o.AskEmail(self, "cinq petites notes", "ailleurs@example.org"); err != nil {
			t.Fatal(err)
		}
		if err := o.ConfirmEmail(coretest.Visitor(), o.last(t, "ailleurs@example.org").token()); err != nil {
			t.Fatal(err)
		}
		refused("a reset of the old mailbox", o.Reset(coretest.Visitor(), left, another))
	})
}

// TestNobodyFinishesAnothersRegistration: the owner of a mailbox who follows the
// link of a registration that is not theirs makes no account.
func TestNobodyFinishesAnothersRegistration(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		in := o.begin("victim")
		in.Password = "the intruder's own"
		o.register(t, in)
		secret := o.last(t, in.Email).token()
		for range 10 {
			if _, _, err := o.Verify(coretest.Visitor(), secret, password); !errors.Is(err, accounts.ErrPassword) {
				t.Fatalf("without the password: %v", err)
			}
		}
		if _, _, err := o.Verify(coretest.Visitor(), secret, in.Password); !errors.Is(err, accounts.ErrThrottled) {
			t.Errorf("the eleventh: %v", err)
		}
		if n := o.Store.From(coretest.System()).Account.Query().CountX(coretest.System()); n != 0 {
			t.Errorf("%d accounts", n)
		}
	})
}
