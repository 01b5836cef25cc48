package sdk

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
)

// document returns the module's OpenAPI document as JSON, with full public
// paths. It needs no database.
func (i *instance) document() ([]byte, error) {
	api, err := mount(i.module, i.manifest, rest.Config{Log: i.log, Use: middlewares(i.endStreams, i.ask)})
	if err != nil {
		return nil, err
	}
	return api.OpenAPI().MarshalJSON()
}

// prefix returns the public path below which the module's operations are.
func (m Manifest) prefix() string { return "/v1/spaces/{space}/" + m.Name }

// mount registers the module's operations at their full public paths and
// judges them. It returns everything that is wrong with them.
func mount(m Module, manifest Manifest, config rest.Config) (api *rest.API, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("register: %v\n%s", p, debug.Stack())
		}
	}()
	config.Title, config.Version, config.Namespace = manifest.Name, manifest.Version, manifest.Name
	api = rest.New(config)
	group := huma.NewGroup(api, manifest.prefix())
	group.UseSimpleModifier(func(op *huma.Operation) {
		named := func(p *huma.Param) bool { return p.In == "path" && p.Name == "space" }
		if !slices.ContainsFunc(op.Parameters, named) {
			op.Parameters = append([]*huma.Param{space()}, op.Parameters...)
		}
		if op.MaxBodyBytes > 0 {
			extensions := map[string]any{"x-max-body": op.MaxBodyBytes}
			maps.Copy(extensions, op.Extensions)
			op.Extensions = extensions
		}
		if len(op.Tags) == 0 {
			op.Tags = []string{manifest.Name}
		}
	})
	m.Register(group)
	return api, errors.Join(api.Verify(), verify(api.OpenAPI(), manifest))
}

// space is the path parameter that every operation has.
func space() *huma.Param {
	return &huma.Param{
		Name: "space", In: "path", Required: true,
		Description: "The id or the slug of the network, a region or an institution.",
		Schema:      &huma.Schema{Type: huma.TypeString},
		Example:     "bretagne",
	}
}

// verify returns what the platform would refuse beyond what core/rest does.
func verify(document *huma.OpenAPI, manifest Manifest) error {
	var wrong []error
	for path, item := range document.Paths {
		if !strings.HasPrefix(path, manifest.prefix()+"/") {
			wrong = append(wrong, fmt.Errorf("%s is not below %s/", path, manifest.prefix()))
		}
		for method, op := range operations(item) {
			action, ok := op.Extensions["x-permission"].(string)
			if ok && !strings.HasPrefix(action, manifest.Name+".") {
				wrong = append(wrong, fmt.Errorf("%s %s: the permission %q is not the module's own", method, path, action))
			}
		}
	}
	return errors.Join(wrong...)
}

// operations returns the operations of a path by method.
func operations(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		"GET": item.Get, "HEAD": item.Head, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
	}
	for method, op := range all {
		if op == nil {
			delete(all, method)
		}
	}
	return all
}
