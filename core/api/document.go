package api

import (
	"net/http"
	"strings"
	"sync"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
)

// documents are the merged OpenAPI documents, one for each set of modules that
// some space has switched on. They depend on nothing else, so they are made
// once and kept.
type documents struct {
	mu   sync.Mutex
	made map[string]*rest.Document
}

// document returns the OpenAPI document of core and these modules.
func (a *API) document(modules []string) (*rest.Document, error) {
	key := strings.Join(modules, " ")
	a.documents.mu.Lock()
	defer a.documents.mu.Unlock()
	if d := a.documents.made[key]; d != nil {
		return d, nil
	}
	parts := make([][]byte, 0, len(modules))
	for _, module := range modules {
		parts = append(parts, a.modules.Document(module))
	}
	merged, err := rest.Merge(a.own, parts...)
	if err != nil {
		return nil, err
	}
	d, err := rest.NewDocument(merged)
	if err != nil {
		return nil, err
	}
	a.documents.made[key] = d
	return d, nil
}

// Document returns the OpenAPI document of core and every installed module.
func (a *API) Document() (*rest.Document, error) { return a.document(a.modules.Names()) }

func (a *API) serveDocument(w http.ResponseWriter, r *http.Request) {
	d, err := a.Document()
	if err != nil {
		rest.WriteProblem(w, r, err)
		return
	}
	d.ServeHTTP(w, r)
}

// serveSpaceDocument answers with what is switched on in the space: a module
// that is off there is not in it.
func (a *API) serveSpaceDocument(w http.ResponseWriter, r *http.Request) {
	space, err := a.named(r.Context(), r.PathValue("space"))
	if err != nil {
		rest.WriteProblem(w, r, err)
		return
	}
	states, err := a.spaces.Modules(r.Context(), space, a.modules.Names())
	if err != nil {
		rest.WriteProblem(w, r, err)
		return
	}
	var on []string
	for _, s := range states {
		if s.State != spaces.Off {
			on = append(on, s.Module)
		}
	}
	d, err := a.document(on)
	if err != nil {
		rest.WriteProblem(w, r, err)
		return
	}
	d.ServeHTTP(w, r)
}
