package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behind believes these proxies when they say in X-Forwarded-For whose request
// they pass on: limits are then counted for the people, not for the proxy. Of
// the addresses the last is taken that is no such proxy, since anybody can
// write those before it. From everybody else the header means nothing.
func behind(proxies []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(proxies) == 0 {
			return next
		}
		ours := func(ip netip.Addr) bool {
			return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			peer, err := netip.ParseAddrPort(r.RemoteAddr)
			if err != nil || !ours(peer.Addr().Unmap()) {
				next.ServeHTTP(w, r)
				return
			}
			hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for _, hop := range slices.Backward(hops) {
				ip, err := netip.ParseAddr(strings.TrimSpace(hop))
				if err != nil {
					break
				}
				r.RemoteAddr = net.JoinHostPort(ip.Unmap().String(), "0")
				if !ours(ip.Unmap()) {
					break
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}
