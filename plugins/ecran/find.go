package ecran

import (
	"context"
	"fmt"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// What search finds of Écran.
const (
	labelKind     = "label"
	selectionKind = "selection"
)

// findable is how many documents a page holds.
const findable = 100

// Documents returns the labels that are active, and the selections that
// everybody finds now. See [sdk.Findable].
func (e *Ecran) Documents(ctx context.Context, kind string, ids []string, cursor string) ([]sdk.Document, string, error) {
	switch kind {
	case labelKind:
		return e.labelDocuments(ctx, ids, cursor)
	case selectionKind:
		return e.selectionDocuments(ctx, ids, cursor)
	default:
		return nil, "", fmt.Errorf("there are no documents of the kind %q", kind)
	}
}

func (e *Ecran) labelDocuments(ctx context.Context, ids []string, cursor string) ([]sdk.Document, string, error) {
	q := e.store.From(ctx).Label.Query().Where(label.StateEQ(label.StateActive), sdk.NotSuspended(label.FieldHolderID))
	if ids != nil {
		q = q.Where(label.IDIn(ids...))
	} else {
		q = q.Where(label.IDGT(cursor)).Order(label.ByID()).Limit(findable)
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, "", err
	}
	docs, next := make([]sdk.Document, len(rows)), ""
	for i, l := range rows {
		docs[i] = sdk.Document{
			Key: sdk.DocumentKey{Kind: labelKind, ID: l.ID}, Owner: l.HolderID,
			Place: sdk.Place{Network: l.NetworkID, Region: l.RegionID, Space: l.SpaceID},
			Names: []string{l.Name}, Text: l.Manifesto,
			Facets: map[string][]string{"label_kind": {string(l.Kind)}},
		}
		if ids == nil && len(rows) == findable {
			next = l.ID
		}
	}
	return docs, next, nil
}

func (e *Ecran) selectionDocuments(ctx context.Context, ids []string, cursor string) ([]sdk.Document, string, error) {
	now := sdk.Now(ctx)
	q := e.store.From(ctx).Selection.Query().Where(
		selectionsOnView(now),
		selection.HasLabelWith(label.StateEQ(label.StateActive), sdk.NotSuspended(label.FieldHolderID)),
	)
	if ids != nil {
		q = q.Where(selection.IDIn(ids...))
	} else {
		q = q.Where(selection.IDGT(cursor)).Order(selection.ByID()).Limit(findable)
	}
	rows, err := q.WithLabel().WithPicks(func(q *ent.PickQuery) {
		q.Where(inState(&ent.Selection{}, pick.StateOnScreen, now), sdk.NotSuspended(pick.FieldSignerID)).Order(pick.ByPosition(), pick.ByID())
	}).All(ctx)
	if err != nil {
		return nil, "", err
	}
	var picks []*ent.Pick
	for _, s := range rows {
		picks = append(picks, s.Edges.Picks...)
	}
	films, err := e.filmsOf(ctx, picks)
	if err != nil {
		return nil, "", err
	}
	docs, next := make([]sdk.Document, len(rows)), ""
	for i, s := range rows {
		also := []string{s.Edges.Label.Name}
		for _, p := range s.Edges.Picks {
			if film, ok := films[p.FilmID]; ok {
				also = append(also, film.Title)
			}
		}
		docs[i] = sdk.Document{
			Key: sdk.DocumentKey{Kind: selectionKind, ID: s.ID}, Owner: s.Edges.Label.HolderID,
			Place: sdk.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.SpaceID},
			Names: []string{s.Title}, Also: also, Text: s.Text,
			Facets: map[string][]string{"selection_kind": {string(s.Kind)}, "label": {s.Edges.Label.Name}},
		}
		if ids == nil && len(rows) == findable {
			next = s.ID
		}
	}
	return docs, next, nil
}

// retold has the selections be read again by search in which a film is, or
// which are a label's: what they are found by has changed with it.
func retold(ctx context.Context, c *ent.Client, which ...predicate.Selection) error {
	rows, err := c.Selection.Query().Where(selection.StateEQ(selection.StatePublished)).Where(which...).Order(selection.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, s := range rows {
		if err := sdk.Record(ctx, selectionChanged, s.ID, SelectionMoved{Label: s.LabelID, State: string(s.State)}); err != nil {
			return err
		}
	}
	return nil
}
