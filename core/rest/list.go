package rest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/labfilms/labfilms/core"
)

// ErrCursor is the fault of a cursor that this list, in this order and with
// these filters, did not give out.
var ErrCursor = &core.Fault{
	Kind: core.Invalid, Code: "cursor_invalid",
	EN: "This cursor does not belong to this list. Start again without it.",
	FR: "Ce curseur n'appartient pas à cette liste. Recommencez sans lui.",
}

// ListParams are the parameters of every list. Embed them in the input.
type ListParams struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"How many items a page has at most."`
	Cursor string `query:"cursor" maxLength:"2048" doc:"next_cursor of the page before."`
	Count  string `query:"count" enum:"exact" doc:"Also count the whole list, which costs."`
}

// Page says where a list goes on.
type Page struct {
	NextCursor *string `json:"next_cursor" nullable:"true" doc:"Give it as cursor to get the next page; null on the last one."`
	HasMore    bool    `json:"has_more"`
	Total      *int    `json:"total,omitempty" doc:"Only with count=exact."`
}

// ListBody is the body of every list.
type ListBody[T any] struct {
	Data []T  `json:"data" nullable:"false"`
	Page Page `json:"page"`
}

// ListOf returns the body for a page: each item as view shows it, and the
// cursor to the next page, bound to the sort and the filters.
func ListOf[T, V any](list core.List[T], c Cursors, sort, filters string, view func(T) V) ListBody[V] {
	body := ListBody[V]{
		Data: make([]V, 0, len(list.Items)),
		Page: Page{NextCursor: c.Seal(sort, filters, list.Next), HasMore: list.Next != nil, Total: list.Total},
	}
	for _, item := range list.Items {
		body.Data = append(body.Data, view(item))
	}
	return body
}

// Cursors seals where a page ended into an opaque text and opens it again. It
// is encrypted: the last item of a page may be one that the asker was not
// shown. Every node of an instance has the same secret and opens what another
// has sealed.
type Cursors struct {
	sealer cipher.AEAD
	nonce  []byte
}

// NewCursors returns the cursors under a secret.
func NewCursors(secret []byte) Cursors {
	return Cursors{sealer: sealer(derive(secret, nil, "cursor key")), nonce: derive(secret, nil, "cursor nonce")}
}

// Seal returns the cursor for k, nil for nil.
func (c Cursors) Seal(sort, filters string, k *core.Key) *string {
	if k == nil {
		return nil
	}
	plain := binary.AppendUvarint(nil, uint64(len(k.Value)))
	plain = append(append(plain, k.Value...), k.ID...)
	bound := binding(sort, filters)
	// The nonce depends on all that is sealed, so the same place in the same
	// list has the same cursor, and no nonce serves two.
	mac := hmac.New(sha256.New, c.nonce)
	mac.Write(bound)
	mac.Write(plain)
	nonce := mac.Sum(nil)[:c.sealer.NonceSize()]
	sealed := base64.RawURLEncoding.EncodeToString(c.sealer.Seal(nonce, nonce, plain, bound))
	return &sealed
}

// Open returns the page that is asked for. It returns [ErrCursor] for a cursor
// that was not sealed by this instance for this sort and these filters.
func (c Cursors) Open(p ListParams, sort, filters string) (core.Page, error) {
	page := core.Page{Sort: sort, Limit: p.Limit, Count: p.Count == "exact"}
	if page.Limit == 0 {
		page.Limit = 25
	}
	if p.Cursor == "" {
		return page, nil
	}
	key, ok := c.open(p.Cursor, binding(sort, filters))
	if !ok {
		return core.Page{}, ErrCursor.With(core.Reason{Pointer: "query/cursor", Code: ErrCursor.Code, EN: ErrCursor.EN, FR: ErrCursor.FR})
	}
	page.After = key
	return page, nil
}

func (c Cursors) open(cursor string, bound []byte) (*core.Key, bool) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(sealed) < c.sealer.NonceSize() {
		return nil, false
	}
	nonce, sealed := sealed[:c.sealer.NonceSize()], sealed[c.sealer.NonceSize():]
	plain, err := c.sealer.Open(nil, nonce, sealed, bound)
	if err != nil {
		return nil, false
	}
	size, n := binary.Uvarint(plain)
	if n <= 0 || size > uint64(len(plain)-n) {
		return nil, false
	}
	plain = plain[n:]
	return &core.Key{Value: string(plain[:size]), ID: string(plain[size:])}, true
}

// binding is what a cursor is bound to.
func binding(sort, filters string) []byte {
	return append(append(binary.AppendUvarint(nil, uint64(len(sort))), sort...), filters...)
}

// derive returns a key for one purpose from a secret.
func derive(secret, salt []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, "labfilms "+purpose, 32)
	if err != nil {
		panic("rest: derive a key: " + err.Error())
	}
	return key
}

func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("rest: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("rest: " + err.Error())
	}
	return aead
}
