package accounts_test

import (
	"context"
	"errors"
	"io"
	netmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/mail"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
)

// office is a world in which mails are written and go into a folder.
type office struct {
	world
	folder string
}

func eachOffice(t *testing.T, run func(t *testing.T, o office)) {
	t.Helper()
	each(t, func(t *testing.T, w world) {
		o := office{w, t.TempDir()}
		w.Write(t, func(ctx context.Context, c *ent.Client) error {
			return errors.Join(
				c.Space.Update().Where(space.ID(w.Bretagne.ID)).SetCode("53").Exec(ctx),
				c.Space.Update().Where(space.ID(w.Occitanie.ID)).SetCode("76").SetTimeZone("Europe/Paris").Exec(ctx),
			)
		})
		public, err := url.Parse("https://films.example.org/fr")
		if err != nil {
			t.Fatal(err)
		}
		w.Events.Subscribe("mail", accounts.MailEvents, w.Mailer(mail.NewFolder(o.folder, w.Clock.Now), public))
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- w.Events.Run(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		run(t, o)
	})
}

// letter is a mail as its reader has it.
type letter struct{ subject, text string }

// token returns the secret that is in the mail, "" for none.
func (l letter) token() string {
	found := regexp.MustCompile(`https://films\.example\.org/fr/[a-z-]+\?token=([A-Za-z0-9_-]{43})\n`).FindStringSubmatch(l.text)
	if found == nil || strings.Count(l.text, found[1]) != 2 {
		return ""
	}
	return found[1]
}

// mails returns what an address got, the last last.
func (o office) mails(t *testing.T, to string) []letter {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := o.Events.Settled(ctx); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(o.folder, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var got []letter
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := netmail.ReadMessage(f)
		if err != nil {
			t.Fatal(err)
		}
		if m.Header.Get("To") != "<"+to+">" {
			continue
		}
		text, err := io.ReadAll(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		subject, err := netmail.ParseAddress(m.Header.Get("Subject") + " <a@example.org>")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, letter{subject.Name, strings.ReplaceAll(string(text), "\r\n", "\n")})
	}
	return got
}

// last returns the last mail that an address got. Time passes, so that the next
// one comes after it.
func (o office) last(t *testing.T, to string) letter {
	t.Helper()
	got := o.mails(t, to)
	if len(got) == 0 {
		t.Fatalf("%s got no mail", to)
	}
	o.Clock.Move(time.Second)
	return got[len(got)-1]
}

// begin is a registration that can be made.
func (o office) begin(handle string) accounts.NewRegistration {
	return accounts.NewRegistration{
		Email: handle + "@example.org", Password: password, Name: "Inès Morvan", Handle: handle, Commune: "29052",
	}
}

func (o office) register(t *testing.T, in accounts.NewRegistration) {
	t.Helper()
	if _, err := o.Register(coretest.Visitor(), in); err != nil {
		t.Fatal(err)
	}
}
