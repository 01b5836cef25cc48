package main

import (
	"net/http"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

func TestMain(m *testing.M) { sdktest.Main(m, New) }

func TestConformance(t *testing.T) { sdktest.Run(t, New) }

func TestAVisitorIsGreetedByTheSpace(t *testing.T) {
	t.Parallel()
	module := sdktest.Open(t, New)
	answer := module.As(sdktest.Visitor).Do(t, http.MethodGet, "/greeting", nil)
	if answer.Status != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Status, answer.Body)
	}
	if got := answer.JSON(t)["greeting"]; got != "Bonjour de Bretagne" {
		t.Errorf("greeting %q", got)
	}
}
