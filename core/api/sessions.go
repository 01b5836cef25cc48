package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Session is a device on which one is signed in.
type Session struct {
	ID         string    `json:"id" format:"uuid"`
	Current    bool      `json:"current" doc:"It is the one that asks."`
	UserAgent  string    `json:"user_agent" doc:"What the browser says of itself."`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at" doc:"To the hour."`
	ExpiresAt  time.Time `json:"expires_at" doc:"The latest end; it ends sooner when it is not used."`
}

func (a *API) registerSessions() {
	tags := []string{"Me"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/v1/me/sessions", Tags: tags,
		Summary:    "List where I am signed in",
		Extensions: rest.Permission("session.read"),
	}, a.listSessions)
	huma.Register(a.core, huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/v1/me/sessions/{session}", Tags: tags,
		Summary: "Sign out on one device", DefaultStatus: http.StatusNoContent,
		Extensions: rest.Permission("session.revoke"),
	}, a.endSession)
	huma.Register(a.core, huma.Operation{
		OperationID: "sign-out-everywhere", Method: http.MethodPost, Path: "/v1/auth/sign-out-everywhere", Tags: []string{"Sign-in"},
		Summary:     "Sign out on every device",
		Description: "Ends all sessions, at once and on every node. Access tokens are revoked by themselves.",
		Extensions:  rest.Permission("session.revoke"),
	}, a.signOutEverywhere)
}

func (a *API) listSessions(ctx context.Context, in *struct{ rest.ListParams }) (*struct{ Body rest.ListBody[Session] }, error) {
	page, err := a.cursors.Open(in.ListParams, "-created_at", "")
	if err != nil {
		return nil, err
	}
	list, err := a.accounts.Sessions(ctx, page)
	if err != nil {
		return nil, err
	}
	current := core.ActorFrom(ctx).Credential
	out := &struct{ Body rest.ListBody[Session] }{}
	out.Body = rest.ListOf(list, a.cursors, "-created_at", "", func(s *ent.Session) Session {
		return Session{
			ID: s.ID, Current: s.ID == current, UserAgent: s.UserAgent,
			CreatedAt: s.CreatedAt, LastSeenAt: s.LastSeenAt, ExpiresAt: s.ExpiresAt,
		}
	})
	return out, nil
}

func (a *API) endSession(ctx context.Context, in *struct {
	Session string `path:"session" maxLength:"36" doc:"The session's id."`
},
) (*struct{}, error) {
	return nil, a.accounts.EndSession(ctx, in.Session)
}

func (a *API) signOutEverywhere(ctx context.Context, in *struct {
	Body struct {
		KeepCurrent bool `json:"keep_current,omitempty" doc:"Stay signed in here."`
	}
},
) (*struct {
	Body struct {
		Ended int `json:"ended" doc:"How many sessions were ended."`
	}
}, error,
) {
	ended, err := a.accounts.SignOutEverywhere(ctx, in.Body.KeepCurrent)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Ended int `json:"ended" doc:"How many sessions were ended."`
		}
	}{}
	out.Body.Ended = ended
	return out, nil
}
