package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/labfilms/labfilms/core/rest"
)

// Operation is what the host enforces of one operation of a module.
type Operation struct {
	ID         string
	Permission string // the action; empty if the operation is public
	Public     bool
	MaxBody    int64 // bytes
	Finishes   bool  // admitted while the module is closing
}

// defaultMaxBody is how many bytes an operation takes that does not say.
const defaultMaxBody = 1 << 20

// routes is the table of a module's operations. It is made once and then only
// read.
type routes struct {
	mux      *http.ServeMux // of paths only, so that a wrong method can be told from a wrong path
	pathways map[string]pathway
}

// pathway is the operations of one path, by method.
type pathway map[string]Operation

// document is what the host reads of an OpenAPI document.
type document struct {
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

type documentedOperation struct {
	OperationID string `json:"operationId"`
	Permission  string `json:"x-permission"`
	Public      bool   `json:"x-public"`
	MaxBody     int64  `json:"x-max-body"`
	Finishes    bool   `json:"x-finishes"`
}

var (
	literalSegment = regexp.MustCompile(`^[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*$`)
	wildSegment    = regexp.MustCompile(`^\{[A-Za-z_][A-Za-z0-9_]*\}$`)
	methods        = map[string]string{
		"get": http.MethodGet, "put": http.MethodPut, "post": http.MethodPost,
		"delete": http.MethodDelete, "patch": http.MethodPatch, "head": http.MethodHead,
	}
	// pathItemFields are what may stand beside the methods of a path.
	pathItemFields = []string{"summary", "description", "parameters", "servers"}
)

// newRoutes makes the table of the module from its OpenAPI document. It
// returns everything that is wrong with it: a path outside of the module, a
// pattern that is no plain path, an operation without a permission.
func newRoutes(module string, openapi []byte) (*routes, error) {
	var doc document
	if err := json.Unmarshal(openapi, &doc); err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	table := &routes{mux: http.NewServeMux(), pathways: map[string]pathway{}}
	ids := map[string]string{}
	var wrong []error
	for _, at := range slices.Sorted(maps.Keys(doc.Paths)) {
		if err := checkPath(module, at); err != nil {
			wrong = append(wrong, err)
			continue
		}
		ways := pathway{}
		for method, raw := range doc.Paths[at] {
			name, known := methods[method]
			if !known {
				if !slices.Contains(pathItemFields, method) {
					wrong = append(wrong, fmt.Errorf("%s: the method %q is not served", at, method))
				}
				continue
			}
			operation, err := readOperation(module, raw)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s %s: %w", name, at, err))
				continue
			}
			if before, twice := ids[operation.ID]; twice {
				wrong = append(wrong, fmt.Errorf("%s %s: the operation id %q is that of %s", name, at, operation.ID, before))
				continue
			}
			ids[operation.ID] = name + " " + at
			ways[name] = operation
		}
		if err := register(table.mux, at); err != nil {
			wrong = append(wrong, err)
			continue
		}
		table.pathways[at] = ways
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return table, nil
}

func readOperation(module string, raw []byte) (Operation, error) {
	var said documentedOperation
	if err := json.Unmarshal(raw, &said); err != nil {
		return Operation{}, err
	}
	switch {
	case said.OperationID == "":
		return Operation{}, errors.New("it has no operation id")
	case said.Public == (said.Permission != ""):
		return Operation{}, errors.New("it must name a permission or be public, and not both")
	case said.Permission != "" && !strings.HasPrefix(said.Permission, module+"."):
		return Operation{}, fmt.Errorf("the permission %q is not the module's", said.Permission)
	case said.MaxBody < 0:
		return Operation{}, errors.New("its greatest body is less than nothing")
	}
	if said.MaxBody == 0 {
		said.MaxBody = defaultMaxBody
	}
	return Operation{
		ID: said.OperationID, Permission: said.Permission, Public: said.Public,
		MaxBody: said.MaxBody, Finishes: said.Finishes,
	}, nil
}

// checkPath lets plain paths of the module pass: each segment a word or a
// parameter. Everything that a ServeMux would read as more than that (a host,
// a method, a wildcard of several segments, an anchored end) is refused.
func checkPath(module, at string) error {
	rest, ok := strings.CutPrefix(at, "/v1/spaces/{space}/"+module)
	if !ok || rest != "" && rest[0] != '/' {
		return fmt.Errorf("the path %q is not below /v1/spaces/{space}/%s", at, module)
	}
	if rest == "" {
		return nil
	}
	for segment := range strings.SplitSeq(rest[1:], "/") {
		if !literalSegment.MatchString(segment) && !wildSegment.MatchString(segment) {
			return fmt.Errorf("the path %q has a segment %q that is neither a word nor a parameter", at, segment)
		}
	}
	return nil
}

// register adds the path. ServeMux panics on what it cannot take: two paths
// that match the same request, one parameter twice.
func register(mux *http.ServeMux, at string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the path %q: %v", at, p)
		}
	}()
	mux.Handle(at, http.NotFoundHandler())
	return nil
}

// find returns the operation that the request is for. It returns
// rest.ErrNotFound, or rest.ErrMethodNotAllowed together with the methods that are allowed.
func (t *routes) find(r *http.Request) (Operation, []string, error) {
	// The mux would answer an unclean path with a redirection.
	if !cleanPath(r) {
		return Operation{}, nil, rest.ErrNotFound
	}
	_, pattern := t.mux.Handler(r)
	ways, ok := t.pathways[pattern]
	if !ok {
		return Operation{}, nil, rest.ErrNotFound
	}
	method := r.Method
	if _, own := ways[method]; method == http.MethodHead && !own {
		method = http.MethodGet
	}
	operation, ok := ways[method]
	if !ok {
		return Operation{}, ways.allowed(), rest.ErrMethodNotAllowed
	}
	return operation, nil, nil
}

// allowed returns the methods of the path, in order.
func (p pathway) allowed() []string {
	allowed := slices.Collect(maps.Keys(p))
	if _, ok := p[http.MethodGet]; ok && !slices.Contains(allowed, http.MethodHead) {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return allowed
}

// cleanPath reports whether the host and the module will read the same path:
// nothing that is cleaned, and no separator hidden by an escape. The edge
// refuses such paths before; this table does not rely on it.
func cleanPath(r *http.Request) bool {
	p := r.URL.Path
	if p == "" || p[0] != '/' || path.Clean(p) != p || strings.ContainsAny(p, "\\\x00") {
		return false
	}
	return r.URL.RawPath == "" || !hiddenSeparator.MatchString(r.URL.RawPath)
}

var hiddenSeparator = regexp.MustCompile(`(?i)%(2f|5c|00)`)
