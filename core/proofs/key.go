package proofs

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-jose/go-jose/v4"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/signingkey"
	"github.com/labfilms/labfilms/ent/space"
)

// States are the states of a signing key. The one that is current signs; one
// that is retired never does again, and what it has signed verifies.
var States = core.Machine[signingkey.State]{
	Noun: "signing_key", Starts: []signingkey.State{signingkey.StateCurrent},
	Moves: []core.Move[signingkey.State]{
		{Action: "signing_key.rotate", Event: "signing_key.rotated.v1", From: []signingkey.State{signingkey.StateCurrent}, To: []signingkey.State{signingkey.StateRetired}},
	},
}

// Keys returns every key that ever signed, the current one first and then the
// latest first. Whoever asks may know them: they are public. Nothing is made
// for the asking: before the first proof there is none.
func (r *Ring) Keys(ctx context.Context) ([]*ent.SigningKey, error) {
	return r.store.From(ctx).SigningKey.Query().
		// The private half is not even read.
		Select(signingkey.FieldID, signingkey.FieldCreatedAt, signingkey.FieldPublicKey, signingkey.FieldState, signingkey.FieldRetiredAt).
		Order(ent.Asc(signingkey.FieldState), ent.Desc(signingkey.FieldCreatedAt, signingkey.FieldID)).
		All(ctx)
}

// Rotate retires the current key and makes the next, for a reason of 1 to 1000
// characters: action signing_key.rotate at the network. It returns the next. It
// does so also where the current one does not open any more, since the
// instance's secret was changed.
func (r *Ring) Rotate(ctx context.Context, reason string) (*ent.SigningKey, error) {
	var next *ent.SigningKey
	network, err := r.store.From(ctx).Space.Query().Where(space.KindEQ(space.KindNetwork)).Only(ctx)
	if err != nil {
		return nil, err
	}
	const action = "signing_key.rotate"
	if err := r.gate.Check(ctx, action, network.Path, 0); err != nil {
		return nil, err
	}
	var form text.Form
	reason = form.Line("/reason", reason, 1000)
	if err := form.Err(); err != nil {
		return nil, err
	}
	err = r.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// Who rotates at the same time waits, and then finds the key that this
		// made.
		if _, err := c.Space.Query().Where(space.ID(network.ID), db.Alone).OnlyID(ctx); err != nil {
			return err
		}
		old, err := r.current(ctx)
		if err != nil {
			return err
		}
		step, allowed := States.Move(action, old.State, signingkey.StateRetired)
		if !allowed {
			return fmt.Errorf("proofs: a key that is %s is not retired", old.State)
		}
		now := r.store.DB().Now()
		err = c.SigningKey.UpdateOne(old).
			SetState(signingkey.StateRetired).SetRetiredAt(now).ClearSealedKey().SetUpdatedAt(now).
			Exec(ctx)
		if err != nil {
			return err
		}
		made, err := r.generate(c)
		if err != nil {
			return err
		}
		if next, err = made.Save(ctx); err != nil {
			return err
		}
		said := map[string]string{"retired": old.ID}
		place := core.Place{Network: network.NetworkID, Space: network.ID, Path: network.Path}
		err = r.audit.Record(ctx, audit.Entry{Action: action, Object: "signing_key:" + next.ID, Place: place, Reason: reason, Data: said})
		if err != nil {
			return err
		}
		data, err := json.Marshal(said)
		if err != nil {
			return err
		}
		return r.events.Record(ctx, core.Event{Type: step.Event, Subject: next.ID, Place: place, Data: data})
	})
	if err != nil {
		return nil, err
	}
	return next, nil
}

// current returns the key that signs, and makes it where there is none.
func (r *Ring) current(ctx context.Context) (*ent.SigningKey, error) {
	key, err := r.find(ctx)
	if !ent.IsNotFound(err) {
		return key, err
	}
	err = r.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		made, err := r.generate(c)
		if err != nil {
			return err
		}
		err = made.OnConflict(entsql.DoNothing()).Exec(ctx)
		if errors.Is(err, sql.ErrNoRows) { // so ent says that another node was first
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.find(ctx)
}

func (r *Ring) find(ctx context.Context) (*ent.SigningKey, error) {
	return r.store.From(ctx).SigningKey.Query().Where(signingkey.StateEQ(signingkey.StateCurrent)).Only(ctx)
}

// generate returns a new key that is not written yet.
func (r *Ring) generate(c *ent.Client) (*ent.SigningKeyCreate, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	id, err := thumbprint(public)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, r.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	now := r.store.DB().Now()
	return c.SigningKey.Create().
		SetID(id).SetPublicKey(public).
		SetSealedKey(r.seal.Seal(nonce, nonce, private.Seed(), []byte(id))).
		SetCreatedAt(now).SetUpdatedAt(now), nil
}

// open returns the private half of a key that is current.
func (r *Ring) open(key *ent.SigningKey) (ed25519.PrivateKey, error) {
	n := r.seal.NonceSize()
	if len(key.SealedKey) < n {
		return nil, fmt.Errorf("proofs: signing key %s is cut short", key.ID)
	}
	seed, err := r.seal.Open(nil, key.SealedKey[:n], key.SealedKey[n:], []byte(key.ID))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("proofs: signing key %s does not open with this instance's secret; rotating makes another", key.ID)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// thumbprint returns what the key is called: RFC 7638, SHA-256.
func thumbprint(public ed25519.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}
