package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/db/dbtest"
	"github.com/labfilms/labfilms/core/mail"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/registration"
)

func TestARegistrationBecomesAnAccountByMail(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		in := o.begin("Ines.Morvan")
		in.MakesFilms, in.Locale = true, "fr-fr"
		until, err := o.Register(coretest.Visitor(), in)
		if err != nil || !until.Equal(o.Clock.Now().Add(48*time.Hour)) {
			t.Fatalf("until %v, %v", until, err)
		}
		c := o.Store.From(coretest.System())
		if n, err := c.Person.Query().Count(coretest.System()); n != 0 || err != nil {
			t.Errorf("before it is verified there are %d people, %v", n, err)
		}
		got := o.last(t, "ines.morvan@example.org")
		if got.subject != "Bienvenue sur LabFilms" || got.token() == "" || !strings.Contains(got.text, "/fr/verify?") {
			t.Errorf("mailed: %+v", got)
		}
		device := accounts.WithClient(coretest.Visitor(), accounts.Client{UserAgent: "Browser"})
		token, session, err := o.Verify(device, got.token(), password)
		if err != nil || session.UserAgent != "Browser" {
			t.Fatal(session, err)
		}
		actor, err := o.Authenticate(coretest.Visitor(), token)
		if err != nil {
			t.Fatal(err)
		}
		account := c.Account.GetX(coretest.System(), actor.Account)
		person := c.Person.GetX(coretest.System(), actor.Person)
		if account.Email != "ines.morvan@example.org" || account.Locale != "fr-FR" || account.State != "active" {
			t.Errorf("the account is %v", account)
		}
		if person.Handle != "ines.morvan" || person.SpaceID != o.Bretagne.ID || person.RegionID != o.Bretagne.ID || !person.Listed || person.Claim != "claimed" {
			t.Errorf("the person is %v", person)
		}
		if person.Commune != "29052" || person.FoundCommune != "29003" || person.FoundTile == nil {
			t.Errorf("they live in %s, found in %s at %v", person.Commune, person.FoundCommune, person.FoundTile)
		}
		var roles []string
		for _, g := range actor.Grants {
			roles = append(roles, string(g.Role)+g.Path)
		}
		slices.Sort(roles)
		if !slices.Equal(roles, []string{"creator/fr/bretagne/", "member/fr/bretagne/"}) {
			t.Errorf("they are %v", roles)
		}
		if got := o.Recorded(t, person.ID); !slices.Equal(got, []string{"person.joined.v1"}) {
			t.Errorf("recorded: %v", got)
		}
		if got := o.Audited(t, "account:"+account.ID); !slices.Equal(got, []string{"account.verify"}) {
			t.Errorf("audited: %v", got)
		}
		held := c.Handle.Query().Where(handle.Handle("ines.morvan")).OnlyX(coretest.System())
		if held.PersonID == nil || *held.PersonID != person.ID || held.RegistrationID != nil {
			t.Errorf("the handle is %v", held)
		}
		if n := c.Registration.Query().CountX(coretest.System()); n != 0 {
			t.Errorf("%d registrations are left", n)
		}
		if _, _, err := o.SignIn(coretest.Visitor(), "ines.morvan@example.org", password); err != nil {
			t.Error(err)
		}
		for _, secret := range []string{got.token(), "", "\x00", strings.Repeat("a", 43), strings.Repeat("a", 10_000), token} {
			if _, _, err := o.Verify(coretest.Visitor(), secret, password); !errors.Is(err, accounts.ErrProof) {
				t.Errorf("%.10q: %v", secret, err)
			}
		}
	})
}

func TestHomeIsTheRegionThatIsNamedOrThatOfTheCommune(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		for i, c := range []struct{ home, commune, want string }{
			{"", "29019", o.Bretagne.ID},
			{"", "31555", o.Occitanie.ID},
			{"", "75118", o.Network.ID}, // whose region has no space here
			{o.Occitanie.ID, "29019", o.Occitanie.ID},
			{o.Network.ID, "", o.Network.ID},
			{"", "", o.Network.ID},
			{o.Rade.ID, "", ""},
			{db.NewID(), "", ""},
			{"", "99999", ""},
			{"", "\x00", ""},
		} {
			in := o.begin(fmt.Sprintf("person%d", i))
			in.Home, in.Commune = c.home, c.commune
			_, err := o.Register(coretest.Visitor(), in)
			if c.want == "" {
				if !errors.Is(err, core.ErrInvalid) || len(core.AsError(err).Reasons) != 1 {
					t.Errorf("%d: %v", i, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(i, err)
			}
			r := o.Store.From(coretest.System()).Registration.Query().Where(registration.Email(in.Email)).OnlyX(coretest.System())
			if r.SpaceID != c.want {
				t.Errorf("%d: home is %s", i, r.SpaceID)
			}
		}
	})
}

func TestARegistrationRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		_, err := o.Register(coretest.Visitor(), accounts.NewRegistration{
			Email: "nobody", Password: "short", Name: "Ine\u202es", Handle: "аdmin", Commune: "99999", Locale: "klingon!",
		})
		var got []string
		for _, r := range core.AsError(err).Reasons {
			got = append(got, r.Pointer)
		}
		if !slices.Equal(got, []string{"/email", "/name", "/handle", "/password", "/locale", "/commune"}) {
			t.Errorf("the reasons are for %v", got)
		}
		in := o.begin("emoji")
		in.Name = "Inès 🎬"
		o.register(t, in)
	})
}

func TestCORE1TwoSignUpsAtOnce(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		alike := []string{"Marie.Loup", "marie_loup", "MARIE-LOUP", "rnarieloup", "marie1oup", "marie.l0up", "ｍarieloup"}
		won, lost := coretest.Race(50, func(i int) error {
			in := o.begin(fmt.Sprintf("marie%d", i))
			in.Handle = alike[i%len(alike)]
			_, err := o.Register(coretest.Visitor(), in)
			return err
		})
		if won != 1 {
			t.Errorf("%d hold the handle", won)
		}
		for _, err := range lost {
			if core.AsError(err).Fault != accounts.ErrHandleTaken {
				t.Fatalf("a loser got %v", err)
			}
		}
		if n := o.Store.From(coretest.System()).Registration.Query().CountX(coretest.System()); n != 1 {
			t.Errorf("%d registrations: a loser left one", n)
		}

		// Fifty who began with one address, each with the secret of a mail.
		secrets := make([]string, 50)
		for i := range secrets {
			in := o.begin(fmt.Sprintf("someone%d", i))
			in.Email = "same@example.org"
			o.register(t, in)
			secrets[i] = o.last(t, "same@example.org").token()
			o.Clock.Move(30 * time.Minute) // five an hour
		}
		won, lost = coretest.Race(50, func(i int) error {
			_, _, err := o.Verify(coretest.Visitor(), secrets[i], password)
			return err
		})
		if won != 1 {
			t.Errorf("%d became the account", won)
		}
		for _, err := range lost {
			if core.AsError(err).Fault != accounts.ErrRegistered {
				t.Fatalf("a loser got %v", err)
			}
		}
		c := o.Store.From(coretest.System())
		if a, p, g := c.Account.Query().CountX(coretest.System()), c.Person.Query().CountX(coretest.System()), c.Grant.Query().CountX(coretest.System()); a != 1 || p != 1 || g != 1 {
			t.Errorf("%d accounts, %d people, %d grants: a loser left something", a, p, g)
		}
	})
}

func TestOneSecretMakesOneAccount(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		o.register(t, o.begin("ines"))
		secret := o.last(t, "ines@example.org").token()
		verify := func(int) error {
			_, _, err := o.Verify(coretest.Visitor(), secret, password)
			return err
		}
		won, lost := o.Crowd(t, func(ctx context.Context, c *ent.Client) error {
			return c.Registration.Update().SetUpdatedAt(o.Clock.Now()).Exec(ctx)
		}, verify)
		late, more := coretest.Race(50, verify)
		if won+late != 1 {
			t.Errorf("%d are signed in", won+late)
		}
		for _, err := range append(lost, more...) {
			if !errors.Is(err, accounts.ErrProof) {
				t.Fatalf("a loser got %v", err)
			}
		}
	})
}

func TestAHandleIsHeldUntilTheRegistrationExpires(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		o.register(t, o.begin("ines"))
		secret := o.last(t, "ines@example.org").token()
		again := o.begin("other")
		again.Handle = "i_n_e_s"
		o.Clock.Move(48*time.Hour - 2*time.Second)
		if _, err := o.Register(coretest.Visitor(), again); !errors.Is(err, accounts.ErrHandleTaken) {
			t.Errorf("a moment before: %v", err)
		}
		o.Clock.Move(time.Second)
		if _, _, err := o.Verify(coretest.Visitor(), secret, password); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("it is verified when it has expired: %v", err)
		}
		o.register(t, again)
		if _, _, err := o.Verify(coretest.Visitor(), o.last(t, "other@example.org").token(), password); err != nil {
			t.Fatal(err)
		}
		o.Clock.Move(1000 * time.Hour)
		if err := o.Forget(coretest.System()); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Register(coretest.Visitor(), o.begin("ines")); !errors.Is(err, accounts.ErrHandleTaken) {
			t.Errorf("a handle that somebody has is given again: %v", err)
		}
		if _, err := o.Create(coretest.System(), o.new("ines")); !errors.Is(err, accounts.ErrHandleTaken) {
			t.Errorf("by the platform: %v", err)
		}
	})
}

func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		known, _ := o.join(t, "ines")
		ask := map[string]func(ctx context.Context, email string) (any, error){
			"register": func(ctx context.Context, email string) (any, error) {
				in := o.begin("h" + strings.ToLower(db.NewID()[24:]))
				in.Email = email
				return o.Register(ctx, in)
			},
			"resend": func(ctx context.Context, email string) (any, error) { return nil, o.Resend(ctx, email) },
			"reset":  func(ctx context.Context, email string) (any, error) { return nil, o.AskReset(ctx, email) },
		}
		for _, verb := range []string{"register", "resend", "reset"} {
			work := func(email string) string {
				ctx, queries := dbtest.Count(coretest.Visitor())
				answer, err := ask[verb](ctx, email)
				return fmt.Sprint(answer, err, queries.Len())
			}
			a, b := work(known.Email), work("nobody@example.org")
			if a != b || strings.Contains(a, "0") && strings.HasSuffix(a, " 0") {
				t.Errorf("%s: %s for a known address, %s for an unknown one", verb, a, b)
			}
			if err := func() error { _, err := ask[verb](coretest.Visitor(), "no address"); return err }(); !errors.Is(err, core.ErrInvalid) {
				t.Errorf("%s: %v", verb, err)
			}
		}
		var subjects []string
		for _, l := range o.mails(t, known.Email) {
			subjects = append(subjects, l.subject)
			if strings.Contains(l.text, "verify?") {
				t.Errorf("the owner of an account can make another: %s", l.text)
			}
		}
		slices.Sort(subjects)
		if !slices.Equal(subjects, []string{"Votre nouveau mot de passe sur LabFilms", "Vous avez déjà un compte sur LabFilms", "Vous avez déjà un compte sur LabFilms"}) {
			t.Errorf("the owner got %q", subjects)
		}
		for _, l := range o.mails(t, "nobody@example.org") {
			if l.subject != "Bienvenue sur LabFilms" {
				t.Errorf("nobody got %q", l.subject)
			}
		}
	})
}

func TestFiveMailsAnHourAreEnough(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		in := o.begin("ines")
		in.Locale = "en-GB"
		o.register(t, in)
		first := o.last(t, in.Email)
		if first.subject != "Welcome to LabFilms" {
			t.Errorf("mailed: %q", first.subject)
		}
		for range 7 {
			if err := o.Resend(coretest.Visitor(), in.Email); err != nil {
				t.Fatal(err)
			}
			o.last(t, in.Email)
		}
		got := o.mails(t, in.Email)
		if len(got) != 5 {
			t.Fatalf("%d mails", len(got))
		}
		if _, _, err := o.Verify(coretest.Visitor(), first.token(), password); !errors.Is(err, accounts.ErrProof) {
			t.Errorf("the first mail holds beside the last: %v", err)
		}
		o.Clock.Move(time.Hour)
		if err := o.Resend(coretest.Visitor(), in.Email); err != nil {
			t.Fatal(err)
		}
		if n := len(o.mails(t, in.Email)); n != 6 {
			t.Errorf("%d mails an hour later", n)
		}
		if n := o.Store.From(coretest.System()).SentMail.Query().CountX(coretest.System()); n != 1 {
			t.Errorf("%d mails are counted for ever", n)
		}
		if _, _, err := o.Verify(coretest.Visitor(), o.last(t, in.Email).token(), password); err != nil {
			t.Errorf("the last mail does not hold: %v", err)
		}
	})
}

func TestTheLastOfFiveMailsHolds(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		o.register(t, o.begin("ines"))
		for range 6 {
			if err := o.Resend(coretest.Visitor(), "ines@example.org"); err != nil {
				t.Fatal(err)
			}
			o.last(t, "ines@example.org")
		}
		if _, _, err := o.Verify(coretest.Visitor(), o.last(t, "ines@example.org").token(), password); err != nil {
			t.Errorf("what was not mailed took the place of what was: %v", err)
		}
	})
}

func TestOnlyThePlatformMailsAndForgets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		admin := w.Actor(t, "yann", w.Network, "platform_admin")
		mailer := w.Mailer(mail.NewFolder(t.TempDir(), w.Clock.Now), &url.URL{})
		if err := mailer(admin, core.Event{Type: "registration.made.v1", Subject: db.NewID()}); !errors.Is(err, core.ErrDenied) {
			t.Error(err)
		}
		if err := w.Forget(admin); !errors.Is(err, core.ErrDenied) {
			t.Error(err)
		}
		for _, about := range append(accounts.MailEvents, "film.made.v1") {
			if err := mailer(coretest.System(), core.Event{Type: about, Subject: db.NewID()}); err != nil {
				t.Errorf("%s about what is gone: %v", about, err)
			}
		}
	})
}

func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o office) {
		o.register(t, o.begin("ines"))
		verify := o.last(t, "ines@example.org").token()
		session, _, err := o.Verify(coretest.Visitor(), verify, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.AskReset(coretest.Visitor(), "ines@example.org"); err != nil {
			t.Fatal(err)
		}
		reset := o.last(t, "ines@example.org").token()
		o.register(t, o.begin("lea"))
		begun := o.last(t, "lea@example.org").token()
		var kept strings.Builder
		c, ctx := o.Store.From(coretest.System()), coretest.System()
		for _, row := range c.Outbox.Query().AllX(ctx) {
			fmt.Fprintf(&kept, "%+v %s %s\n", row, row.Subject, row.Data)
		}
		addresses := kept.String()
		for _, row := range c.AuditEntry.Query().AllX(ctx) {
			fmt.Fprintf(&kept, "%+v\n", row)
		}
		for _, row := range c.Registration.Query().AllX(ctx) {
			fmt.Fprintf(&kept, "%+v %s\n", row, row.SecretHash+row.PasswordHash)
		}
		for _, row := range c.Proof.Query().AllX(ctx) {
			fmt.Fprintf(&kept, "%+v %s\n", row, row.SecretHash)
		}
		for _, row := range c.Session.Query().AllX(ctx) {
			fmt.Fprintf(&kept, "%+v %s\n", row, row.TokenHash)
		}
		for _, row := range c.Account.Query().Where(account.EmailNEQ("")).AllX(ctx) {
			fmt.Fprintf(&kept, "%+v %s\n", row, row.PasswordHash)
		}
		for _, secret := range []string{verify, session, reset, begun, password} {
			if len(secret) < 10 || strings.Contains(kept.String(), secret) {
				t.Errorf("%q is kept", secret)
			}
		}
		if strings.Contains(addresses, "example.org") {
			t.Error("an event has an address in it")
		}
	})
}
