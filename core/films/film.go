package films

import (
	"context"
	"encoding/json"
	"time"

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

	Titles      map[string]string // in other languages, by ISO 639 code
	Synopses    map[string]string // likewise
	Genres      []string          // of Genres
	Countries   []string          // ISO 3166-1 alpha-2, of production
	Regions     []string          // INSEE codes, of production
	Languages   []string          // ISO 639, spoken in it
	Warnings    []string          // of Warnings
	Identifiers map[string]string // by scheme: isan, eidr, imdb, tmdb, wikidata, visa
	Consent     string            // to selection: open, ask or none; default open

	// Recorded says that the film was made elsewhere and its facts are brought
	// in: then the action is film.record, and its stage may be named.
	Recorded bool
	Stage    string // finished or released; only of a recorded film
}

// Made is the data of film.made.v1; its subject is the film.
type Made struct {
	Title string `json:"title"`
	Slug  string `json:"slug"`
	Maker string `json:"maker"` // the person
}

// Make begins a film, as an idea, and makes the actor's person its owner:
// action film.create; or it writes down one that was made elsewhere: action
// film.record. It returns [core.ErrInvalid] with the reasons.
func (c *Catalog) Make(ctx context.Context, in NewFilm) (*ent.Film, error) {
	action := "film.create"
	if in.Recorded {
		action = "film.record"
	}
	if err := c.gate.Check(ctx, action, in.Place.Path, 0); err != nil {
		return nil, err
	}
	maker := core.ActorFrom(ctx).Person
	if maker == "" {
		return nil, core.ErrDenied // the platform itself makes no films
	}
	f := facts{
		title: in.Title, synopsis: in.Synopsis, year: in.Year, durationS: in.DurationS, form: film.Form(in.Form),
		titles: in.Titles, synopses: in.Synopses, genres: in.Genres, countries: in.Countries, regions: in.Regions,
		languages: in.Languages, warnings: in.Warnings, identifiers: in.Identifiers, consent: film.Consent(in.Consent),
	}
	if f.form == "" {
		f.form = film.DefaultForm
	}
	if f.consent == "" {
		f.consent = film.DefaultConsent
	}
	var form text.Form
	f.check(&form)
	stage, origin := in.begins(&form)
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
			SetOwnerID(maker).SetTitles(f.titles).SetSynopses(f.synopses).SetGenres(f.genres).SetCountries(f.countries).
			SetRegions(f.regions).SetLanguages(f.languages).SetWarnings(f.warnings).SetIdentifiers(f.identifiers).
			SetConsent(f.consent).SetOrigin(origin).SetStage(stage).SetNillableReleasedAt(releasedAt(stage, now)).
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
		if err := c.events.Record(ctx, core.Event{Type: "film.made.v1", Subject: made.ID, Place: in.Place, Data: data}); err != nil {
			return err
		}
		if !in.Recorded {
			return nil
		}
		entry := audit.Entry{Action: action, Object: "film:" + made.ID, Place: in.Place, Data: map[string]film.Stage{"to": stage}}
		if err := c.audit.Record(ctx, entry); err != nil || stage != film.StageReleased {
			return err
		}
		seen := Seen{Film: made, Path: in.Place.Path}
		return c.tell(ctx, "film.released.v1", seen, made, []string{film.FieldStage})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// begins returns the stage and the origin of a new film: one that is made here
// begins as an idea, one that was made elsewhere is there already.
func (in NewFilm) begins(f *text.Form) (film.Stage, film.Origin) {
	if !in.Recorded {
		if in.Stage != "" {
			f.Refuse("/stage", "recorded", "A film that is made here begins as an idea.", "Un film fabriqué ici commence par l'idée.")
		}
		return film.StageIdea, film.OriginMade
	}
	if in.Year == nil {
		f.Refuse("/year", "required", "It is from some year.", "Il est d'une certaine année.")
	}
	stage := film.Stage(in.Stage)
	if stage == "" {
		stage = film.StageReleased
	}
	if stage != film.StageFinished && stage != film.StageReleased {
		f.Refuse("/stage", "unknown", "A film that was made elsewhere is finished or released.", "Un film fabriqué ailleurs est terminé ou sorti.")
	}
	return stage, film.OriginRecorded
}

// releasedAt is when a film is released that begins at the stage.
func releasedAt(stage film.Stage, now time.Time) *time.Time {
	if stage != film.StageReleased {
		return nil
	}
	return &now
}

// Change is what Change changes: what is not set stays as it is, and null
// empties what may be empty. Lists and maps are replaced as a whole.
type Change struct {
	Title     rest.Opt[string]
	Synopsis  rest.Opt[string]
	Year      rest.Opt[int]
	DurationS rest.Opt[int]
	Form      rest.Opt[string]
	Stage     rest.Opt[string] // of those at which a film is being made

	Titles      rest.Opt[map[string]string]
	Synopses    rest.Opt[map[string]string]
	Genres      rest.Opt[[]string]
	Countries   rest.Opt[[]string]
	Regions     rest.Opt[[]string]
	Languages   rest.Opt[[]string]
	Warnings    rest.Opt[[]string]
	Identifiers rest.Opt[map[string]string]
	Consent     rest.Opt[string]
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
