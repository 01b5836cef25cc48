package proofs

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/labfilms/labfilms/core"
)

// Proof is a flattened JSON Web Signature (RFC 7515, section 7.2.2): each member
// is base64url without padding.
type Proof struct {
	Payload   string `json:"payload" doc:"What is said: JSON, in base64url."`
	Protected string `json:"protected" doc:"How it is signed: alg EdDSA, typ, and the kid of the key; JSON, in base64url."`
	Signature string `json:"signature" doc:"Ed25519 over protected, a full stop and payload; in base64url."`
}

// ErrProof is the fault of what is no proof, or of nobody here.
var ErrProof = &core.Fault{
	Kind: core.Invalid, Code: "proof_invalid",
	EN: "This proof does not hold.",
	FR: "Cette preuve ne tient pas.",
}

// sign returns the proof that we say this: typ names what kind of thing it is,
// so that a proof of one kind passes for no other. It asks nobody: whoever calls
// it has asked whether the actor may know what is said.
func (r *Ring) sign(ctx context.Context, typ string, said any) (Proof, error) {
	key, err := r.current(ctx)
	if err != nil {
		return Proof{}, err
	}
	private, err := r.open(key)
	if err != nil {
		return Proof{}, err
	}
	payload, err := json.Marshal(said)
	if err != nil {
		return Proof{}, err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		return Proof{}, fmt.Errorf("proofs: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return Proof{}, fmt.Errorf("proofs: %w", err)
	}
	var proof Proof
	return proof, json.Unmarshal([]byte(signed.FullSerialize()), &proof)
}

// Verify returns what a proof of this typ says, as JSON, if one of the keys has
// signed it: a proof as it was answered, and a key set as it is served. It needs
// no database and no network. It returns ErrProof, with why as its cause, for
// everything else.
func Verify(typ string, proof, keys []byte) ([]byte, error) {
	said, err := verify(typ, proof, keys)
	if err != nil {
		return nil, ErrProof.Because(err)
	}
	return said, nil
}

func verify(typ string, proof, keys []byte) ([]byte, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(keys, &set); err != nil {
		return nil, fmt.Errorf("the keys: %w", err)
	}
	// The list of algorithms is what refuses "none" and a public key taken for a
	// shared secret.
	signed, err := jose.ParseSigned(string(proof), []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return nil, err
	}
	if len(signed.Signatures) != 1 {
		return nil, errors.New("it has not one signature")
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != typ {
		return nil, fmt.Errorf("it is no %s", typ)
	}
	for _, key := range set.Key(header.KeyID) {
		// A key of another kind is not ours, whatever it is called.
		if _, ok := key.Key.(ed25519.PublicKey); !ok {
			continue
		}
		return signed.Verify(key.Key)
	}
	return nil, fmt.Errorf("there is no key %q", header.KeyID)
}
