package spaces

import (
	"context"
	"encoding/json"
	"net/mail"
	"regexp"
	"strings"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"golang.org/x/text/language"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/space"
)

// ErrRegionHeld is the fault of making a region whose INSEE code another space
// has.
var ErrRegionHeld = &core.Fault{
	Kind: core.Conflict, Code: "region_held",
	EN: "This region has its space already.",
	FR: "Cette région a déjà son espace.",
}

// NewSpace is what Create makes. What is empty is as by default, or as in the
// space above.
type NewSpace struct {
	Kind        string // region or institution
	Slug        string // 1 to 64 lower-case letters, digits and single hyphens
	Name        string // 1 to 120 characters
	Code        string // of a region, which must have one: INSEE
	Locale      string // BCP 47; that of the space above
	TimeZone    string // IANA; that of the space above
	Description string // Markdown, up to 4,000 characters
	Contact     string // an e-mail address for everybody
	Website     string // http or https
	Colour      string // of its pages: #1d6fa5
	Joining     string // open or invitation; open
}

// Change is what Change changes of a space: what is not set stays as it is, and
// null empties the description, the contact, the website and the colour.
type Change struct {
	Slug        rest.Opt[string]
	Name        rest.Opt[string]
	Locale      rest.Opt[string]
	TimeZone    rest.Opt[string]
	Description rest.Opt[string]
	Contact     rest.Opt[string]
	Website     rest.Opt[string]
	Colour      rest.Opt[string]
	Joining     rest.Opt[string]
}

// Create makes a space right below another: action space.create, there. A
// region stands below the network, an institution below the network or a
// region; there is one network, and Seed makes it. It returns [core.ErrInvalid]
// with the reasons, ErrSlugTaken, or ErrRegionHeld; of several who want one
// slug at the same time, one gets it.
func (s *Spaces) Create(ctx context.Context, parent *ent.Space, in NewSpace) (*ent.Space, error) {
	if err := s.gate.Check(ctx, "space.create", parent.Path, 0); err != nil {
		return nil, err
	}
	if in.Locale == "" {
		in.Locale = parent.Locale
	}
	if in.TimeZone == "" {
		in.TimeZone = parent.TimeZone
	}
	if in.Joining == "" {
		in.Joining = string(space.DefaultJoining)
	}
	f := settings{
		in.Slug, in.Name, in.Locale, in.TimeZone, in.Description, in.Contact, in.Website, in.Colour,
		space.Joining(in.Joining),
	}
	var form text.Form
	checkKind(&form, parent, in)
	f.check(&form)
	if err := form.Err(); err != nil {
		return nil, err
	}
	now := s.store.DB().Now()
	var made *ent.Space
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := s.lock(ctx, c, parent.NetworkID); err != nil {
			return err
		}
		id, region := db.NewID(), parent.RegionID
		if err := checkFree(ctx, c, f.slug, id); err != nil {
			return err
		}
		create := c.Space.Create().
			SetID(id).SetKind(space.Kind(in.Kind)).SetParentID(parent.ID).SetNetworkID(parent.NetworkID).
			SetPath(parent.Path + f.slug + "/")
		if in.Kind == string(space.KindRegion) {
			region = id
			held, err := c.Space.Query().Where(space.KindEQ(space.KindRegion), space.Code(in.Code)).Exist(ctx)
			if err != nil {
				return err
			}
			if held {
				return ErrRegionHeld
			}
			create.SetCode(in.Code)
		}
		var err error
		made, err = create.SetRegionID(region).
			SetSlug(f.slug).SetName(f.name).SetLocale(f.locale).SetTimeZone(f.zone).SetDescription(f.description).
			SetContact(f.contact).SetWebsite(f.website).SetColour(f.colour).SetJoining(f.joining).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrSlugTaken
		}
		if err != nil {
			return err
		}
		return s.record(ctx, made, "space.create", "space.created.v1", Settled{Slug: made.Slug, Name: made.Name})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Change changes the settings of a space as it was at a version: action
// space.update. It returns [core.ErrInvalid] with the reasons, ErrSlugTaken, or
// [core.ErrStale] if the space has another version by now. A slug that the
// space leaves goes on leading to it. A change that changes nothing leaves the
// version as it is.
func (s *Spaces) Change(ctx context.Context, at *ent.Space, version int, in Change) (*ent.Space, error) {
	var facts core.Relations
	if at.Kind == space.KindInstitution {
		// Whoever runs an institution speaks for it; with the same role at a
		// region they run the institutions there, and not the region.
		facts = core.RelationSet(core.Own)
	}
	if err := s.gate.Check(ctx, "space.update", at.Path, facts); err != nil {
		return nil, err
	}
	var changed *ent.Space
	err := s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := s.lock(ctx, c, at.NetworkID); err != nil {
			return err
		}
		before, err := c.Space.Get(ctx, at.ID)
		if err != nil {
			return err
		}
		was := settingsOf(before)
		after := in.apply(was)
		var form text.Form
		after.check(&form)
		if err := form.Err(); err != nil {
			return err
		}
		if before.Version != version {
			return core.ErrStale
		}
		fields := after.differences(was)
		if len(fields) == 0 {
			changed = before
			return nil
		}
		now := s.store.DB().Now()
		told := Settled{Slug: after.slug, Name: after.name, Fields: fields}
		if after.slug != was.slug {
			told.Formerly = was.slug
			if err := rename(ctx, c, before, after.slug, now); err != nil {
				return err
			}
		}
		n, err := c.Space.Update().
			Where(space.ID(at.ID), space.Version(version)).
			SetSlug(after.slug).SetName(after.name).SetLocale(after.locale).SetTimeZone(after.zone).
			SetDescription(after.description).SetContact(after.contact).SetWebsite(after.website).
			SetColour(after.colour).SetJoining(after.joining).
			SetUpdatedAt(now).AddVersion(1).
			Save(ctx)
		switch {
		case sqlgraph.IsUniqueConstraintError(err):
			return ErrSlugTaken
		case err != nil:
			return err
		case n == 0:
			return core.ErrStale
		}
		if changed, err = c.Space.Get(ctx, at.ID); err != nil {
			return err
		}
		return s.record(ctx, changed, "space.update", "space.changed.v1", told)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Settled is the data of space.created.v1 and space.changed.v1; their subject
// is the space.
type Settled struct {
	Slug     string   `json:"slug"`
	Formerly string   `json:"formerly,omitempty"` // the slug that it left
	Name     string   `json:"name"`
	Fields   []string `json:"fields,omitempty"` // what changed
}

func (s *Spaces) record(ctx context.Context, at *ent.Space, action, event string, told Settled) error {
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "space:" + at.ID, Place: Place(at), Data: told}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, core.Event{Type: event, Subject: at.ID, Place: Place(at), Data: data})
}

// checkKind refuses what may not stand right below the parent.
func checkKind(f *text.Form, parent *ent.Space, in NewSpace) {
	region := in.Kind == string(space.KindRegion)
	switch {
	case !region && in.Kind != string(space.KindInstitution):
		f.Refuse("/kind", "unknown", "One makes a region or an institution.", "On crée une région ou une institution.")
	case parent.Kind == space.KindInstitution:
		f.Refuse("/parent", "parent", "Nothing stands below an institution.", "Rien ne se place sous une institution.")
	case region && parent.Kind != space.KindNetwork:
		f.Refuse("/parent", "parent", "A region stands below the network.", "Une région se place sous le réseau.")
	}
	if region {
		if _, known := communes.Region(in.Code); !known {
			f.Refuse("/code", "unknown", "It is no INSEE code of a region.", "Ce n'est pas le code INSEE d'une région.")
		}
	} else if in.Code != "" {
		f.Refuse("/code", "not_region", "Only a region has an INSEE code.", "Seule une région a un code INSEE.")
	}
}

// settings are what a space's own people say of it.
type settings struct {
	slug, name, locale, zone              string
	description, contact, website, colour string
	joining                               space.Joining
}

func settingsOf(s *ent.Space) settings {
	return settings{s.Slug, s.Name, s.Locale, s.TimeZone, s.Description, s.Contact, s.Website, s.Colour, s.Joining}
}

// apply returns what the settings are after the change.
func (in Change) apply(s settings) settings {
	return settings{
		in.Slug.Or(s.slug), in.Name.Or(s.name), in.Locale.Or(s.locale), in.TimeZone.Or(s.zone),
		in.Description.Or(s.description), in.Contact.Or(s.contact), in.Website.Or(s.website), in.Colour.Or(s.colour),
		space.Joining(in.Joining.Or(string(s.joining))),
	}
}

var colourShape = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// check brings the settings into the form in which they are kept, and refuses
// what cannot be kept. The schema holds the same limits.
func (s *settings) check(f *text.Form) {
	checkSlug(f, s.slug)
	s.name = f.Line("/name", s.name, 120)
	if tag, err := language.Parse(s.locale); err != nil || len(s.locale) > 35 {
		f.Refuse("/locale", "locale", "It is no language tag such as fr-FR.", "Ce n'est pas une étiquette de langue comme fr-FR.")
	} else {
		s.locale = tag.String()
	}
	s.zone = f.Zone("/time_zone", s.zone)
	s.description = f.Prose("/description", s.description, 4000)
	if s.contact != "" {
		s.contact = f.Line("/contact", s.contact, 254)
	}
	if s.contact != "" && !isAddress(s.contact) {
		f.Refuse("/contact", "email", "It is no e-mail address.", "Ce n'est pas une adresse électronique.")
	}
	s.website = f.URL("/website", s.website)
	if s.colour = strings.ToLower(s.colour); s.colour != "" && !colourShape.MatchString(s.colour) {
		f.Refuse("/colour", "colour", "A colour is written #1d6fa5.", "Une couleur s'écrit #1d6fa5.")
	}
	if space.JoiningValidator(s.joining) != nil {
		f.Refuse("/joining", "unknown", "People join openly (open) or by invitation.", "On rejoint librement (open) ou sur invitation (invitation).")
	}
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s
}

// differences returns the names of the settings that are not as they were.
func (s settings) differences(before settings) []string {
	var names []string
	for _, d := range []struct {
		name string
		is   bool
	}{
		{space.FieldSlug, s.slug != before.slug},
		{space.FieldName, s.name != before.name},
		{space.FieldLocale, s.locale != before.locale},
		{space.FieldTimeZone, s.zone != before.zone},
		{space.FieldDescription, s.description != before.description},
		{space.FieldContact, s.contact != before.contact},
		{space.FieldWebsite, s.website != before.website},
		{space.FieldColour, s.colour != before.colour},
		{space.FieldJoining, s.joining != before.joining},
	} {
		if d.is {
			names = append(names, d.name)
		}
	}
	return names
}
