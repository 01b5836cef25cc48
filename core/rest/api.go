package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/labfilms/labfilms/core"
)

// Config is what an API is made of; Title and Version are required.
type Config struct {
	Title, Version string

	// Namespace is the module's name, "" for core. It goes before the names of
	// schemas ("EcranLabel") and operations ("ecran-list-labels").
	Namespace string

	// Log takes what problems do not show. Default: slog.Default.
	Log *slog.Logger

	// Use runs around every operation, the first one outermost.
	Use []func(ctx huma.Context, next func(huma.Context))

	// Once keeps the answers to POSTs that carry an Idempotency-Key, sealed
	// under OnceSecret. Default: the header is not looked at, as in an API
	// that is only there to be documented.
	Once       Transactor
	OnceSecret []byte
}

// API is a Huma API on a mux of its own. Register operations before it serves,
// with huma.Register or through huma.NewGroup.
type API struct {
	huma.API
	config     huma.Config
	namespace  string
	mux        *http.ServeMux
	log        *slog.Logger
	operations []*huma.Operation
}

// New returns an API without operations. It panics if Once is given without
// its secret.
func New(cfg Config) *API {
	install()
	a := &API{namespace: cfg.Namespace, mux: http.NewServeMux(), log: cfg.Log}
	a.config = huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: cfg.Title, Version: cfg.Version},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", namer(cfg.Namespace)),
				SecuritySchemes: securitySchemes(),
			},
		},
		// Neither Huma's global formats, which any import may change, nor its
		// documents, which are made without a lock, nor its $schema links,
		// which believe X-Forwarded-Host.
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{word},
	}
	a.API = huma.NewAPI(a.config, adapter{a})
	a.API.UseMiddleware(cfg.Use...)
	if cfg.Once != nil {
		a.API.UseMiddleware(newOnce(cfg.Once, cfg.OnceSecret).middleware)
	}
	return a
}

// jsonFormat is JSON that leaves whole or not at all: what cannot be written
// becomes a problem, since nothing has left yet.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			panic(fmt.Errorf("rest: encode the answer: %w", err))
		}
		_, err := w.Write(b.Bytes())
		return err
	},
	Unmarshal: json.Unmarshal,
}

// word gives problems their words on their way out.
func word(ctx huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*Problem)
	if !ok {
		return v, nil
	}
	p = p.worded(ctx.Context())
	if p.err.Fault == core.ErrMoved {
		u := ctx.URL()
		p.locate(ctx.Operation().Path, &u)
		// The verb was not reached, and nothing is shown but where to ask again.
		core.GuardFrom(ctx.Context()).Expect("")
	}
	p.announce(ctx.Context(), ctx.SetHeader, ctx.AppendHeader)
	return p, nil
}

// Config is for Huma, which looks for its settings in this way.
func (a *API) Config() huma.Config { return a.config }

// Adapter is for Huma.
func (a *API) Adapter() huma.Adapter { return adapter{a} }

// UseMiddleware adds middleware. It panics once an operation is registered:
// Huma would leave it out of those that there are.
func (a *API) UseMiddleware(middlewares ...func(ctx huma.Context, next func(huma.Context))) {
	if len(a.operations) > 0 {
		panic("rest: middleware after the first operation would miss it")
	}
	a.API.UseMiddleware(middlewares...)
}

// DocumentOperation is for Huma. It completes what every operation has alike.
func (a *API) DocumentOperation(op *huma.Operation) {
	if a.namespace != "" {
		op.OperationID = a.namespace + "-" + op.OperationID
		op.Extensions = maps.Clone(op.Extensions)
		if op.Extensions == nil {
			op.Extensions = map[string]any{}
		}
		op.Extensions["x-module"] = a.namespace
	}
	complete(op, a.OpenAPI().Components.Schemas)
	a.operations = append(a.operations, op)
	if !op.Hidden {
		a.OpenAPI().AddOperation(op)
	}
}

// Verify returns what the operations lack: each declares one permission or
// none at all, and has an id, a summary and a tag.
func (a *API) Verify() error {
	var errs []error
	for _, op := range a.operations {
		lacks := func(what string) {
			errs = append(errs, fmt.Errorf("%s %s has no %s", op.Method, op.Path, what))
		}
		action, declared := op.Extensions["x-permission"].(string)
		if declared == (op.Extensions["x-public"] == true) || declared && action == "" {
			lacks("permission, or it is public as well")
		}
		if strings.TrimPrefix(op.OperationID, a.namespace+"-") == "" {
			lacks("id")
		}
		if op.Summary == "" {
			lacks("summary")
		}
		if len(op.Tags) == 0 {
			lacks("tag")
		}
		for _, name := range pathParams(op.Path) {
			if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == name }) {
				lacks("input for {" + name + "}: Huma passes over embedded structs that are not exported")
			}
		}
	}
	return errors.Join(errs...)
}

var pathParam = regexp.MustCompile(`\{([^}]+)\}`)

// pathParams returns the names of the parameters in a path.
func pathParams(path string) []string {
	var names []string
	for _, m := range pathParam.FindAllStringSubmatch(path, -1) {
		names = append(names, strings.TrimSuffix(m[1], "..."))
	}
	return names
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r, _ = begin(r, a.log)
	if core.GuardFrom(r.Context()) == nil {
		ctx, _ := core.WithGuard(r.Context())
		r = r.WithContext(ctx)
	}
	out := &answer{ResponseWriter: w, request: r, header: http.Header{}}
	defer func() {
		if v := recover(); v != nil {
			rescue(v, out.left, func(err error) { out.refuse(err) }, r)
		}
	}()
	if err := cleanPath(r.URL); err != nil {
		out.refuse(err)
		return
	}
	a.mux.ServeHTTP(out, r)
	out.leave()
}

// rescue answers a panic with a problem, or cuts the connection where a part
// of the answer has left, so that nobody takes it for the whole.
func rescue(v any, left bool, refuse func(error), r *http.Request) {
	if v == http.ErrAbortHandler { //nolint:errorlint // it is panicked as it is
		panic(v)
	}
	err := core.ErrInternal.Because(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	if !left {
		refuse(err)
		return
	}
	_ = problemOf(err).worded(r.Context()) // for the log: half an answer has left
	panic(http.ErrAbortHandler)
}

// adapter is how Huma reaches the mux.
type adapter struct{ api *API }

// Handle registers an operation.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	o := operationOf(op)
	a.api.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		out := w.(*answer) //nolint:forcetypeassert // the mux is reached through ServeHTTP alone
		out.matched = true
		if o.permission != "" {
			core.GuardFrom(r.Context()).Expect(o.permission)
		}
		defer removeForm(r)
		if err := o.admit(out, r); err != nil {
			out.refuse(err)
			return
		}
		handler(humago.NewContext(op, r, w))
	})
}

// ServeHTTP answers one request.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.api.ServeHTTP(w, r) }

var (
	_ huma.API                 = (*API)(nil)
	_ huma.OperationDocumenter = (*API)(nil)
	_ http.Handler             = (*API)(nil)
)
