package wire_test

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/plugins/internal/wire"
)

var (
	key = []byte("the key of one process")
	now = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
)

func actor() wire.Actor {
	place := core.Place{Network: "fr", Region: "bzh", Space: "bzh", Path: "/fr/bretagne/"}
	return wire.Actor{
		Module: "ecran", Until: now.Add(time.Minute).UnixMilli(), Request: "r1", Locale: "fr",
		Account: "a1", Person: "p1", Roles: []core.Role{"curator", "visitor"}, Scopes: []string{},
		Space: wire.Space{ID: "bzh", Slug: "bretagne", Name: "Bretagne", Place: place},
		State: "on", Scope: core.Scope{Place: place, Subtree: true, Off: []string{"brest"}},
	}
}

func TestAnActorArrivesAsItWasSigned(t *testing.T) {
	t.Parallel()
	for _, scopes := range [][]string{nil, {}, {"ecran.*"}} {
		a := actor()
		a.Scopes = scopes // nil and empty are different rights
		header, err := a.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.Verify(key, header, "ecran", now)
		if err != nil || !reflect.DeepEqual(got, a) {
			t.Errorf("%+v, %v\nwant %+v", got, err, a)
		}
	}
}

func TestAnActorCannotBeForged(t *testing.T) {
	t.Parallel()
	header, err := actor().Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	payload, signature, _ := strings.Cut(header, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(payload)
	promoted := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), `"curator"`, `"platform_admin"`, 1)))
	for _, c := range []struct {
		what, header, module string
		key                  []byte
		at                   time.Time
	}{
		{"empty", "", "ecran", key, now},
		{"without a signature", payload, "ecran", key, now},
		{"with an empty signature", payload + ".", "ecran", key, now},
		{"with other claims", promoted + "." + signature, "ecran", key, now},
		{"under another key", header, "ecran", []byte("of another process"), now},
		{"under no key", header, "ecran", nil, now},
		{"for another module", header, "social", key, now},
		{"too late", header, "ecran", key, now.Add(time.Minute)},
	} {
		if _, err := wire.Verify(c.key, c.header, c.module, c.at); !errors.Is(err, wire.ErrUnsigned) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestEventsAndPoliciesArriveAsTheyLeft(t *testing.T) {
	t.Parallel()
	e := core.Event{
		ID: "e1", Type: "film.released.v1", Source: "core", Subject: "f1", Actor: "a1",
		Place: core.Place{Network: "fr", Region: "bzh", Space: "brest"}, At: now, Data: []byte(`{"a":1}`),
	}
	var travelled wire.Event
	over(t, wire.FromEvent(e), &travelled)
	if got := travelled.Core(); !reflect.DeepEqual(got, e) {
		t.Errorf("%+v, want %+v", got, e)
	}

	table := map[core.Role]map[string]core.When{
		"visitor": {},
		"curator": {"ecran.pick.create": {core.RelationSet(core.Own), core.RelationSet(core.Curating, core.Draft)}},
	}
	var policy wire.Policy
	over(t, wire.FromTable(7, table), &policy)
	if got := policy.Table(); policy.GetVersion() != 7 || !reflect.DeepEqual(got, table) {
		t.Errorf("%v, want %v", got, table)
	}
}

func over(t *testing.T, from, to proto.Message) {
	t.Helper()
	b, err := proto.Marshal(from)
	if err == nil {
		err = proto.Unmarshal(b, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}
