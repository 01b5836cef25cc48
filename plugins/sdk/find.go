package sdk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"github.com/labfilms/labfilms/core/search"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

// Document is what search keeps of one thing: [Findable].
type Document = search.Document

// DocumentKey names a document.
type DocumentKey = search.Key

// NotSuspended is the predicate of rows of any space whose columns name nobody
// who is suspended: for [Findable], where no request says a space.
func NotSuspended(authors ...string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		for _, column := range authors {
			s.Where(notSuspended(s.C(column)))
		}
	}
}

// documents answers the host that asks what everybody may see.
func (i *instance) documents(ctx context.Context, in *wire.DocumentsRequest) (list *wire.DocumentList, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("documents of the kind %q: panic: %v", in.GetKind(), p)
		}
	}()
	f, ok := i.module.(Findable)
	if !ok || !slices.Contains(i.manifest.Kinds, in.GetKind()) {
		return nil, fmt.Errorf("the module has no documents of the kind %q", in.GetKind())
	}
	if i.api.Load() == nil {
		return nil, ErrNotReady
	}
	ids := in.GetIds()
	switch {
	case in.GetAll():
		ids = nil
	case len(ids) == 0:
		return &wire.DocumentList{}, nil
	}
	visitor := &Actor{Roles: anybody, policy: i.policy.Load()}
	docs, next, err := f.Documents(withActor(i.context(ctx), visitor), in.GetKind(), ids, in.GetCursor())
	if err != nil {
		return nil, err
	}
	list = &wire.DocumentList{Next: next}
	for _, d := range docs {
		written, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		list.Documents = append(list.Documents, written)
	}
	return list, nil
}
