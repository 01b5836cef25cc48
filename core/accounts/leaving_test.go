package accounts_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/mail"
)

// picky is a mail server that refuses one address.
type picky struct {
	refuses string

	mu  sync.Mutex
	got map[string]int // how often it was given a mail, by address
}

func (p *picky) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got[m.To]++
	if m.To == p.refuses {
		return errors.New("550 no such mailbox")
	}
	return nil
}

func (*picky) Check(context.Context) error { return nil }
func (*picky) String() string              { return "picky" }

func (p *picky) count(to string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got[to]
}

// The present address was told again with every attempt to reach the new one.
func TestTheAddressThatIsLeftIsToldOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		server := &picky{refuses: "nowhere@example.org", got: map[string]int{}}
		w.Events.Subscribe("mail", accounts.MailEvents, w.Mailer(server, &url.URL{Scheme: "https", Host: "films.example.org"}))
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- w.Events.Run(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		account, self := w.join(t, "ines")
		if err := w.AskEmail(self, password, server.refuses); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(30 * time.Second)
		for tick := time.NewTicker(10 * time.Millisecond); server.count(server.refuses) < 3; <-tick.C {
			if time.Now().After(deadline) {
				t.Fatalf("the new address was tried %d times", server.count(server.refuses))
			}
		}
		if n := server.count(account.Email); n != 1 {
			t.Errorf("the present address was told %d times", n)
		}
	})
}
