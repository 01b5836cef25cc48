package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/labfilms/labfilms/core/mail"
)

// Settings are what an operator decides. Each is a flag and an environment
// variable; a variable that begins with LABFILMS_ and is none of them is an
// error, since a misspelt setting is otherwise silence.
type Settings struct {
	Addr        string         `default:"127.0.0.1:8080" env:"LABFILMS_ADDR" help:"Address to listen on."`
	Data        string         `default:"./data" env:"LABFILMS_DATA" help:"Folder of the databases, files and secrets of this node."`
	DatabaseURL string         `env:"LABFILMS_DATABASE_URL" help:"PostgreSQL to use instead of the embedded SQLite: postgres://…" name:"database-url"`
	PublicURL   string         `env:"LABFILMS_PUBLIC_URL" help:"Where people reach this platform; default http://ADDR." name:"public-url"`
	Secret      string         `env:"LABFILMS_SECRET" help:"Secret shared by all nodes, 32 bytes or more. On SQLite one is made and kept in the data folder."`
	MeiliURL    string         `env:"LABFILMS_MEILI_URL" help:"Meilisearch to use instead of the embedded search: http://127.0.0.1:7700" name:"meili-url"`
	MeiliKey    string         `env:"LABFILMS_MEILI_KEY" help:"Key of that Meilisearch; it makes, fills and swaps indexes." name:"meili-key"`
	MeiliPrefix string         `default:"labfilms" env:"LABFILMS_MEILI_PREFIX" help:"Beginning of the names of the indexes there, where several platforms share a Meilisearch." name:"meili-prefix"`
	SMTPURL     string         `env:"LABFILMS_SMTP_URL" help:"Mail server: smtp://user:password@host:587?from=labfilms@example.org. Without one, mails are kept as files in the data folder." name:"smtp-url"`
	Origins     []string       `env:"LABFILMS_ORIGINS" help:"Sites whose pages may call the API with a person's cookie, separated by commas."`
	Proxies     []netip.Prefix `env:"LABFILMS_PROXIES" help:"Networks of your own reverse proxies (10.0.0.0/8), whose X-Forwarded-For is believed, separated by commas."`
}

// secretsFromFiles are the settings that may come from a file, named by the
// same variable with _FILE behind it.
var secretsFromFiles = []string{"LABFILMS_SECRET", "LABFILMS_DATABASE_URL", "LABFILMS_SMTP_URL", "LABFILMS_MEILI_KEY"}

// known are all variables that begin with LABFILMS_ and mean something.
var known = []string{
	"LABFILMS_ADDR", "LABFILMS_DATA", "LABFILMS_DATABASE_URL", "LABFILMS_PUBLIC_URL", "LABFILMS_SECRET", "LABFILMS_ORIGINS", "LABFILMS_PROXIES",
	"LABFILMS_SMTP_URL", "LABFILMS_MEILI_URL", "LABFILMS_MEILI_KEY", "LABFILMS_MEILI_PREFIX", "LABFILMS_MEILI_KEY_FILE", "LABFILMS_SECRET_FILE", "LABFILMS_DATABASE_URL_FILE", "LABFILMS_SMTP_URL_FILE",
	"LABFILMS_TEST_POSTGRES", "LABFILMS_TEST_MEILI", "LABFILMS_TEST_MEILI_KEY", "LABFILMS_TEST_MEILI_BINARY", // of the tests, which share an environment with the program they start
}

// checkEnvironment refuses unknown LABFILMS_ variables and turns each *_FILE
// into the setting that the file holds.
func checkEnvironment() error {
	var unknown []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "LABFILMS_") && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("unknown setting in the environment: %s", strings.Join(unknown, ", "))
	}
	for _, name := range secretsFromFiles {
		file := os.Getenv(name + "_FILE")
		if file == "" {
			continue
		}
		if os.Getenv(name) != "" {
			return fmt.Errorf("%s and %s_FILE are both set; one of them is enough", name, name)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%s_FILE: %w", name, err)
		}
		if err := os.Setenv(name, strings.TrimSpace(string(content))); err != nil {
			return err
		}
	}
	return nil
}

// publicURL returns where people reach the platform, without a slash at the
// end. addr is what was really listened on.
func (s Settings) publicURL(addr string) (string, error) {
	if s.PublicURL == "" {
		return "http://" + addr, nil
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("LABFILMS_PUBLIC_URL is no address that begins with http:// or https://: %q", s.PublicURL)
	}
	return strings.TrimRight(s.PublicURL, "/"), nil
}

// sender returns where mail goes: to the mail server that is set, else into the
// folder mail of the data folder.
func (s Settings) sender(now func() time.Time) (mail.Sender, error) {
	if s.SMTPURL == "" {
		return mail.NewFolder(filepath.Join(s.Data, "mail"), now), nil
	}
	sender, err := mail.NewSMTP(s.SMTPURL, now)
	if err != nil {
		return nil, fmt.Errorf("LABFILMS_SMTP_URL: %w", err)
	}
	return sender, nil
}

// secret returns the instance's secret. With PostgreSQL the nodes must share
// it and the operator names it; on SQLite the one node makes its own, once.
func (s Settings) secret() ([]byte, error) {
	if s.Secret != "" {
		if len(s.Secret) < 32 {
			return nil, errors.New("LABFILMS_SECRET must have 32 bytes or more")
		}
		return []byte(s.Secret), nil
	}
	if s.DatabaseURL != "" {
		return nil, errors.New("with PostgreSQL the nodes share a secret: set LABFILMS_SECRET (openssl rand -hex 32)")
	}
	file := filepath.Join(s.Data, "secret")
	content, err := os.ReadFile(file)
	if err == nil {
		kept := bytes.TrimSpace(content)
		if len(kept) < 32 {
			return nil, fmt.Errorf("%s does not hold the secret that was made for it: restore it, since cursors, stored answers and the modules' passwords depend on it", file)
		}
		return kept, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails, by its contract
	secret := hex.EncodeToString(fresh)
	return []byte(secret), renameio.WriteFile(file, []byte(secret+"\n"), 0o600)
}

// own makes the data folder, and on SQLite this process's own until release is
// called: two servers on one file would each believe to be the only one. Nodes
// on PostgreSQL share nothing but the database.
func (s Settings) own() (release func(), err error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, err
	}
	if s.DatabaseURL != "" {
		return func() {}, nil
	}
	lock, err := os.OpenFile(filepath.Join(s.Data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another labfilms is running on the data folder %s", s.Data)
	}
	return func() { lock.Close() }, nil
}
