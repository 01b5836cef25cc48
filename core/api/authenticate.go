package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/rest"
)

// credential returns what the request shows of itself, "" for nothing, and
// whether a browser did so unasked. A bearer wins over a cookie: who sends a
// header means it.
func credential(r *http.Request) (token string, browsers bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, ok := strings.Cut(header, " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", false, accounts.ErrCredential
		}
		return token, false, nil
	}
	if cookie, err := r.Cookie(rest.SessionCookie); err == nil && cookie.Value != "" {
		return cookie.Value, true, nil
	}
	return "", false, nil
}

// authenticated finds out who is asking, once for every kind of credential,
// and lets nobody through whose credential does not hold.
func (a *API) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(accounts.WithClient(r.Context(), accounts.Client{Address: address(r), UserAgent: r.UserAgent()}))
		token, browsers, err := credential(r)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		if token == "" {
			next.ServeHTTP(w, r)
			return
		}
		actor, err := a.accounts.Authenticate(r.Context(), token)
		if browsers && errors.Is(err, accounts.ErrCredential) {
			// No page can take the cookie away, and signing in again must work.
			forgotten := a.cookie("", time.Unix(1, 0))
			http.SetCookie(w, &forgotten)
			next.ServeHTTP(w, r)
			return
		}
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		// What an answer holds depends on who asked: no shared cache may keep it.
		w.Header().Set("Cache-Control", "private, no-cache")
		next.ServeHTTP(w, r.WithContext(core.WithActor(r.Context(), actor)))
	})
}

// refuse answers for a credential that does not hold. Those are counted like
// sign-ins: whoever tries credentials has few tries.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if a.limits.count(w, "auth", address(r)) {
		rest.WriteProblem(w, r, err)
		return
	}
	rest.WriteProblem(w, r, rest.ErrTooMany)
}

// crossOrigin refuses changes that a browser was made to send by another site,
// where the cookie would speak for its owner. Pages of these origins may send
// them.
func crossOrigin(origins []string) (*http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	for _, origin := range origins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("allowed origin: %w", err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest.WriteProblem(w, r, ErrCrossOrigin)
	}))
	return guard, nil
}

// ErrCrossOrigin is the fault of a change sent by another site's page.
var ErrCrossOrigin = &core.Fault{
	Kind: core.Forbidden, Code: "cross_origin",
	EN: "Another site's page may not change anything here.",
	FR: "La page d'un autre site ne peut rien modifier ici.",
}
