package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/url"
	"time"

	"github.com/labfilms/labfilms/core"
)

// ErrUnreachable is the fault of a mail server that does not answer, or does not
// let the platform in: the next mail would fare no better.
var ErrUnreachable = &core.Fault{
	Kind: core.Unavailable, Code: "mail_unreachable",
	EN: "The mail server cannot be reached.",
	FR: "Le serveur de courrier est injoignable.",
}

// within is how long a mail may take, from the connection to its end.
const within = 30 * time.Second

// SMTP sends mail by way of a mail server, over an encrypted connection; only
// to this very machine may it be a plain one.
type SMTP struct {
	host, address string
	implicit      bool // TLS from the first byte
	auth          smtp.Auth
	from          netmail.Address
	now           func() time.Time
}

// NewSMTP returns a sender by way of the server at
//
//	smtp://user:password@host:587?from=LabFilms <labfilms@example.org>
//
// or smtps:// where TLS begins with the connection. An error holds no secret.
func NewSMTP(raw string, now func() time.Time) (*SMTP, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return nil, errors.New("mail: the server's address is like smtp://user:password@host:587?from=labfilms@example.org")
	}
	from, err := netmail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return nil, errors.New("mail: the server's address lacks ?from=, the address that mails come from")
	}
	s := &SMTP{host: u.Hostname(), implicit: u.Scheme == "smtps", from: *from, now: now}
	port := u.Port()
	switch {
	case port != "":
	case s.implicit:
		port = "465"
	default:
		port = "587"
	}
	s.address = net.JoinHostPort(s.host, port)
	if u.User != nil {
		password, _ := u.User.Password()
		s.auth = smtp.PlainAuth("", u.User.Username(), password, s.host)
	}
	return s, nil
}

// Send hands the message to the server and returns once it has taken it. It
// returns ErrUnreachable, or what the server has against this mail.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	content, err := encode(m, s.from, s.now(), false)
	if err != nil {
		return err
	}
	return s.session(ctx, func(c *smtp.Client) error {
		if err := c.Mail(s.from.Address); err != nil {
			return err
		}
		if err := c.Rcpt(m.To); err != nil {
			return err
		}
		w, err := c.Data()
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
		return w.Close()
	})
}

// Check speaks to the server as Send does, and sends nothing.
func (s *SMTP) Check(ctx context.Context) error {
	return s.session(ctx, func(c *smtp.Client) error { return c.Noop() })
}

// String names the server.
func (s *SMTP) String() string { return "the server " + s.address }

// session signs in to the server, calls fn, and leaves. An error of fn is not
// that the server is out of reach.
func (s *SMTP) session(ctx context.Context, fn func(*smtp.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	fail := func(err error) error { return ErrUnreachable.Because(fmt.Errorf("mail: %s: %w", s.address, err)) }
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return fail(err)
	}
	defer conn.Close()
	raw := conn
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	settings := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if s.implicit {
		conn = tls.Client(conn, settings)
	}
	c, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return fail(err)
	}
	defer c.Close()
	encrypted, _ := c.Extension("STARTTLS")
	switch {
	case s.implicit:
	case encrypted:
		if err := c.StartTLS(settings); err != nil {
			return fail(err)
		}
	case !loopback(s.host):
		return fail(errors.New("the server offers no encryption (STARTTLS)"))
	}
	if s.auth != nil {
		if err := c.Auth(s.auth); err != nil {
			return fail(err)
		}
	}
	if err := fn(c); err != nil {
		return fmt.Errorf("mail: %s: %w", s.address, err)
	}
	_ = c.Quit() // the mail is theirs by now; to fail would be to send it twice
	return nil
}

// loopback reports whether the host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var _ Sender = (*SMTP)(nil)
