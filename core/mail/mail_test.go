package mail_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/mail"
)

// certificate is the mail server's, which this process trusts: see TestMain.
var certificate tls.Certificate

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "mail")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		certificate = certify(filepath.Join(dir, "roots.pem"))
		return m.Run()
	}())
}

// certify makes a certificate for 127.0.0.1 and 0.0.0.0 and has this process
// trust it.
func certify(file string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4zero},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		panic(err)
	}
	os.Setenv("SSL_CERT_FILE", file) //nolint:forbidigo // it is crypto/x509's setting
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at() time.Time { return noon }

// letter has everything in it that a header must not take for its own.
var letter = mail.Message{
	To:      "ines@example.org",
	Subject: "Été\r\nBcc: all@example.org",
	Text:    "Bonjour Inès 🎬,\n\n.\n.. et une ligne " + strings.Repeat("très longue ", 20) + "\nhttps://example.org/verify?token=a=b\n",
	Locale:  "fr\r\nX-Evil: 1", Host: "films.example.org\r\nX-Evil: 2",
}

// check holds the mail against letter.
func check(t *testing.T, content []byte, from string) {
	t.Helper()
	if !strings.Contains(string(content), "\r\n\r\n") || slices.ContainsFunc(strings.Split(string(content), "\r\n"), func(l string) bool { return len(l) > 998 || strings.ContainsAny(l, "\r\n") }) {
		t.Errorf("the lines are not the standard's: %q", content)
	}
	m, err := netmail.ReadMessage(strings.NewReader(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	var headers []string
	for name := range m.Header {
		headers = append(headers, name)
	}
	slices.Sort(headers)
	want := []string{"Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	if !slices.Equal(headers, want) {
		t.Errorf("its headers are %v", headers)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Été Bcc: all@example.org" {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(noon) {
		t.Errorf("the date is %v, %v", date, err)
	}
	if got := m.Header.Get("From"); got != from {
		t.Errorf("it is from %s", got)
	}
	if got := m.Header.Get("To"); got != "<ines@example.org>" {
		t.Errorf("it is to %s", got)
	}
	if got := m.Header.Get("Message-Id"); !strings.HasSuffix(got, "@films.example.orgX-Evil2>") {
		t.Errorf("it is called %s", got)
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil || strings.ReplaceAll(string(text), "\r\n", "\n") != letter.Text {
		t.Errorf("the text is %q, %v", text, err)
	}
}

func TestAFolderKeepsMailAsFilesInOrder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail")
	now := noon
	folder := mail.NewFolder(path, func() time.Time { return now })
	if err := folder.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := folder.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	now = noon.Add(time.Millisecond)
	second := letter
	second.Text = "second"
	if err := folder.Send(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(path)
	if err != nil || len(files) != 2 {
		t.Fatalf("the folder holds %v, %v", files, err)
	}
	for i, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 || filepath.Ext(f.Name()) != ".eml" {
			t.Errorf("%s is %v, %v", f.Name(), info.Mode(), err)
		}
		content, err := os.ReadFile(filepath.Join(path, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			check(t, content, `"LabFilms" <labfilms@localhost>`)
		} else if !strings.HasSuffix(strings.TrimSpace(string(content)), "second") {
			t.Errorf("%s is not the second mail", f.Name())
		}
	}
	file := filepath.Join(path, files[0].Name())
	if err := mail.NewFolder(file, at).Check(t.Context()); err == nil {
		t.Error("a file is a folder")
	}
	if err := mail.NewFolder(file, at).Send(t.Context(), letter); err == nil {
		t.Error("a file takes mail")
	}
}

func TestAnAddressIsOneAddress(t *testing.T) {
	t.Parallel()
	folder := mail.NewFolder(t.TempDir(), at)
	for _, to := range []string{"", "ines", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", "Inès <a@example.org>", "a@example.org\n"} {
		m := letter
		m.To = to
		if err := folder.Send(t.Context(), m); err == nil {
			t.Errorf("%q is written to", to)
		}
	}
}

func TestTheAddressOfAMailServerIsRead(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"smtp://user:secret@mail.example.org?from=a@example.org":       "the server mail.example.org:587",
		"smtps://mail.example.org?from=LabFilms%20%3Ca@example.org%3E": "the server mail.example.org:465",
		"smtp://[::1]:2525?from=a@example.org":                         "the server [::1]:2525",
		"smtp://user:secret@mail.example.org":                          "",
		"smtp://?from=a@example.org":                                   "",
		"https://user:secret@mail.example.org?from=a@example.org":      "",
		"smtp://user:sec%ret@mail.example.org?from=a@example.org":      "",
		"": "",
	} {
		s, err := mail.NewSMTP(raw, at)
		switch {
		case err != nil && strings.Contains(err.Error(), "sec"):
			t.Errorf("%s: the error tells the secret: %v", raw, err)
		case (err == nil) != (want != ""):
			t.Errorf("%s: %v", raw, err)
		case err == nil && s.String() != want:
			t.Errorf("%s is %v", raw, s)
		}
	}
}

func TestAMailGoesByAServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server server
		scheme string
	}{
		"encrypted when asked": {server{starttls: true}, "smtp"},
		"encrypted at once":    {server{implicit: true}, "smtps"},
		"plain, to ourselves":  {server{}, "smtp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, got := c.server.start(t)
			s, err := mail.NewSMTP(c.scheme+"://labfilms:s%40cret@"+address+"?from=LabFilms%20%3Cfilms@example.org%3E", at)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-got
			if err := s.Send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			talk := <-got
			if talk.encrypted != (name != "plain, to ourselves") || talk.credential != "\x00labfilms\x00s@cret" {
				t.Errorf("encrypted: %v, signed in with %q", talk.encrypted, talk.credential)
			}
			if talk.from != "<films@example.org>" || !slices.Equal(talk.to, []string{"<ines@example.org>"}) {
				t.Errorf("the envelope is from %s to %v", talk.from, talk.to)
			}
			check(t, talk.data, `"LabFilms" <films@example.org>`)
		})
	}
}

func TestNothingIsSaidToAServerInTheClear(t *testing.T) {
	t.Parallel()
	address, got := server{}.start(t)
	_, port, _ := net.SplitHostPort(address)
	// Another name for this machine, which is none that we take for ourselves.
	s, err := mail.NewSMTP("smtp://labfilms:secret@0.0.0.0:"+port+"?from=films@example.org", at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), letter); !errors.Is(err, mail.ErrUnreachable) || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("it is sent: %v", err)
	}
	if talk := <-got; talk.credential != "" || talk.from != "" || talk.data != nil {
		t.Errorf("it was told %+v", talk)
	}
}

func TestAServerThatIsAwayIsToldFromOneThatRefuses(t *testing.T) {
	t.Parallel()
	send := func(ctx context.Context, address string) error {
		s, err := mail.NewSMTP("smtp://labfilms:secret@"+address+"?from=films@example.org", at)
		if err != nil {
			t.Fatal(err)
		}
		return s.Send(ctx, letter)
	}
	refusing, _ := server{refuses: true}.start(t)
	if err := send(t.Context(), refusing); err == nil || errors.Is(err, mail.ErrUnreachable) {
		t.Errorf("refused: %v", err)
	}
	locked, _ := server{locked: true}.start(t)
	if err := send(t.Context(), locked); !errors.Is(err, mail.ErrUnreachable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("not let in: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	silent, _ := server{silent: true}.start(t)
	if err := send(ctx, silent); !errors.Is(err, mail.ErrUnreachable) {
		t.Errorf("silent: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := send(t.Context(), l.Addr().String()); !errors.Is(err, mail.ErrUnreachable) {
		t.Errorf("away: %v", err)
	}
}

// server is a mail server, as far as a sender sees it.
type server struct {
	starttls, implicit bool
	refuses            bool // the address
	locked             bool // to every password
	silent             bool
}

// talk is what a server was told over one connection.
type talk struct {
	encrypted  bool
	credential string
	from       string
	to         []string
	data       []byte
}

// start returns where the server listens and what it is told.
func (s server) start(t *testing.T) (address string, got <-chan talk) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	told := make(chan talk, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			told <- s.listen(conn)
			conn.Close()
		}
	}()
	return l.Addr().String(), told
}

func (s server) listen(conn net.Conn) (heard talk) {
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}}
	if s.implicit {
		conn, heard.encrypted = tls.Server(conn, settings), true
	}
	r := bufio.NewReader(conn)
	say := func(line string) { io.WriteString(conn, line+"\r\n") }
	if !s.silent {
		say("220 mail")
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return heard
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "EHLO":
			say("250-mail")
			if s.starttls && !heard.encrypted {
				say("250-STARTTLS")
			}
			say("250-AUTH PLAIN")
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go")
			conn, heard.encrypted = tls.Server(conn, settings), true
			r = bufio.NewReader(conn)
		case "AUTH":
			credential, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			heard.credential = string(credential)
			if s.locked {
				say("535 no")
			} else {
				say("235 yes")
			}
		case "MAIL":
			heard.from, _, _ = strings.Cut(strings.TrimPrefix(rest, "FROM:"), " ")
			say("250 yes")
		case "RCPT":
			heard.to = append(heard.to, strings.TrimPrefix(rest, "TO:"))
			if s.refuses {
				say("550 nobody here")
			} else {
				say("250 yes")
			}
		case "DATA":
			say("354 go on")
			for {
				line, err := r.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				heard.data = append(heard.data, strings.TrimPrefix(line, ".")...)
			}
			say("250 yes")
		case "QUIT":
			say("221 bye")
			return heard
		default:
			say("250 yes")
		}
	}
}
