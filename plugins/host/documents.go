package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// documentsWithin is how long a module has to say what it shows.
const documentsWithin = 5 * time.Second

// ErrKindTaken says that two modules have documents of one kind.
var ErrKindTaken = errors.New("two modules have documents of one kind")

// Kinds returns the kinds of things that search finds of modules, and whose
// they are, or ErrKindTaken.
func (h *Host) Kinds() (map[string]string, error) {
	kinds := map[string]string{}
	for _, name := range h.names {
		for _, kind := range h.Manifest(name).Kinds {
			if other, taken := kinds[kind]; taken {
				return nil, fmt.Errorf("%w: %s and %s, %q", ErrKindTaken, other, name, kind)
			}
			kinds[kind] = name
		}
	}
	return kinds, nil
}

// Documents returns what a module shows to everybody of a kind: those with
// these ids; or, where ids is nil, a page of everything after the cursor, with
// an empty next at the end. It returns ErrUnavailable while the module does not
// run. Whose a document is the host says, and not the module.
func (h *Host) Documents(ctx context.Context, module, kind string, ids []string, cursor string) (docs []search.Document, next string, err error) {
	m := h.modules[module]
	if m == nil {
		return nil, "", ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, documentsWithin)
	defer cancel()
	inst, err := m.await(ctx)
	if err != nil {
		return nil, "", err
	}
	answer, err := inst.remote.Documents(ctx, &wire.DocumentsRequest{Kind: kind, Ids: ids, All: ids == nil, Cursor: cursor})
	switch {
	case status.Code(err) == codes.Unavailable:
		return nil, "", ErrUnavailable.Because(err)
	case err != nil:
		return nil, "", fmt.Errorf("documents of module %s: %w", module, err)
	}
	for _, written := range answer.GetDocuments() {
		var d search.Document
		if err := json.Unmarshal(written, &d); err != nil {
			return nil, "", fmt.Errorf("documents of module %s: %w", module, err)
		}
		d.Kind, d.Module = kind, module
		if d.ID == "" || d.Place.Network == "" || d.Place.Space == "" || ids != nil && !slices.Contains(ids, d.ID) {
			m.log.WarnContext(ctx, "a document has no id or no place, or was not asked for", "kind", kind, "id", d.ID)
			continue // the others are found all the same
		}
		docs = append(docs, bounded(d))
	}
	return docs, answer.GetNext(), nil
}

// What an index takes of one document, in names and in letters.
const (
	maxNames = 50
	maxName  = 300
	maxText  = 20_000
)

// bounded returns the document, cut to what an index takes.
func bounded(d search.Document) search.Document {
	for _, names := range []*[]string{&d.Names, &d.Also} {
		*names = (*names)[:min(len(*names), maxNames)]
		for i, name := range *names {
			(*names)[i] = letters(name, maxName)
		}
	}
	d.Text = letters(d.Text, maxText)
	return d
}

// letters returns the first n letters of s.
func letters(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}
