package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Me is the asker's own account.
type Me struct {
	ID       string    `json:"id" format:"uuid"`
	Email    string    `json:"email" format:"email"`
	Locale   string    `json:"locale"`
	TimeZone string    `json:"time_zone"`
	Person   Reference `json:"person"`
	Grants   []Grant   `json:"grants" nullable:"false" doc:"The roles that hold now, and where."`
	Scopes   []string  `json:"scopes" nullable:"true" doc:"What the token that was shown is limited to; null for no limit."`
}

// Token is a personal access token without its secret.
type Token struct {
	ID         string     `json:"id" format:"uuid"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix" doc:"How the token begins, to recognise it by."`
	Scopes     []string   `json:"scopes" nullable:"true"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at" nullable:"true"`
	LastUsedAt *time.Time `json:"last_used_at" nullable:"true"`
}

func (a *API) registerMe() {
	tags := []string{"Me"}
	huma.Register(a.core, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/v1/me", Tags: tags,
		Summary:    "Who am I, and what may I do where?",
		Extensions: rest.Permission("me.read"),
	}, a.getMe)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-me", Method: http.MethodPatch, Path: "/v1/me", Tags: tags,
		Summary:     "Change the settings of my account",
		Description: "What others see of you is your profile, at /v1/people.",
		Extensions:  rest.Permission("me.update"),
	}, a.changeMe)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-password", Method: http.MethodPost, Path: "/v1/me/password", Tags: tags,
		Summary: "Change my password", DefaultStatus: http.StatusNoContent,
		Description: "Every other session ends; access tokens stay.",
		Extensions:  rest.Permission("me.update"),
	}, a.changePassword)
	huma.Register(a.core, huma.Operation{
		OperationID: "ask-email", Method: http.MethodPost, Path: "/v1/me/email", Tags: tags,
		Summary: "Change my e-mail address", DefaultStatus: http.StatusAccepted,
		Description: "A mail goes to the new address; it becomes yours at /v1/auth/email/confirm.",
		Extensions:  rest.Permission("me.update"),
	}, a.askEmail)
	huma.Register(a.core, huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/v1/me/tokens", Tags: tags,
		Summary:    "List my access tokens",
		Extensions: rest.Permission("token.read"),
	}, a.listTokens)
	huma.Register(a.core, huma.Operation{
		OperationID: "create-token", Method: http.MethodPost, Path: "/v1/me/tokens", Tags: tags,
		Summary: "Create an access token", DefaultStatus: http.StatusCreated,
		Description: "What the token may do is what its scopes and your grants both allow.",
		Extensions:  rest.Permission("token.create"),
	}, a.createToken)
	huma.Register(a.core, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodDelete, Path: "/v1/me/tokens/{token}", Tags: tags,
		Summary: "Revoke an access token", DefaultStatus: http.StatusNoContent,
		Extensions: rest.Permission("token.revoke"),
	}, a.revokeToken)
}

type meBody struct {
	ETag string `header:"ETag"`
	Body Me
}

func (a *API) getMe(ctx context.Context, in *struct{ rest.IfNoneMatch }) (*meBody, error) {
	account, err := a.accounts.Me(ctx)
	if err != nil {
		return nil, err
	}
	body, err := a.me(ctx, account)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (a *API) changeMe(ctx context.Context, in *struct {
	rest.IfMatch
	Body struct {
		Locale   *string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47: fr-FR."`
		TimeZone *string `json:"time_zone,omitempty" maxLength:"64" doc:"IANA: Indian/Reunion."`
	}
},
) (*meBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	account, err := a.accounts.ChangeMe(ctx, version, accounts.Settings{Locale: in.Body.Locale, TimeZone: in.Body.TimeZone})
	if err != nil {
		return nil, err
	}
	return a.me(ctx, account)
}

func (a *API) changePassword(ctx context.Context, in *struct {
	Body struct {
		Current  string `json:"current" minLength:"1" maxLength:"1024"`
		Password string `json:"password" minLength:"1" maxLength:"1024" doc:"10 characters or more."`
	}
},
) (*struct{}, error) {
	return nil, a.accounts.ChangePassword(ctx, in.Body.Current, in.Body.Password)
}

func (a *API) askEmail(ctx context.Context, in *struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"1024"`
		Email    string `json:"email" minLength:"3" maxLength:"254"`
	}
},
) (*struct{}, error) {
	return nil, a.accounts.AskEmail(ctx, in.Body.Password, in.Body.Email)
}

func (a *API) me(ctx context.Context, account *ent.Account) (*meBody, error) {
	person, err := a.directory.Reference(ctx, account.PersonID)
	if err != nil {
		return nil, err
	}
	grants, err := a.spaces.GrantsOf(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	views, err := a.viewGrants(ctx, grants)
	if err != nil {
		return nil, err
	}
	view := Me{
		ID: account.ID, Email: account.Email, Locale: account.Locale, TimeZone: account.TimeZone,
		Person: Reference{ID: person.ID, Name: person.Name, Slug: person.Handle},
		Grants: views, Scopes: core.ActorFrom(ctx).Scopes,
	}
	return &meBody{ETag: rest.ETag(account.Version, view), Body: view}, nil
}

func (a *API) listTokens(ctx context.Context, in *struct{ rest.ListParams }) (*struct{ Body rest.ListBody[Token] }, error) {
	page, err := a.cursors.Open(in.ListParams, "-created_at", "")
	if err != nil {
		return nil, err
	}
	list, err := a.accounts.Tokens(ctx, page)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Token] }{}
	out.Body = rest.ListOf(list, a.cursors, "-created_at", "", viewToken)
	return out, nil
}

type createTokenInput struct {
	Body struct {
		Name      string     `json:"name" minLength:"1" maxLength:"100" doc:"What the token is for."`
		Scopes    []string   `json:"scopes,omitempty" maxItems:"50" nullable:"false" doc:"Actions (film.read) or nouns (film.*). Absent: all that you may do."`
		ExpiresAt *time.Time `json:"expires_at,omitempty"`
	}
}

type createdToken struct {
	Location string `header:"Location"`
	Body     struct {
		Token
		Secret string `json:"secret" doc:"Shown once. Send it as Authorization: Bearer …"`
	}
}

func (a *API) createToken(ctx context.Context, in *createTokenInput) (*createdToken, error) {
	secret, token, err := a.accounts.CreateToken(ctx, accounts.NewToken{
		Name: in.Body.Name, Scopes: in.Body.Scopes, ExpiresAt: in.Body.ExpiresAt,
	})
	if err != nil {
		return nil, err
	}
	out := &createdToken{Location: "/v1/me/tokens/" + token.ID}
	out.Body.Token, out.Body.Secret = viewToken(token), secret
	return out, nil
}

func (a *API) revokeToken(ctx context.Context, in *struct {
	Token string `path:"token" maxLength:"36"`
},
) (*struct{}, error) {
	return nil, a.accounts.RevokeToken(ctx, in.Token)
}

func viewToken(t *ent.Token) Token {
	return Token{
		ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: t.Scopes,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt,
	}
}
