package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestOnlyOurProxiesSayWhoseRequestItIs(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.7:4711", nil, "192.0.2.7:4711"},
		{"192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7:4711"}, // a stranger's word
		{"10.0.0.2:80", []string{"198.51.100.1"}, "198.51.100.1:0"},
		{"10.0.0.2:80", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1:0"}, // the first was written by the asker
		{"10.0.0.2:80", []string{"203.0.113.9", "198.51.100.1, 10.0.0.3"}, "198.51.100.1:0"},
		{"[::ffff:10.0.0.2]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1:0"},
		{"[fd00::2]:80", []string{"2001:db8::1"}, "[2001:db8::1]:0"},
		{"10.0.0.2:80", nil, "10.0.0.2:80"},
		{"10.0.0.2:80", []string{"rubbish"}, "10.0.0.2:80"},
		{"10.0.0.2:80", []string{"198.51.100.1, rubbish, 10.0.0.3"}, "10.0.0.3:0"},
	} {
		var got string
		h := behind(proxies)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("from %s with %q it is %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
