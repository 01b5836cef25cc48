package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

// Notification is something that the asker was told.
type Notification struct {
	ID      string     `json:"id" format:"uuid"`
	At      time.Time  `json:"at"`
	Type    string     `json:"type" example:"credit.proposed" doc:"What has happened: noun.past."`
	Text    string     `json:"text" doc:"The same in a sentence, in the language of the asker, without names."`
	Subject string     `json:"subject" example:"credit:0192f0c1-7d3a-7000-8000-000000000000" doc:"What it is about: noun:id. Read it to know more."`
	Within  string     `json:"within" doc:"What that belongs to: noun:id, or empty."`
	By      *Reference `json:"by,omitempty" doc:"Who did it; absent for the platform itself, and for somebody whom you do not get to see."`
	ReadAt  *time.Time `json:"read_at" nullable:"true"`
}

func (a *API) registerNotifications() {
	tags := []string{"Me"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-notifications", Method: http.MethodGet, Path: "/v1/me/notifications", Tags: tags,
		Summary:     "List what I was told",
		Description: "The newest first. With unread=true and count=exact, total is the number for a badge.",
		Extensions:  rest.Permission("notification.read"),
	}, a.listNotifications)
	huma.Register(a.core, huma.Operation{
		OperationID: "read-notification", Method: http.MethodPost, Path: "/v1/me/notifications/{notification}/read", Tags: tags,
		Summary:    "Note that I have read a notification",
		Extensions: rest.Permission("notification.update"),
	}, a.readNotification)
	huma.Register(a.core, huma.Operation{
		OperationID: "read-notifications", Method: http.MethodPost, Path: "/v1/me/notifications/read", Tags: tags,
		Summary:     "Note that I have read everything",
		Description: "Until is the at of the newest that was shown, so that what comes in the meantime stays unread.",
		Extensions:  rest.Permission("notification.update"),
	}, a.readNotifications)
}

type listNotificationsInput struct {
	rest.ListParams
	Unread bool `query:"unread" doc:"Only what I have not read."`
}

func (a *API) listNotifications(ctx context.Context, in *listNotificationsInput) (*struct{ Body rest.ListBody[Notification] }, error) {
	const sort = "-at"
	filters := filtersOf("unread", in.Unread)
	page, err := a.cursors.Open(in.ListParams, sort, filters)
	if err != nil {
		return nil, err
	}
	list, err := a.notify.List(ctx, in.Unread, page)
	if err != nil {
		return nil, err
	}
	by, err := a.tellers(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Notification] }{}
	out.Body = rest.ListOf(list, a.cursors, sort, filters, func(n *ent.Notification) Notification { return viewNotification(ctx, n, by) })
	return out, nil
}

func (a *API) readNotification(ctx context.Context, in *struct {
	Notification string `path:"notification" maxLength:"36" doc:"The notification's id."`
},
) (*struct{ Body Notification }, error) {
	read, err := a.notify.Read(ctx, in.Notification)
	if err != nil {
		return nil, err
	}
	by, err := a.tellers(ctx, []*ent.Notification{read})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Notification }{viewNotification(ctx, read, by)}, nil
}

type readNotificationsInput struct {
	Body struct {
		Until time.Time `json:"until,omitzero" doc:"Default: now."`
	}
}

type notificationsRead struct {
	Body struct {
		Read int `json:"read" doc:"How many were unread."`
	}
}

func (a *API) readNotifications(ctx context.Context, in *readNotificationsInput) (*notificationsRead, error) {
	n, err := a.notify.ReadAll(ctx, in.Body.Until)
	if err != nil {
		return nil, err
	}
	out := &notificationsRead{}
	out.Body.Read = n
	return out, nil
}

// tellers returns references to those who did what the notifications tell, by
// the person's id, in one query.
func (a *API) tellers(ctx context.Context, rows []*ent.Notification) (map[string]*Reference, error) {
	ids := make([]string, len(rows))
	for i, n := range rows {
		ids[i] = n.By
	}
	people, err := a.directory.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	refs := make(map[string]*Reference, len(people))
	for id, p := range people {
		refs[id] = personReference(p)
	}
	return refs, nil
}

func viewNotification(ctx context.Context, n *ent.Notification, by map[string]*Reference) Notification {
	return Notification{
		ID: n.ID, At: n.At, Type: n.Type, Text: sentence(ctx, n.Type), Subject: n.Subject, Within: n.Within,
		By: by[n.By], ReadAt: n.ReadAt,
	}
}

// sentence returns what the type of a notification says, in the asker's
// language.
func sentence(ctx context.Context, kind string) string {
	if rest.Locale(ctx) == "fr" {
		return notify.Types[kind].FR
	}
	return notify.Types[kind].EN
}
