package bleve

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/blevesearch/bleve/v2/mapping"
)

// form is how documents are written where the mapping does not say it: by
// fieldsOf, and by our own filters. Whoever changes those counts it up.
const form = 3

// fingerprintKey is the internal key under which a generation keeps the
// fingerprint of the mapping that it was made with.
var fingerprintKey = []byte("labfilms_fingerprint")

// errOutdated says that a generation was made with another mapping. It would not
// be asked right, and is removed: search is not available until the index has
// been built anew, which begins at once and by itself.
var errOutdated = errors.New("the search index was made with another mapping")

// fingerprint tells mappings apart.
func fingerprint(m mapping.IndexMapping, form int) ([]byte, error) {
	written, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(strconv.AppendInt(written, int64(form), 10))
	return []byte(base64.RawURLEncoding.EncodeToString(hash[:9])), nil
}

// sign writes down what the generation was made with.
func (g *generation) sign() error {
	sum, err := fingerprint(g.index.Mapping(), form)
	if err != nil {
		return err
	}
	return g.index.SetInternal(fingerprintKey, sum)
}

// verify returns errOutdated unless the generation was made with the mapping of
// a new one.
func (g *generation) verify() error {
	m, err := newMapping()
	if err != nil {
		return err
	}
	sum, err := fingerprint(m, form)
	if err != nil {
		return err
	}
	kept, err := g.index.GetInternal(fingerprintKey)
	if err == nil && string(kept) != string(sum) {
		err = errOutdated
	}
	return err
}
