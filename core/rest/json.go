package rest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labfilms/labfilms/core"
)

// maxDepth is how deeply JSON may be nested.
const maxDepth = 64

// manyKeys is how many keys of an object are compared one by one.
const manyKeys = 16

// level is an object or an array that is open.
type level struct {
	object bool
	key    []byte // the last one, as written
	index  int
	first  int // of its keys, in the shared list
	many   map[string]struct{}
}

// checkJSON returns what Go's decoder lets pass in a JSON body and nobody
// should have to think about: text that is not text, the same key twice,
// endless nesting. It looks once at each byte. Whether the rest is JSON is for
// the decoder to say.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return ErrNotText
	}
	var (
		open [maxDepth]level
		keys [][]byte
		top  = -1
		name bool // a string here is a key
	)
	fail := func(fault *core.Fault) error {
		return fault.With(core.Reason{Pointer: where(open[:top+1]), Code: fault.Code, EN: fault.EN, FR: fault.FR})
	}
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			if top++; top == maxDepth {
				top--
				return fail(ErrTooDeep)
			}
			name = body[i] == '{'
			open[top] = level{object: name, first: len(keys)}
		case '}', ']':
			if top < 0 {
				return nil // not JSON
			}
			keys = keys[:open[top].first]
			top--
			name = false
		case ',':
			if top >= 0 {
				name = open[top].object
				open[top].index++
			}
		case '"':
			end, ok := stringEnd(body, i)
			if end < 0 {
				return nil // not JSON
			}
			if name {
				l := &open[top]
				l.key = key(body[i : end+1])
				if !ok {
					return fail(ErrNotText)
				}
				if l.knows(keys[l.first:]) {
					return fail(ErrDuplicateKey)
				}
				keys = append(keys, l.key)
				name = false
			} else if !ok {
				return fail(ErrNotText)
			}
			i = end
		}
	}
	return nil
}

// stringEnd returns where the string that begins at start ends, -1 if it does
// not, and whether its escapes stand for text.
func stringEnd(body []byte, start int) (end int, ok bool) {
	ok = true
	for i := start + 1; i < len(body); i++ {
		switch body[i] {
		case '"':
			return i, ok
		case '\\':
			i++
			if i >= len(body) || body[i] != 'u' {
				continue
			}
			r := escaped(body[i+1:])
			switch {
			case r == 0, r >= 0xDC00 && r < 0xE000:
				ok = false
			case r >= 0xD800 && r < 0xDC00:
				low := rune(-1)
				if rest := body[i+1:]; len(rest) > 6 && rest[4] == '\\' && rest[5] == 'u' {
					low = escaped(rest[6:])
				}
				if low < 0xDC00 || low >= 0xE000 {
					ok = false
				} else {
					i += 6
				}
			}
		}
	}
	return -1, ok
}

// escaped returns the character of the four hexadecimal digits that b begins
// with, -1 if it does not.
func escaped(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// key returns the key that a JSON string stands for.
func key(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		var s string
		if json.Unmarshal(quoted, &s) == nil {
			return []byte(s)
		}
	}
	return quoted[1 : len(quoted)-1]
}

// knows reports whether the last key was there before, among keys.
func (l *level) knows(keys [][]byte) bool {
	if len(keys) < manyKeys {
		for _, known := range keys {
			if bytes.Equal(known, l.key) {
				return true
			}
		}
		return false
	}
	if l.many == nil {
		l.many = make(map[string]struct{}, 2*len(keys))
		for _, known := range keys {
			l.many[string(known)] = struct{}{}
		}
	}
	_, known := l.many[string(l.key)]
	l.many[string(l.key)] = struct{}{}
	return known
}

// where returns the JSON pointer to the place that is being read.
func where(open []level) string {
	var b strings.Builder
	for _, l := range open {
		switch {
		case !l.object:
			b.WriteString("/" + strconv.Itoa(l.index))
		case l.key != nil:
			b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(string(l.key)))
		}
	}
	return shortened(strings.ToValidUTF8(b.String(), ""))
}
