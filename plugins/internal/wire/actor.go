package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/labfilms/labfilms/core"
)

// Actor is what the host tells a module about a request: who is asking, where,
// and what a list may show. It holds nothing that the module may not know.
type Actor struct {
	Module  string      `json:"module"`            // for whom it was signed
	Until   int64       `json:"until"`             // Unix milliseconds: from then on it does not hold
	Request string      `json:"request,omitempty"` // the request's id
	Locale  string      `json:"locale,omitempty"`
	Account string      `json:"account,omitempty"` // empty for a visitor
	Person  string      `json:"person,omitempty"`
	Roles   []core.Role `json:"roles"`            // direct ones at the space, as core.Actor.RolesAt gives them
	Scopes  []string    `json:"scopes"`           // as core.Actor's: nil and empty are not the same
	System  bool        `json:"system,omitempty"` // the platform itself
	Space   Space       `json:"space"`
	State   string      `json:"state"` // of the module in the space: on, read_only, closing
	Scope   core.Scope  `json:"scope"`
}

// Space is the space under which the request was made.
type Space struct {
	ID    string     `json:"id"`
	Slug  string     `json:"slug"`
	Name  string     `json:"name"`
	Place core.Place `json:"place"`
}

// ErrUnsigned says that an actor header is absent, was not signed by this
// host for this module, or no longer holds.
var ErrUnsigned = errors.New("actor header is not signed by the host")

// Sign returns the actor as the value of HeaderActor. The key is the one of
// the Configuration that the process was given.
func (a Actor) Sign(key []byte) (string, error) {
	claims, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("sign actor: %w", err)
	}
	payload := base64.RawURLEncoding.EncodeToString(claims)
	return payload + "." + base64.RawURLEncoding.EncodeToString(seal(key, payload)), nil
}

// Verify returns the actor of a HeaderActor that was signed with key, for this
// module, and holds at now. It returns ErrUnsigned for everything else.
func Verify(key []byte, header, module string, now time.Time) (Actor, error) {
	payload, signature, _ := strings.Cut(header, ".")
	mac, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(key) == 0 || !hmac.Equal(mac, seal(key, payload)) {
		return Actor{}, ErrUnsigned
	}
	claims, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return Actor{}, ErrUnsigned
	}
	var a Actor
	if err := json.Unmarshal(claims, &a); err != nil || a.Module != module || now.UnixMilli() >= a.Until {
		return Actor{}, ErrUnsigned
	}
	return a, nil
}

func seal(key []byte, payload string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("labfilms actor 1\n" + payload))
	return mac.Sum(nil)
}
