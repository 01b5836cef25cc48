package rest

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/labfilms/labfilms/core"
)

// Transactor is the database as far as idempotency needs it. Placeholders are
// "?". The table is idempotency_records: operation, principal, key_hash,
// request_hash, status, header, body, created_at, unique on the first three.
type Transactor interface {
	// Write runs fn in a transaction, which everything that has fn's context
	// joins, and commits it if fn returns nil.
	Write(ctx context.Context, fn func(ctx context.Context) error) error
	// Exec returns how many rows changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// QueryRow scans the first row.
	QueryRow(ctx context.Context, query string, args []any, dest ...any) error
}

const (
	onceHeader     = "Idempotency-Key"
	replayedHeader = "Idempotent-Replayed"
)

var (
	// ErrOnceKey is the fault of a key that is none.
	ErrOnceKey = &core.Fault{
		Kind: core.Invalid, Code: "idempotency_key_invalid",
		EN: "Idempotency-Key must be one text of 1 to 255 visible ASCII characters.",
		FR: "Idempotency-Key doit être un seul texte de 1 à 255 caractères ASCII visibles.",
	}
	// ErrOnceMismatch is the fault of a key that was used for another request.
	ErrOnceMismatch = &core.Fault{
		Kind: core.Invalid, Code: "idempotency_mismatch",
		EN: "This Idempotency-Key was used for another request.",
		FR: "Cette clé Idempotency-Key a déjà servi à une autre requête.",
	}
)

// onceParam documents the header, which every POST takes.
func onceParam() *huma.Param {
	one, most := 1, 255
	return &huma.Param{
		Name: onceHeader, In: "header",
		Description: "Repeat the request with the same key, and it is answered again without being done again.",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &one, MaxLength: &most},
	}
}

// Forget deletes the answers that were kept before a time, and returns how
// many: a key works once for as long as its answer is kept.
func Forget(ctx context.Context, tx Transactor, before time.Time) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM idempotency_records WHERE created_at < ?`, before.UTC())
}

// once answers a repeated POST from what the first one was answered.
type once struct {
	tx     Transactor
	secret []byte
	hashes []byte // the key of the hashes: a body may hold a password
}

func newOnce(tx Transactor, secret []byte) *once {
	if len(secret) == 0 {
		panic("rest: Once without OnceSecret")
	}
	return &once{tx: tx, secret: secret, hashes: derive(secret, nil, "idempotency hash")}
}

// errNotKept rolls back a change that was refused.
var errNotKept = errors.New("not kept")

// middleware runs the operation in a transaction together with the record of
// its answer. Whoever comes with the same key waits for that transaction: it
// is done once. What fails is not kept and can be tried again.
func (o *once) middleware(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	out, ok := w.(*answer)
	if keys := r.Header.Values(onceHeader); !ok || r.Method != http.MethodPost || len(keys) == 0 {
		next(ctx)
		return
	} else if !validKey(keys) {
		out.refuse(ErrOnceKey.With(core.Reason{Pointer: "header/" + onceHeader, Code: ErrOnceKey.Code, EN: ErrOnceKey.EN, FR: ErrOnceKey.FR}))
		return
	}
	record := o.record(ctx, r, out.body)
	out.keep()
	err := o.tx.Write(ctx.Context(), func(tx context.Context) error {
		first, err := o.claim(tx, record)
		if err != nil {
			return err
		}
		if !first {
			return o.replay(tx, record, out)
		}
		next(huma.WithContext(ctx, tx))
		if out.WriteHeader(http.StatusOK); out.status < 200 || out.status >= 300 {
			return errNotKept
		}
		return o.store(tx, record, out)
	})
	if err != nil && !errors.Is(err, errNotKept) {
		out.refuse(err)
		return
	}
	out.release()
}

func validKey(keys []string) bool {
	if len(keys) != 1 || len(keys[0]) < 1 || len(keys[0]) > 255 {
		return false
	}
	for _, c := range []byte(keys[0]) {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// record is what a request is recognised by.
type record struct {
	operation, principal string
	key                  string // the client's; only its hash is kept
	keyHash, requestHash string
}

func (o *once) record(ctx huma.Context, r *http.Request, body []byte) record {
	op, actor := ctx.Operation(), core.ActorFrom(ctx.Context())
	rec := record{operation: op.Method + " " + op.Path, principal: actor.Account, key: r.Header.Get(onceHeader)}
	switch {
	case actor.System:
		rec.principal = "system"
	case actor.Scopes != nil:
		// A token that may do less is not given what a fuller one was answered.
		rec.principal += "/" + o.hash(actor.Scopes...)
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	rec.keyHash = o.hash(rec.operation, rec.principal, rec.key)
	rec.requestHash = o.hash(r.Method, r.URL.EscapedPath(), r.URL.RawQuery, media, string(body))
	return rec
}

func (o *once) hash(parts ...string) string {
	mac := hmac.New(sha256.New, o.hashes)
	for _, part := range parts {
		mac.Write(binary.AppendUvarint(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// claim makes the record, and reports whether it was not there. It waits for
// a transaction that is about to make it.
func (o *once) claim(ctx context.Context, rec record) (bool, error) {
	n, err := o.tx.Exec(ctx, `INSERT INTO idempotency_records (operation, principal, key_hash, request_hash, status, header, created_at)
VALUES (?, ?, ?, ?, 0, '', ?) ON CONFLICT (operation, principal, key_hash) DO NOTHING`,
		rec.operation, rec.principal, rec.keyHash, rec.requestHash, time.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return false, fmt.Errorf("claim the idempotency key: %w", err)
	}
	return n == 1, nil
}

// store completes the record with the answer.
func (o *once) store(ctx context.Context, rec record, out *answer) error {
	header, err := json.Marshal(out.header)
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	_, err = o.tx.Exec(ctx, `UPDATE idempotency_records SET status = ?, header = ?, body = ? WHERE operation = ? AND principal = ? AND key_hash = ?`,
		out.status, base64.StdEncoding.EncodeToString(o.seal(rec, "header", header)), o.seal(rec, "body", out.kept.Bytes()),
		rec.operation, rec.principal, rec.keyHash)
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	return nil
}

// replay answers as the first request was answered.
func (o *once) replay(ctx context.Context, rec record, out *answer) error {
	var (
		requestHash, sealedHeader string
		sealedBody                []byte
	)
	err := o.tx.QueryRow(ctx, `SELECT request_hash, status, header, body FROM idempotency_records WHERE operation = ? AND principal = ? AND key_hash = ?`,
		[]any{rec.operation, rec.principal, rec.keyHash}, &requestHash, &out.status, &sealedHeader, &sealedBody)
	if err != nil {
		return fmt.Errorf("read the kept answer: %w", err)
	}
	if !hmac.Equal([]byte(requestHash), []byte(rec.requestHash)) {
		return ErrOnceMismatch
	}
	sealed, err := base64.StdEncoding.DecodeString(sealedHeader)
	if err != nil {
		return fmt.Errorf("read the kept answer: %w", err)
	}
	header, err := o.unseal(rec, "header", sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(header, &out.header); err != nil {
		return fmt.Errorf("read the kept answer: %w", err)
	}
	body, err := o.unseal(rec, "body", sealedBody)
	if err != nil {
		return err
	}
	out.header.Set(replayedHeader, "true")
	out.kept.Write(body)
	// The permission was checked when the answer was made, for the same asker.
	core.GuardFrom(ctx).Expect("")
	return nil
}

// seal encrypts a part of an answer, which may hold a token, so that whoever
// reads the database cannot: the key is partly the client's own.
func (o *once) seal(rec record, part string, plain []byte) []byte {
	aead := sealer(derive(o.secret, []byte(rec.key), "idempotency answer"))
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(nonce, nonce, plain, []byte(part+rec.keyHash))
}

func (o *once) unseal(rec record, part string, sealed []byte) ([]byte, error) {
	aead := sealer(derive(o.secret, []byte(rec.key), "idempotency answer"))
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("the kept answer is cut short")
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(part+rec.keyHash))
	if err != nil {
		return nil, fmt.Errorf("open the kept answer: %w", err)
	}
	return plain, nil
}
