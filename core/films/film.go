package films

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
	"github.com/labfilms/labfilms/ent/filmmember"
)

// NewFilm is what Make makes. Empty and nil is what is not known yet.
type NewFilm struct {
	Place     core.Place // of its home, with the path
	Title     string     // 1 to 200 characters
	Synopsis  string     // up to 4,000 characters
	Year      *int       // of completion, or the year it is meant for
	DurationS *int       // in seconds
	Form      string     // default fiction
}

// Made is the data of film.made.v1; its subject is the film.
type Made struct {
	Title string `json:"title"`
	Slug  string `json:"slug"`
	Maker string `json:"maker"` // the person
}

// Make begins a film, as an idea, and makes the actor's person its owner:
// action film.create. It returns [core.ErrInvalid] with the reasons.
func (c *Catalog) Make(ctx context.Context, in NewFilm) (*ent.Film, error) {
	if err := c.gate.Check(ctx, "film.create", in.Place.Path, 0); err != nil {
		return nil, err
	}
	maker := core.ActorFrom(ctx).Person
	if maker == "" {
		return nil, core.ErrDenied // the platform itself makes no films
	}
	f := facts{in.Title, in.Synopsis, in.Year, in.DurationS, film.Form(in.Form)}
	if f.form == "" {
		f.form = film.DefaultForm
	}
	var form text.Form
	f.check(&form)
	if err := form.Err(); err != nil {
		return nil, err
	}
	now := c.store.DB().Now()
	var made *ent.Film
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) (err error) {
		made, err = client.Film.Create().
			SetNetworkID(in.Place.Network).SetRegionID(in.Place.Region).SetSpaceID(in.Place.Space).
			SetTitle(f.title).SetSlug(text.Slug(f.title)).SetSynopsis(f.synopsis).
			SetNillableYear(f.year).SetNillableDurationS(f.durationS).SetForm(f.form).
			SetOwnerID(maker).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		err = client.FilmMember.Create().
			SetFilmID(made.ID).SetPersonID(maker).SetRole(filmmember.RoleOwner).
			SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
		if err != nil {
			return err
		}
		data, err := json.Marshal(Made{Title: made.Title, Slug: made.Slug, Maker: maker})
		if err != nil {
			return err
		}
		return c.events.Record(ctx, core.Event{Type: "film.made.v1", Subject: made.ID, Place: in.Place, Data: data})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Change is what Change changes: what is not set stays as it is, and null
// empties the synopsis, the year and the duration.
type Change struct {
	Title     rest.Opt[string]
	Synopsis  rest.Opt[string]
	Year      rest.Opt[int]
	DurationS rest.Opt[int]
	Form      rest.Opt[string]
	Stage     rest.Opt[string] // of those at which a film is being made
}

// Change changes a film as it was at a version: action film.update. It returns
// ErrUnknown, [core.ErrDenied], [core.ErrInvalid] with the reasons,
// [core.ErrStale] if the film has another version by now, or ErrStage. Of
// several that start from one version, one succeeds. A change that changes
// nothing leaves the version as it is.
func (c *Catalog) Change(ctx context.Context, id string, version int, in Change) (*ent.Film, error) {
	var changed *ent.Film
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "film.update", f); err != nil {
			return err
		}
		after, stage, err := in.apply(f.Film)
		if err != nil {
			return err
		}
		if f.Version != version {
			return core.ErrStale
		}
		m, moves := Stages.Move("film.update", f.Stage, stage)
		if stage != f.Stage && !moves {
			return ErrStage
		}
		fields := after.differences(factsOf(f.Film))
		if moves {
			fields = append(fields, film.FieldStage)
		}
		if len(fields) == 0 {
			changed = f.Film
			return nil
		}
		n, err := after.write(client.Film.Update()).
			Where(film.ID(id), film.Version(version)).
			SetStage(stage).SetUpdatedAt(c.store.DB().Now()).AddVersion(1).
			Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return core.ErrStale
		}
		if changed, err = client.Film.Get(ctx, id); err != nil {
			return err
		}
		if moves {
			return c.moved(ctx, m, f, changed, fields)
		}
		return c.tell(ctx, "film.changed.v1", f, changed, fields)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Delete throws a film away that was never public, as it was at a version:
// action film.delete. It returns ErrUnknown, [core.ErrDenied], or
// [core.ErrStale].
func (c *Catalog) Delete(ctx context.Context, id string, version int) error {
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "film.delete", f); err != nil {
			return err
		}
		n, err := client.Film.Delete().Where(film.ID(id), film.Version(version)).Exec(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return core.ErrStale
		}
		entry := audit.Entry{Action: "film.delete", Object: "film:" + id, Place: f.place()}
		if err := c.audit.Record(ctx, entry); err != nil {
			return err
		}
		return c.events.Record(ctx, core.Event{Type: "film.deleted.v1", Subject: id, Place: f.place()})
	})
}

// facts are what people say of a film.
type facts struct {
	title, synopsis string
	year, durationS *int
	form            film.Form
}

func factsOf(f *ent.Film) facts { return facts{f.Title, f.Synopsis, f.Year, f.DurationS, f.Form} }

// check brings the facts into the form in which they are kept, and refuses what
// cannot be kept. The schema holds the same limits.
func (f *facts) check(form *text.Form) {
	f.title = form.Line("/title", f.title, 200)
	f.synopsis = form.Prose("/synopsis", f.synopsis, 4000)
	within(form, "/year", f.year, 1888, 2200)
	within(form, "/duration_s", f.durationS, 1, 360_000)
	if film.FormValidator(f.form) != nil {
		form.Refuse("/form", "unknown", "There is no such form.", "Cette forme n'existe pas.")
	}
}

func within(form *text.Form, pointer string, n *int, least, most int) {
	if n != nil && (*n < least || *n > most) {
		form.Refuse(pointer, "range",
			fmt.Sprintf("It is between %d and %d.", least, most),
			fmt.Sprintf("La valeur est comprise entre %d et %d.", least, most))
	}
}

// apply returns what the film's facts and stage are after the change.
func (in Change) apply(f *ent.Film) (facts, film.Stage, error) {
	var form text.Form
	after := facts{
		title:     in.Title.Or(f.Title),
		synopsis:  in.Synopsis.Or(f.Synopsis),
		year:      in.Year.Pointer(f.Year),
		durationS: in.DurationS.Pointer(f.DurationS),
		form:      film.Form(in.Form.Or(string(f.Form))),
	}
	after.check(&form)
	stage := film.Stage(in.Stage.Or(string(f.Stage)))
	if in.Stage.Set && !slices.Contains(making, stage) {
		form.Refuse("/stage", "unknown", "It is no stage at which a film is being made.", "Ce n'est pas une étape de fabrication.")
	}
	return after, stage, form.Err()
}

// differences returns the names of the facts that are not as they were.
func (f facts) differences(before facts) []string {
	var names []string
	for _, d := range []struct {
		name string
		is   bool
	}{
		{film.FieldTitle, f.title != before.title},
		{film.FieldSynopsis, f.synopsis != before.synopsis},
		{film.FieldYear, !same(f.year, before.year)},
		{film.FieldDurationS, !same(f.durationS, before.durationS)},
		{film.FieldForm, f.form != before.form},
	} {
		if d.is {
			names = append(names, d.name)
		}
	}
	return names
}

func same(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// write sets all facts.
func (f facts) write(u *ent.FilmUpdate) *ent.FilmUpdate {
	u.SetTitle(f.title).SetSlug(text.Slug(f.title)).SetSynopsis(f.synopsis).SetForm(f.form)
	u.ClearYear().ClearDurationS()
	if f.year != nil {
		u.SetYear(*f.year)
	}
	if f.durationS != nil {
		u.SetDurationS(*f.durationS)
	}
	return u
}
