package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

func (a *API) registerAuth() {
	tags := []string{"Sign-in"}
	huma.Register(a.core, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: "/v1/auth/sign-in", Tags: tags,
		Summary: "Sign in with a password", DefaultStatus: http.StatusCreated,
		Description: "The token is sent as a bearer; a browser also gets it as a cookie. The answer to a wrong password and to an unknown e-mail is the same.",
		Extensions:  rest.Public(),
	}, a.signIn)
	huma.Register(a.core, huma.Operation{
		OperationID: "sign-out", Method: http.MethodPost, Path: "/v1/auth/sign-out", Tags: tags,
		Summary: "Sign out", DefaultStatus: http.StatusNoContent,
		Description: "Ends the session that is shown. It holds nowhere from the next request on.",
		Extensions:  rest.Permission("session.revoke"),
	}, a.signOut)
}

type signInInput struct {
	Body struct {
		Email    string `json:"email" minLength:"3" maxLength:"254"`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
	}
}

type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      struct {
		Token     string    `json:"token" doc:"Shown once. Send it as Authorization: Bearer …"`
		ExpiresAt time.Time `json:"expires_at" doc:"The latest end of the session; it ends sooner when it is not used."`
	}
}

func (a *API) signIn(ctx context.Context, in *signInInput) (*signedIn, error) {
	token, session, err := a.accounts.SignIn(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return a.signedIn(token, session), nil
}

func (a *API) signedIn(token string, session *ent.Session) *signedIn {
	out := &signedIn{SetCookie: a.cookie(token, session.ExpiresAt)}
	out.Body.Token, out.Body.ExpiresAt = token, session.ExpiresAt
	return out
}

func (a *API) signOut(ctx context.Context, _ *struct{}) (*struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}, error,
) {
	if err := a.accounts.SignOut(ctx); err != nil {
		return nil, err
	}
	return &struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
	}{a.cookie("", time.Unix(1, 0))}, nil
}

func (a *API) cookie(token string, until time.Time) http.Cookie {
	return http.Cookie{
		Name: rest.SessionCookie, Value: token, Path: "/", Expires: until,
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	}
}
