package proofs_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/core/coretest"
	"github.com/labfilms/labfilms/core/proofs"
)

// published returns the key set as anybody reads it, written here by hand.
func published(t *testing.T, r *proofs.Ring) []byte {
	t.Helper()
	keys, err := r.Keys(coretest.Visitor())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, key := range keys {
		all = append(all, fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":%q,"x":%q}`,
			key.ID, base64.RawURLEncoding.EncodeToString(key.PublicKey)))
	}
	return []byte(`{"keys":[` + strings.Join(all, ",") + `]}`)
}

// check verifies a proof without the library that made it, and returns what it
// says.
func check(proof proofs.Proof, set []byte) (map[string]any, error) {
	var jwks struct{ Keys []map[string]string }
	if err := json.Unmarshal(set, &jwks); err != nil {
		return nil, err
	}
	protected, err := base64.RawURLEncoding.DecodeString(proof.Protected)
	if err != nil {
		return nil, err
	}
	var header struct{ Alg, Typ, Kid string }
	if err := json.Unmarshal(protected, &header); err != nil {
		return nil, err
	}
	if header.Alg != "EdDSA" || header.Typ != "labfilms-recognition+jws" {
		return nil, fmt.Errorf("the header is %s", protected)
	}
	signature, err := base64.RawURLEncoding.DecodeString(proof.Signature)
	if err != nil {
		return nil, err
	}
	for _, key := range jwks.Keys {
		if key["kid"] != header.Kid {
			continue
		}
		public, err := base64.RawURLEncoding.DecodeString(key["x"])
		if err != nil {
			return nil, err
		}
		if !ed25519.Verify(public, []byte(proof.Protected+"."+proof.Payload), signature) {
			return nil, errors.New("the signature is not of this key")
		}
		payload, err := base64.RawURLEncoding.DecodeString(proof.Payload)
		if err != nil {
			return nil, err
		}
		var said map[string]any
		return said, json.Unmarshal(payload, &said)
	}
	return nil, fmt.Errorf("no key is called %s", header.Kid)
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func written(t *testing.T, v any) []byte {
	t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAProofSaysWhatTheFilmKeeps(t *testing.T) {
	t.Parallel()
	w := coretest.Open(t, "sqlite")
	w.Settle(t)
	r := ring(w)
	ended := *chosen
	until, end := chosen.From.Add(48*time.Hour), chosen.From.Add(time.Hour).In(time.FixedZone("here", 3600))
	ended.Until, ended.EndedAt, ended.Reason, ended.URL = &until, &end, "Les droits sont échus.", "https://elsewhere.example/1"
	proof, err := r.Recognition(coretest.Visitor(), "https://labfilms.example/", film, &ended)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		proof proofs.Proof
		want  string
	}{
		"it stands": {prove(t, r), `{"by":"Écran de Bretagne","ended_at":null,` +
			`"film":{"id":"01937f00-0000-7000-8000-000000000001","isan":"0000-0001-8947-0000-8","slug":"maree-basse","title":"Marée basse"},` +
			`"from":"2026-11-01T09:00:00Z","iat":1795348800,"id":"01937f00-0000-7000-8000-000000000002","iss":"https://labfilms.example",` +
			`"note":"Elle filme les mains.\nPuis les visages.","title":"Gens de mer","until":null,` +
			`"url":"https://labfilms.example/v1/spaces/bretagne/ecran/selections/1"}`},
		"it was ended": {proof, `{"by":"Écran de Bretagne","ended_at":"2026-11-01T10:00:00Z",` +
			`"film":{"id":"01937f00-0000-7000-8000-000000000001","isan":"0000-0001-8947-0000-8","slug":"maree-basse","title":"Marée basse"},` +
			`"from":"2026-11-01T09:00:00Z","iat":1795348800,"id":"01937f00-0000-7000-8000-000000000002","iss":"https://labfilms.example",` +
			`"note":"Elle filme les mains.\nPuis les visages.","reason":"Les droits sont échus.","title":"Gens de mer",` +
			`"until":"2026-11-03T09:00:00Z","url":"https://elsewhere.example/1"}`},
	} {
		said, err := check(c.proof, published(t, r))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := string(written(t, said)); got != c.want {
			t.Errorf("%s: it says\n%s, want\n%s", name, got, c.want)
		}
	}
}

func TestAProofThatWasTouchedDoesNotHold(t *testing.T) {
	t.Parallel()
	w := coretest.Open(t, "sqlite")
	w.Settle(t)
	r := ring(w)
	good := prove(t, r)
	keys, err := r.Keys(coretest.Visitor())
	if err != nil {
		t.Fatal(err)
	}
	kid, x := keys[0].ID, base64.RawURLEncoding.EncodeToString(keys[0].PublicKey)
	if said, err := proofs.Verify(proofs.RecognitionType, written(t, good), published(t, r)); err != nil || !strings.Contains(string(said), "Gens de mer") {
		t.Fatalf("as it was made: %s (%v)", said, err)
	}
	stranger, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	// forged is signed by a stranger under this header.
	forged := func(header string) proofs.Proof {
		p := proofs.Proof{Payload: good.Payload, Protected: encoded(header)}
		p.Signature = encoded(string(ed25519.Sign(private, []byte(p.Protected+"."+p.Payload))))
		return p
	}
	header := func(alg, typ, kid, more string) string {
		return fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":%q%s}`, alg, kid, typ, more)
	}
	payload := strings.Replace(decoded(t, good.Payload), "Marée basse", "Marée haute", 1)
	strangers := fmt.Sprintf(`,"jwk":{"kty":"OKP","crv":"Ed25519","x":%q}`, encoded(string(stranger)))
	const typ = proofs.RecognitionType
	for name, p := range map[string]proofs.Proof{
		"another film":              {Payload: encoded(payload), Protected: good.Protected, Signature: good.Signature},
		"another header":            {Payload: good.Payload, Protected: encoded(header("EdDSA", typ, kid, `,"x":1`)), Signature: good.Signature},
		"no signature":              {Payload: good.Payload, Protected: good.Protected},
		"a signature of zeros":      {Payload: good.Payload, Protected: good.Protected, Signature: encoded(strings.Repeat("\x00", 64))},
		"alg none":                  {Payload: encoded(payload), Protected: encoded(header("none", typ, kid, ""))},
		"alg none, with something":  {Payload: encoded(payload), Protected: encoded(header("none", typ, kid, "")), Signature: good.Signature},
		"the key as shared secret":  forged(header("HS256", typ, kid, "")),
		"a stranger, our kid":       forged(header("EdDSA", typ, kid, "")),
		"a stranger, their own kid": forged(header("EdDSA", typ, "theirs", "")),
		"a stranger, no kid":        forged(header("EdDSA", typ, "", "")),
		"a stranger, a jwk inside":  forged(header("EdDSA", typ, kid, strangers)),
		"nothing":                   {},
	} {
		if said, err := proofs.Verify(typ, written(t, p), published(t, r)); !errors.Is(err, proofs.ErrProof) || said != nil {
			t.Errorf("%s holds: %s (%v)", name, said, err)
		}
	}
	for name, c := range map[string]struct{ typ, set string }{
		"as something else":   {"labfilms-payment+jws", string(published(t, r))},
		"with no key":         {typ, `{"keys":[]}`},
		"with what is no set": {typ, `[]`},
		"with a stranger's key under our kid": {typ, fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":%q,"x":%q}]}`,
			kid, encoded(string(stranger)))},
		"with our key as a shared secret": {typ, fmt.Sprintf(`{"keys":[{"kty":"oct","kid":%q,"k":%q}]}`, kid, x)},
	} {
		if said, err := proofs.Verify(c.typ, written(t, good), []byte(c.set)); !errors.Is(err, proofs.ErrProof) || said != nil {
			t.Errorf("%s it holds: %s (%v)", name, said, err)
		}
	}
	// A member that is not protected makes no difference to what is signed, and
	// a second signature none to the first: neither is what we answer.
	two := fmt.Sprintf(`{"payload":%q,"signatures":[%s,%[2]s]}`, good.Payload,
		fmt.Sprintf(`{"protected":%q,"signature":%q}`, good.Protected, good.Signature))
	if said, err := proofs.Verify(typ, []byte(two), published(t, r)); !errors.Is(err, proofs.ErrProof) {
		t.Errorf("with two signatures it holds: %s (%v)", said, err)
	}
}

func decoded(t *testing.T, text string) string {
	t.Helper()
	content, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
