package accounts

import (
	"context"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
)

// The lengths of a password, in characters and in bytes. There are no rules on
// what it is made of: they make passwords worse.
const (
	passwordMin      = 10
	passwordMaxBytes = 1024
)

// ErrBusy is the fault of who finds too many others signing in before them.
var ErrBusy = &core.Fault{
	Kind: core.Unavailable, Code: "sign_in_busy",
	EN: "Too many people are signing in at this moment. Try again in a few seconds.",
	FR: "Trop de connexions en ce moment. Réessayez dans quelques secondes.",
}

// hardness is OWASP's floor for argon2id: 19 MiB, twice over. A second of a
// graphics card then tries some hundred passwords, and a sign-in costs the
// server about 30 ms of one core.
var hardness = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hash returns what is kept of a password. It fails only where the machine has
// no randomness, and then nothing may go on.
func hash(password string) string {
	h, err := argon2id.CreateHash(composed(password), hardness)
	if err != nil {
		panic(err)
	}
	return h
}

// composed makes one password of what two keyboards write in two ways.
func composed(password string) string { return norm.NFC.String(password) }

// hashed is hash, in its turn.
func (a *Accounts) hashed(ctx context.Context, password string) (string, error) {
	done, err := a.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return hash(password), nil
}

// matches reports whether the password is the one that was hashed, in its turn.
func (a *Accounts) matches(ctx context.Context, password, hash string) (bool, error) {
	done, err := a.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return argon2id.ComparePasswordAndHash(composed(password), hash)
}

// turn waits until one more password may be hashed: argon2id is meant to be
// expensive, and a crowd that signs in must not take the memory and the
// processors from everybody else. Whoever has its turn calls done.
func (a *Accounts) turn(ctx context.Context) (done func(), err error) {
	select {
	case a.hashing <- struct{}{}:
		return func() { <-a.hashing }, nil
	case <-ctx.Done():
		return nil, ErrBusy.Because(ctx.Err())
	}
}

// checkPassword refuses, in f, a password that is too short, too long or no
// text.
func checkPassword(f *text.Form, password string) {
	switch {
	case !utf8.ValidString(password):
		f.Refuse("/password", "not_text", "It is not UTF-8.", "Ce champ n'est pas en UTF-8.")
	case utf8.RuneCountInString(composed(password)) < passwordMin:
		f.Refuse("/password", "too_short", "A password has at least 10 characters.", "Un mot de passe compte au moins 10 caractères.")
	case len(password) > passwordMaxBytes:
		f.Refuse("/password", "too_long", "A password has at most 1024 bytes.", "Un mot de passe compte au plus 1024 octets.")
	}
}
