package host_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/host"
)

func TestAModuleThatCannotRunStopsTheStart(t *testing.T) {
	t.Parallel()
	p := &platform{dir: t.TempDir()}
	options := p.options(t, "rig", "stillborn")
	h, err := host.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "no light in the box") {
		t.Errorf("started, or did not say why: %v", err)
	}
	if left, _ := os.ReadDir(options.RunDir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestAStartCanBeGivenUp(t *testing.T) {
	t.Parallel()
	p := &platform{dir: t.TempDir()}
	h, err := host.New(p.options(t, "mute"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := h.Start(ctx); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("giving up took %v", took)
	}
}

func TestAHostNeedsASecretAndNames(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]host.Options{
		"no secret":  {},
		"no name":    {Secret: []byte("x"), Bundled: []host.Bundle{{}}},
		"a bad name": {Secret: []byte("x"), Bundled: []host.Bundle{{Name: "../rig"}}},
		"one twice":  {Secret: []byte("x"), Bundled: []host.Bundle{{Name: "rig"}, {Name: "rig"}}},
	} {
		if _, err := host.New(options); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAModuleIsGivenAFewOfTheHostsVariables(t *testing.T) {
	t.Parallel()
	p := open(t, func(o *host.Options) {
		o.Environ = []string{
			"PATH=/usr/bin:/bin", "LABFILMS_SECRET=hidden", "LABFILMS_DATABASE_URL=hidden", "AWS_SECRET_ACCESS_KEY=hidden",
			"HTTPS_PROXY=seen", "OTEL_SERVICE_NAME=seen", "HOMEWARD=hidden", "LD_PRELOAD=hidden",
		}
	}, "rig")
	var names []string
	for line := range strings.Lines(p.get(t, "rig/environ").body) {
		name, value, _ := strings.Cut(line, "=")
		if strings.Contains(value, "hidden") {
			t.Errorf("the module sees %s", line)
		}
		if !strings.HasPrefix(name, "PLUGIN_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if want := []string{"HTTPS_PROXY", "LABFILMS_MODULE", "OTEL_SERVICE_NAME", "PATH"}; !slices.Equal(names, want) {
		t.Errorf("the module sees %v, want %v", names, want)
	}
}

func TestTheFirstExitsCostNoTimeAndALoopDoes(t *testing.T) {
	t.Parallel()
	var served, broken host.Pace
	now := time.Unix(1_000_000, 0)
	for n := range 20 {
		if d := served.Next(true, now); d != 0 {
			t.Fatalf("exit %d waits %v", n, d)
		}
	}
	if d := served.Next(true, now); d < 80*time.Millisecond || d > 120*time.Millisecond {
		t.Errorf("the next waits %v", d)
	}
	if d := served.Next(true, now.Add(2*time.Minute)); d != 0 {
		t.Errorf("two minutes later it waits %v", d)
	}
	var longest time.Duration
	for range 30 {
		longest = max(longest, broken.Next(false, now))
	}
	if longest > 36*time.Second || longest < 24*time.Second {
		t.Errorf("one that does not start waits %v at most", longest)
	}
}
