package ecran

import (
	"context"
	"time"

	"github.com/gorilla/feeds"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// feedLength is how many of the latest picks a feed holds.
const feedLength = 50

// SelectionFeed returns the latest films that came on screen in a selection
// that the asker may read, the newest first, without those that they may not
// see. It returns ErrSelectionUnknown.
func (e *Ecran) SelectionFeed(ctx context.Context, id string) (*feeds.Feed, error) {
	c := e.store.From(ctx)
	s, err := findSelection(ctx, c, id, "ecran.selection.read")
	if err != nil {
		return nil, err
	}
	rows, err := e.latest(ctx, c, inState(s, pick.StateOnScreen, sdk.Now(ctx)), pick.SelectionID(s.ID))
	if err != nil {
		return nil, err
	}
	feed := &feeds.Feed{
		Title: s.Title, Description: s.Text, Id: e.host.URL(address(s.SpaceID, "selections", s.ID)),
		Link:   &feeds.Link{Href: e.host.URL(address(s.SpaceID, "selections", s.ID))},
		Author: &feeds.Author{Name: s.Edges.Label.Name}, Created: s.CreatedAt, Updated: s.CreatedAt,
	}
	return feed, e.fill(ctx, feed, rows)
}

// LabelFeed returns the latest films that came on screen in the selections of a
// label that everybody finds, the newest first, without those that the asker
// may not see. It returns ErrLabelUnknown.
func (e *Ecran) LabelFeed(ctx context.Context, id string) (*feeds.Feed, error) {
	c, now := e.store.From(ctx), sdk.Now(ctx)
	l, err := findLabel(ctx, c, id, "ecran.label.read")
	if err != nil {
		return nil, err
	}
	open := pick.HasSelectionWith(
		selection.LabelID(l.ID), selectionsOnView(now), selection.HasLabelWith(label.StateEQ(label.StateActive)),
	)
	rows, err := e.latest(ctx, c, inState(&ent.Selection{}, pick.StateOnScreen, now), open)
	if err != nil {
		return nil, err
	}
	feed := &feeds.Feed{
		Title: l.Name, Description: l.Manifesto, Id: e.host.URL(address(l.SpaceID, "labels", l.ID)),
		Link:   &feeds.Link{Href: e.host.URL(address(l.SpaceID, "labels", l.ID))},
		Author: &feeds.Author{Name: l.Name}, Created: l.CreatedAt, Updated: l.CreatedAt,
	}
	return feed, e.fill(ctx, feed, rows)
}

// latest returns the latest picks that all of these are true of, with their
// selections.
func (e *Ecran) latest(ctx context.Context, c *ent.Client, which ...predicate.Pick) ([]*ent.Pick, error) {
	return c.Pick.Query().Where(which...).Where(sdk.InPlace(ctx, pick.FieldSignerID)).WithSelection().
		Order(ent.Desc(pick.FieldFrom, pick.FieldID)).Limit(feedLength).All(ctx)
}

// fill puts the picks into the feed.
func (e *Ecran) fill(ctx context.Context, feed *feeds.Feed, picks []*ent.Pick) error {
	films, err := e.filmsOf(ctx, picks)
	if err != nil {
		return err
	}
	for _, p := range picks {
		film, ok := films[p.FilmID]
		if !ok {
			continue
		}
		at := e.host.URL(address(p.SpaceID, "selections", p.SelectionID, "picks", p.ID))
		feed.Items = append(feed.Items, &feeds.Item{
			Id: at, Title: film.Title, Link: &feeds.Link{Href: at}, Source: &feeds.Link{Href: e.host.URL("/v1/films/" + film.ID)},
			Description: p.Note, Author: &feeds.Author{Name: p.SignerName}, Created: p.From, Updated: p.From,
		})
		if p.From.After(feed.Updated) {
			feed.Updated = p.From
		}
	}
	feed.Updated = feed.Updated.UTC().Truncate(time.Second)
	return nil
}
