package sdk_test

import (
	"strings"
	"testing"

	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest/probe"
)

func TestAManifestSaysAllThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	if err := probe.New().Manifest().Validate(); err != nil {
		t.Fatalf("a manifest that holds is refused: %v", err)
	}
	err := sdk.Manifest{
		Name: "Écran", Version: "one", Summary: " ",
		Permissions: []string{"films.write"},
		Emits:       []string{"social.post.made.v1", "made"},
		Listens:     []string{"film.*"},
		Settings:    []byte("{"),
	}.Validate()
	if err == nil {
		t.Fatal("it is accepted")
	}
	for _, word := range []string{"Écran", "one", "summary", "films.write", "social.post.made.v1", "made", "film.*", "settings"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not among the complaints:\n%v", word, err)
		}
	}
}

func TestTheNamesOfThePlatformAreTaken(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"modules", "grants", "core", "x"} {
		m := probe.New().Manifest()
		m.Name, m.Emits = name, nil
		if m.Validate() == nil {
			t.Errorf("a module may be called %s", name)
		}
	}
}
