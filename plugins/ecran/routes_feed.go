package ecran

import (
	"cmp"
	"context"
	"encoding/json"
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
	}, e.labelFeed(atom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-label-feed-json", Method: http.MethodGet, Path: "/labels/{label}/feed.json",
		Summary:     "Follow a label, as JSON Feed",
		Description: "The latest 50 films of its public selections, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.label.read"),
	}, e.labelFeed(jsonFeed, jsonFeedType))
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-atom", Method: http.MethodGet, Path: "/selections/{selection}/feed.atom",
		Summary:     "Follow a selection, as Atom",
		Description: "The latest 50 films that came on screen in it, as Atom.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed(atom, atomType))
	huma.Register(api, huma.Operation{
		OperationID: "get-selection-feed-json", Method: http.MethodGet, Path: "/selections/{selection}/feed.json",
		Summary:     "Follow a selection, as JSON Feed",
		Description: "The latest 50 films that came on screen in it, as JSON Feed.",
		Extensions:  sdk.Permission("ecran.selection.read"),
	}, e.selectionFeed(jsonFeed, jsonFeedType))
}

type feedBody struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         []byte
}

// The media types of feeds.
const (
	atomType     = "application/atom+xml; charset=utf-8"
	jsonFeedType = "application/feed+json"
)

// format writes a feed as text.
type format func(*feeds.Feed) (string, error)

// atom writes a feed as Atom. What people wrote is text and no HTML, as which
// the library would have it read.
func atom(feed *feeds.Feed) (string, error) {
	written := (&feeds.Atom{Feed: feed}).AtomFeed()
	for _, entry := range written.Entries {
		if entry.Summary != nil {
			entry.Summary.Type = "text"
		}
	}
	return feeds.ToXML(written)
}

// jsonFeed writes a feed as JSON Feed, in which every item has a content: the
// note, or where there is none the film's title.
func jsonFeed(feed *feeds.Feed) (string, error) {
	written := (&feeds.JSON{Feed: feed}).JSONFeed()
	written.FeedUrl = feed.Link.Href + "/feed.json"
	for i, item := range written.Items {
		item.Summary, item.ContentText = "", cmp.Or(feed.Items[i].Description, item.Title)
	}
	// An empty feed has items, too: none.
	whole, err := json.MarshalIndent(struct {
		*feeds.JSONFeed
		Items []*feeds.JSONItem `json:"items"`
	}{written, append([]*feeds.JSONItem{}, written.Items...)}, "", "  ")
	return string(whole), err
}

type labelFeedInput struct {
	LabelPath
	sdk.IfNoneMatch
}

type selectionFeedInput struct {
	SelectionPath
	sdk.IfNoneMatch
}

func (e *Ecran) labelFeed(write format, media string) func(context.Context, *labelFeedInput) (*feedBody, error) {
	return func(ctx context.Context, in *labelFeedInput) (*feedBody, error) {
		feed, err := e.LabelFeed(ctx, in.Label)
		return showFeed(feed, err, write, media, in.IfNoneMatch)
	}
}

func (e *Ecran) selectionFeed(write format, media string) func(context.Context, *selectionFeedInput) (*feedBody, error) {
	return func(ctx context.Context, in *selectionFeedInput) (*feedBody, error) {
		feed, err := e.SelectionFeed(ctx, in.Selection)
		return showFeed(feed, err, write, media, in.IfNoneMatch)
	}
}

func showFeed(feed *feeds.Feed, err error, write format, media string, has sdk.IfNoneMatch) (*feedBody, error) {
	if err != nil {
		return nil, err
	}
	text, err := write(feed)
	if err != nil {
		return nil, err
	}
	// Not for caches that are shared: what is in it may depend on who asks.
	body := &feedBody{ContentType: media, CacheControl: "private, max-age=60", ETag: sdk.ETag(0, text), Body: []byte(text)}
	return body, has.Changed(body.ETag)
}
