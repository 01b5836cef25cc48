package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/proofs"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Proof is a signed statement.
type Proof struct{ proofs.Proof }

// ContentType says that it is JOSE in JSON: RFC 7515, section 9.2.1.
func (Proof) ContentType(string) string { return "application/jose+json" }

// SigningKey is the public half of a key, as a JSON Web Key.
type SigningKey struct {
	KeyType   string `json:"kty" enum:"OKP"`
	Curve     string `json:"crv" enum:"Ed25519"`
	X         string `json:"x" doc:"The public key, in base64url."`
	KeyID     string `json:"kid" doc:"Its thumbprint, RFC 7638."`
	Use       string `json:"use" enum:"sig"`
	Algorithm string `json:"alg" enum:"EdDSA"`
}

// SigningKeys is a JSON Web Key Set.
type SigningKeys struct {
	Keys []SigningKey `json:"keys" nullable:"false" doc:"The current one first, then those that were retired, the latest first."`
}

// ContentType says that it is a key set: RFC 7517, section 8.5.2.
func (SigningKeys) ContentType(string) string { return "application/jwk-set+json" }

func (a *API) registerProofs() {
	tags := []string{"Proofs"}
	huma.Register(a.core, huma.Operation{
		OperationID: "get-recognition-proof", Method: http.MethodGet, Path: "/v1/films/{film}/recognitions/{recognition}/proof", Tags: tags,
		Summary: "Prove that a film was chosen",
		Description: "A JSON Web Signature, flattened, made now with the current key: who chose the film, for what, and whether that was ended. " +
			"Its payload has `iss`, `iat`, `id`, `film` (`id`, `title`, `slug`, `isan`, `eidr`), `by`, `title`, `note`, `url`, `from`, `until`, `ended_at`, `reason`. " +
			"Whoever has it and the key set needs no account, and no question to us, to know that we have said it.",
		Extensions: rest.Permission("recognition.read"),
	}, a.getRecognitionProof)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-signing-keys", Method: http.MethodGet, Path: "/.well-known/jwks.json", Tags: tags,
		Summary:     "Read the keys that verify proofs",
		Description: "Every key that ever signed, as a JSON Web Key Set: what a retired one has signed stays proven. Empty before the first proof.",
		Extensions:  rest.Public(),
	}, a.listSigningKeys)
	huma.Register(a.core, huma.Operation{
		OperationID: "rotate-signing-key", Method: http.MethodPost, Path: "/v1/signing-keys/rotate", Tags: tags,
		Summary:     "Replace the signing key",
		Description: "Retires the key that signs and makes the next, which it answers. Proofs that were made before verify as they did.",
		Extensions:  rest.Permission("signing_key.rotate"),
	}, a.rotateSigningKey)
}

func (a *API) getRecognitionProof(ctx context.Context, in *RecognitionPath) (*struct{ Body Proof }, error) {
	film, said, err := a.films.Recognition(ctx, in.Film, in.Recognition)
	if err != nil {
		return nil, err
	}
	proof, err := a.proofs.Recognition(ctx, a.public, film, said)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Proof }{Proof{proof}}, nil
}

// asked is how caches keep the keys: they ask each time whether there is
// another, so that nobody lacks the key of a proof that was just made.
const asked = "public, no-cache"

func (a *API) listSigningKeys(ctx context.Context, in *struct{ rest.IfNoneMatch }) (*kept[SigningKeys], error) {
	keys, err := a.proofs.Keys(ctx)
	if err != nil {
		return nil, err
	}
	set := SigningKeys{Keys: make([]SigningKey, len(keys))}
	for i, key := range keys {
		set.Keys[i] = viewSigningKey(key)
	}
	out := &kept[SigningKeys]{CacheControl: asked, ETag: rest.ETag(len(keys), set), Body: set}
	return out, in.Changed(out.ETag)
}

func (a *API) rotateSigningKey(ctx context.Context, in *struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"For the audit: a year has passed, a machine was stolen."`
	}
},
) (*struct{ Body SigningKey }, error) {
	next, err := a.proofs.Rotate(ctx, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &struct{ Body SigningKey }{viewSigningKey(next)}, nil
}

func viewSigningKey(key *ent.SigningKey) SigningKey {
	return SigningKey{
		KeyType: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(key.PublicKey),
		KeyID: key.ID, Use: "sig", Algorithm: "EdDSA",
	}
}
