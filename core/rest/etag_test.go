package rest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
)

func TestIfMatchNamesOneVersion(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]struct {
		version int
		fault   *core.Fault
	}{
		`"7"`: {7, nil}, ` "12" `: {12, nil}, rest.ETag(7, "anything"): {7, nil}, `"7.not hex"`: {7, nil}, `".7"`: {0, core.ErrStale},
		``: {0, rest.ErrPreconditionRequired}, `*`: {0, rest.ErrPreconditionRequired},
		`W/"7"`: {0, core.ErrStale}, `"abc"`: {0, core.ErrStale}, `"0"`: {0, core.ErrStale}, `"-1"`: {0, core.ErrStale}, `"07"`: {0, core.ErrStale},
		`"99999999999999999999"`: {0, core.ErrStale},
		`7`:                      {0, rest.ErrMalformed}, `"7", "8"`: {0, rest.ErrMalformed}, `"`: {0, rest.ErrMalformed}, `W/"`: {0, rest.ErrMalformed},
	} {
		version, err := rest.IfMatch{IfMatch: tag}.Version()
		if version != want.version || (err == nil) != (want.fault == nil) || err != nil && core.AsError(err).Fault != want.fault {
			t.Errorf("%s names %d, %v", tag, version, err)
		}
	}
}

func TestATagChangesWithWhatIsShownAndNamesTheVersion(t *testing.T) {
	t.Parallel()
	type film struct{ Title, Space string }
	tag := rest.ETag(7, film{"Marée basse", "Bretagne"})
	if tag != rest.ETag(7, film{"Marée basse", "Bretagne"}) {
		t.Error("the same has two tags")
	}
	if tag == rest.ETag(7, film{"Marée basse", "Breizh"}) {
		t.Error("the space's new name is not seen")
	}
	if tag == rest.ETag(8, film{"Marée basse", "Bretagne"}) {
		t.Error("another version has the same tag")
	}
}

func TestWhatTheAskerHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	a := api()
	huma.Register(a, public(http.MethodGet, "/film"), func(_ context.Context, in *struct{ rest.IfNoneMatch }) (*itemBody, error) {
		if err := in.Changed(`"7"`); err != nil {
			return nil, err
		}
		return &itemBody{item{Title: "a"}}, nil
	})
	for tag, status := range map[string]int{
		"": 200, `"6"`: 200, `"7"`: 304, `W/"7"`: 304, `*`: 304, `"5", "7"`: 304, `7`: 200, `"77"`: 200,
	} {
		w := do(a, http.MethodGet, "/film", "", "If-None-Match", tag)
		if w.Code != status {
			t.Errorf("%s: %d %s", tag, w.Code, w.Body)
		}
		if status == 304 && (w.Body.Len() > 0 || w.Header().Get("ETag") != `"7"` || w.Header().Get("Content-Type") != "") {
			t.Errorf("%s: %v %s", tag, w.Header(), w.Body)
		}
	}
}
