package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/rest"
)

func (a *API) registerRegistration() {
	tags := []string{"Sign-in"}
	huma.Register(a.core, huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/v1/auth/register", Tags: tags,
		Summary: "Register", DefaultStatus: http.StatusAccepted,
		Description: "A mail goes to the address with a link that holds a secret; giving it to /v1/auth/verify makes the account. The answer is the same whether or not the address has an account.",
		Extensions:  rest.Public(),
	}, a.register)
	huma.Register(a.core, huma.Operation{
		OperationID: "verify-registration", Method: http.MethodPost, Path: "/v1/auth/verify", Tags: tags,
		Summary: "Show that the address is yours, and sign in", DefaultStatus: http.StatusCreated,
		Description: "The token is the one from the mail, the password the one that was chosen: who registers somebody else's address gains nothing by it. It works once.",
		Extensions:  rest.Public(),
	}, a.verify)
	huma.Register(a.core, huma.Operation{
		OperationID: "resend-verification", Method: http.MethodPost, Path: "/v1/auth/verify/resend", Tags: tags,
		Summary: "Mail the link again", DefaultStatus: http.StatusAccepted,
		Description: "The answer is the same whether or not there is a registration. The last mail holds, those before it no longer.",
		Extensions:  rest.Public(),
	}, a.resend)
	huma.Register(a.core, huma.Operation{
		OperationID: "ask-reset", Method: http.MethodPost, Path: "/v1/auth/reset", Tags: tags,
		Summary: "Forget a password", DefaultStatus: http.StatusAccepted,
		Description: "A mail goes to the address if it has an account. The answer is the same if it has none.",
		Extensions:  rest.Public(),
	}, a.askReset)
	huma.Register(a.core, huma.Operation{
		OperationID: "reset-password", Method: http.MethodPost, Path: "/v1/auth/reset/confirm", Tags: tags,
		Summary: "Set a new password", DefaultStatus: http.StatusNoContent,
		Description: "The token is the one from the mail. All sessions and access tokens of the account end.",
		Extensions:  rest.Public(),
	}, a.resetPassword)
	huma.Register(a.core, huma.Operation{
		OperationID: "confirm-email", Method: http.MethodPost, Path: "/v1/auth/email/confirm", Tags: tags,
		Summary: "Show that a new address is yours", DefaultStatus: http.StatusNoContent,
		Description: "From now on it is the account's.",
		Extensions:  rest.Public(),
	}, a.confirmEmail)
}

type emailInput struct {
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"254"`
	}
}

type proofInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"200" doc:"From the mail."`
	}
}

func (a *API) register(ctx context.Context, in *struct {
	Body struct {
		Email      string `json:"email" minLength:"3" maxLength:"254"`
		Password   string `json:"password" minLength:"1" maxLength:"1024" doc:"10 characters or more, of whatever kind."`
		Name       string `json:"name" minLength:"1" maxLength:"120" doc:"As others read it."`
		Handle     string `json:"handle" minLength:"1" maxLength:"60" doc:"3 to 30 letters, digits and single . _ -"`
		Space      string `json:"space,omitempty" maxLength:"64" doc:"Id or slug of the region that is home; where it is absent, the region of the commune, else the network."`
		Commune    string `json:"commune,omitempty" maxLength:"5" doc:"INSEE code, also of a commune that is part of another."`
		MakesFilms bool   `json:"makes_films,omitempty" doc:"Then you can make films in your region at once."`
		Locale     string `json:"locale,omitempty" maxLength:"35" default:"fr-FR" doc:"Of the mails that you get."`
	}
},
) (*struct {
	Body struct {
		ExpiresAt time.Time `json:"expires_at" doc:"Until when the link in the mail holds."`
	}
}, error,
) {
	home := ""
	if in.Body.Space != "" {
		space, err := a.space(ctx, in.Body.Space)
		if err != nil {
			return nil, err
		}
		home = space.ID
	}
	until, err := a.accounts.Register(ctx, accounts.NewRegistration{
		Email: in.Body.Email, Password: in.Body.Password, Name: in.Body.Name, Handle: in.Body.Handle,
		Home: home, Commune: in.Body.Commune, MakesFilms: in.Body.MakesFilms, Locale: in.Body.Locale,
	})
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			ExpiresAt time.Time `json:"expires_at" doc:"Until when the link in the mail holds."`
		}
	}{}
	out.Body.ExpiresAt = until
	return out, nil
}

func (a *API) verify(ctx context.Context, in *struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"200" doc:"From the mail."`
		Password string `json:"password" minLength:"1" maxLength:"1024" doc:"The one that was chosen at the registration."`
	}
},
) (*signedIn, error) {
	token, session, err := a.accounts.Verify(ctx, in.Body.Token, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return a.signedIn(token, session), nil
}

func (a *API) resend(ctx context.Context, in *emailInput) (*struct{}, error) {
	return nil, a.accounts.Resend(ctx, in.Body.Email)
}

func (a *API) askReset(ctx context.Context, in *emailInput) (*struct{}, error) {
	return nil, a.accounts.AskReset(ctx, in.Body.Email)
}

func (a *API) resetPassword(ctx context.Context, in *struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"200" doc:"From the mail."`
		Password string `json:"password" minLength:"1" maxLength:"1024" doc:"10 characters or more."`
	}
},
) (*struct{}, error) {
	return nil, a.accounts.Reset(ctx, in.Body.Token, in.Body.Password)
}

func (a *API) confirmEmail(ctx context.Context, in *proofInput) (*struct{}, error) {
	return nil, a.accounts.ConfirmEmail(ctx, in.Body.Token)
}
