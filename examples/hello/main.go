// Command hello is the smallest module of LabFilms: one operation, no table.
// The platform starts it; there is nothing else to main.
package main

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func main() { sdk.Serve(New()) }

// Hello greets.
type Hello struct{}

// New returns the module.
func New() sdk.Module { return Hello{} }

// Manifest says what Hello is, and that everybody may read a greeting.
func (Hello) Manifest() sdk.Manifest {
	return sdk.Manifest{
		Name:    "hello",
		Version: "0.1.0",
		Summary: "Greets in the name of a space.",
		Policy:  "visitor, any, hello.greeting.read",
	}
}

// Register registers the one operation: GET /v1/spaces/{space}/hello/greeting.
func (Hello) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "get-greeting", Method: http.MethodGet, Path: "/greeting",
		Summary:    "Read a greeting",
		Extensions: sdk.Permission("hello.greeting.read"),
	}, greet)
}

type greeting struct {
	Body struct {
		Greeting string `json:"greeting"`
	}
}

func greet(ctx context.Context, _ *struct{}) (*greeting, error) {
	out := &greeting{}
	out.Body.Greeting = "Bonjour de " + sdk.ActorFrom(ctx).Space.Name
	return out, nil
}
