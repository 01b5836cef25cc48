package ecran

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/feeds"

	"github.com/labfilms/labfilms/plugins/sdk"
)

func (e *Ecran) registerFeeds(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "get-label-feed-atom", Method: http.MethodGet, Path: "/labels/{label}/feed.atom",
		Summary:     "Follow a label, as Atom",
		Description: "The latest 50 films of its public selections, as Atom.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.labelFeed((*feeds.Feed).ToAtom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-label-feed-json", Method: http.MethodGet, Path: "/labels/{label}/feed.json",
		Summary:     "Follow a label, as JSON Feed",
		Description: "The latest 50 films of its public selections, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.labelFeed((*feeds.Feed).ToJSON, jsonFeedType))
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-atom", Method: http.MethodGet, Path: "/selections/{selection}/feed.atom",
		Summary:     "Follow a selection, as Atom",
		Description: "The latest 50 films that came on screen in it, as Atom.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed((*feeds.Feed).ToAtom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-json", Method: http.MethodGet, Path: "/selections/{selection}/feed.json",
		Summary:     "Follow a selection, as JSON Feed",
		Description: "The latest 50 films that came on screen in it, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed((*feeds.Feed).ToJSON, jsonFeedType))
}

type feedBody struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// The media types of feeds.
const (
	atomType     = "application/atom+xml; charset=utf-8"
	jsonFeedType = "application/feed+json"
)

// format writes a feed as text.
type format func(*feeds.Feed) (string, error)

func (e *Ecran) labelFeed(write format, media string) func(context.Context, *LabelPath) (*feedBody, error) {
	return func(ctx context.Context, in *LabelPath) (*feedBody, error) {
		feed, err := e.LabelFeed(ctx, in.Label)
		return showFeed(feed, err, write, media)
	}
}

func (e *Ecran) selectionFeed(write format, media string) func(context.Context, *SelectionPath) (*feedBody, error) {
	return func(ctx context.Context, in *SelectionPath) (*feedBody, error) {
		feed, err := e.SelectionFeed(ctx, in.Selection)
		return showFeed(feed, err, write, media)
	}
}

func showFeed(feed *feeds.Feed, err error, write format, media string) (*feedBody, error) {
	if err != nil {
		return nil, err
	}
	text, err := write(feed)
	if err != nil {
		return nil, err
	}
	// Not for caches that are shared: what is in it may depend on who asks.
	return &feedBody{ContentType: media, CacheControl: "private, max-age=60", Body: []byte(text)}, nil
}
