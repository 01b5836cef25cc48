package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/labfilms/labfilms/core"
)

// How credentials begin, so that people and scanners of leaked secrets know
// what they have found.
const (
	sessionPrefix = "lfs_"
	tokenPrefix   = "lfp_"
)

// seenEvery is how exactly it is known when a credential was last used.
const seenEvery = time.Hour

// ErrCredential is the fault of a credential that does not hold: unknown,
// ended, revoked or malformed, which nobody is told apart.
var ErrCredential = &core.Fault{
	Kind: core.Unauthenticated, Code: "credential_invalid",
	EN: "The credential does not hold, or no longer. Sign in again.",
	FR: "Cet identifiant de session n'est pas valable, ou ne l'est plus. Reconnectez-vous.",
}

// newSecret returns 256 bits of chance behind the prefix.
func newSecret(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) // never fails, by its contract
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// digest is what the database keeps of a secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
