package rest

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
)

// CheckJSON is checkJSON for tests.
var CheckJSON = checkJSON

// ReasonOf returns what a message of Huma's at a location becomes.
func ReasonOf(message, location string) core.Reason {
	return reasonOf(&huma.ErrorDetail{Message: message, Location: location, Value: "secret"})
}
