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
	ID     string    `json:"id" format:"uuid"`
	Email  string    `json:"email" format:"email"`
	Locale string    `json:"locale"`
	Person Reference `json:"person"`
	Grants []Grant   `json:"grants" nullable:"false" doc:"The roles that hold now, and where."`
	Scopes []string  `json:"scopes" nullable:"true" doc:"What the token that was shown is limited to; null for no limit."`
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

func (a *API) getMe(ctx context.Context, _ *struct{}) (*struct{ Body Me }, error) {
	account, err := a.accounts.Me(ctx)
	if err != nil {
		return nil, err
	}
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
	return &struct{ Body Me }{Me{
		ID: account.ID, Email: account.Email, Locale: account.Locale,
		Person: Reference{ID: person.ID, Name: person.Name, Slug: person.Handle},
		Grants: views, Scopes: core.ActorFrom(ctx).Scopes,
	}}, nil
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
