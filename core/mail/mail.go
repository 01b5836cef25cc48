// Package mail sends mail: to a mail server, or into a folder where whoever runs
// the platform reads it. What is in a mail, and when one is due, is its
// caller's to know.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Message is one mail to one person.
type Message struct {
	To      string // an address, as accounts keeps it
	Subject string
	Text    string // plain text, lines ended by \n
	Locale  string // BCP 47, of the text
	Host    string // of the platform, for the mail's own name (Message-ID)
}

// Sender sends mail. Its second answer to the same message is a second mail.
type Sender interface {
	// Send returns once the message is where it cannot be lost.
	Send(ctx context.Context, m Message) error
	// Check returns why no mail could be sent now, nil if one could.
	Check(ctx context.Context) error
	// String says where mail goes, without a secret.
	String() string
}

// encode writes the message as RFC 5322 has it, from an address at a time.
// Nothing that is in it can become a header. As quoted-printable it passes every
// server; plain it is for a reader of files, whose links stay in one piece.
func encode(m Message, from netmail.Address, now time.Time, plain bool) ([]byte, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Name != "" || strings.ContainsAny(m.To, "\r\n") {
		return nil, errors.New("mail: the address is none")
	}
	transfer := "quoted-printable"
	if plain {
		transfer = "8bit"
	}
	var b bytes.Buffer
	for _, header := range [][2]string{
		{"Date", now.Format(time.RFC1123Z)},
		{"From", from.String()},
		{"To", to.String()},
		{"Subject", mime.QEncoding.Encode("utf-8", strings.Join(strings.Fields(m.Subject), " "))},
		{"Message-ID", "<" + uuid.NewString() + "@" + oneWord(m.Host) + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"Content-Language", oneWord(m.Locale)},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", transfer},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", header[0], header[1])
	}
	b.WriteString("\r\n")
	text := strings.ReplaceAll(m.Text, "\n", "\r\n")
	if plain {
		b.WriteString(text)
		return b.Bytes(), nil
	}
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// oneWord returns what of s a header can hold as one word: what is in the names
// of hosts and languages.
func oneWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		default:
			return -1
		}
	}, s)
}
