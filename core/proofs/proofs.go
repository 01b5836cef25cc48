// Package proofs signs what the platform says to those who have no account
// here: that a film was chosen, by whom and for what. A proof is a JSON Web
// Signature (RFC 7515) over JSON, made with Ed25519; the public keys are a JSON
// Web Key Set (RFC 7517) that anybody may read. Whoever has both needs nothing
// else from us to know that we have said it.
//
// One key signs at a time. It is made when it is first needed, and retired by
// whoever runs the platform; what it has signed verifies for ever, since the
// public half of a retired key is kept and shown. Its private half is erased.
package proofs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"

	"entgo.io/ent/dialect"

	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/events"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/policies"
)

// Ring owns the signing keys and signs with the current one. It keeps no key in
// memory: what one node rotates, every node signs with from the next proof on.
type Ring struct {
	store  db.Store[*ent.Client]
	gate   *policies.Gate
	events *events.Log
	audit  *audit.Log
	seal   cipher.AEAD // of private keys
}

// New returns the keys that are kept in d, sealed with the instance's secret.
func New(d *db.DB, gate *policies.Gate, events *events.Log, audit *audit.Log, secret []byte) *Ring {
	return &Ring{
		store:  db.Bind(d, func(drv dialect.Driver) *ent.Client { return ent.NewClient(ent.Driver(drv)) }),
		gate:   gate,
		events: events,
		audit:  audit,
		seal:   sealer(secret),
	}
}

// sealer encrypts under a key that is derived from the secret for this alone.
func sealer(secret []byte) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, secret, nil, "labfilms signing key", 32)
	if err != nil {
		panic("proofs: derive a key: " + err.Error())
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("proofs: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("proofs: " + err.Error())
	}
	return aead
}
