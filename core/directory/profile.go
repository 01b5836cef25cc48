package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"golang.org/x/text/language"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/handle"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/personcraft"
	"github.com/labfilms/labfilms/ent/registration"
	"github.com/labfilms/labfilms/ent/schema"
)

// ErrHandleTaken is the fault of a handle that somebody has, had, or is about
// to have, or that looks like one.
var ErrHandleTaken = &core.Fault{
	Kind: core.Conflict, Code: "handle_taken",
	EN: "Somebody has this handle, had it, or has one that looks like it.",
	FR: "Quelqu'un a cet identifiant, l'a eu, ou en a un qui lui ressemble.",
}

// Change is what Change changes: what is not set stays as it is, and null
// empties it.
type Change struct {
	Handle     rest.Opt[string]
	Name       rest.Opt[string]
	Pronouns   rest.Opt[string]
	Bio        rest.Opt[string]   // Markdown
	Crafts     rest.Opt[[]string] // codes, in the person's own order; at most 12
	Skills     rest.Opt[[]string] // at most 40
	Languages  rest.Opt[[]string] // ISO 639; at most 30
	Commune    rest.Opt[string]   // INSEE code
	TravelKM   rest.Opt[int]      // 0 to 20,000
	Standing   rest.Opt[string]
	Statuses   rest.Opt[[]string]
	Links      rest.Opt[[]schema.Link] // at most 20
	Contact    rest.Opt[string]
	Visibility rest.Opt[map[string]string] // by section; see Sections
}

// Changed is the data of person.changed.v1; its subject is the person.
type Changed struct {
	Handle  string   `json:"handle"`
	Name    string   `json:"name"`
	Fields  []string `json:"fields"`
	Version int      `json:"version"`
}

// Change changes a profile as it was at a version: action person.update, of
// oneself or of somebody whom one wrote down and nobody has claimed: then name,
// pronouns, bio, languages and links. It returns
// ErrPersonUnknown, [core.ErrDenied], [core.ErrInvalid] with the reasons,
// ErrHandleTaken, or [core.ErrStale]. A change that changes nothing leaves the
// version as it is. A handle that is left is never anybody else's.
func (d *Directory) Change(ctx context.Context, id string, version int, in Change) (*ent.Person, error) {
	var changed *ent.Person
	err := d.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, err := d.one(ctx, c, id)
		if err != nil {
			return err
		}
		if err := d.gate.Check(ctx, "person.update", s.path, s.relations); err != nil {
			return err
		}
		var form text.Form
		after := in.apply(&form, s.Person)
		if err := form.Err(); err != nil {
			return err
		}
		if s.Version != version {
			return core.ErrStale
		}
		fields := after.differences(profileOf(s.Person))
		if len(fields) == 0 {
			changed = s.Person
			return nil
		}
		if after.handle != s.Handle {
			if err := d.take(ctx, c, s, after.handle); err != nil {
				return err
			}
		}
		if err := d.write(ctx, c, s, after); err != nil {
			return err
		}
		if changed, err = c.Person.Query().Where(person.ID(id)).WithCrafts(inOrder).Only(ctx); err != nil {
			return err
		}
		data, err := json.Marshal(Changed{Handle: changed.Handle, Name: changed.Name, Fields: fields, Version: changed.Version})
		if err != nil {
			return err
		}
		return d.events.Record(ctx, core.Event{Type: "person.changed.v1", Subject: id, Place: s.place(), Data: data})
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// take makes a handle the person's, once and for ever; one that they had before
// is theirs still.
func (d *Directory) take(ctx context.Context, c *ent.Client, s seen, name string) error {
	key, now := text.HandleKey(name), d.store.DB().Now()
	_, err := c.Registration.Delete().
		Where(registration.HasReservedWith(handle.Key(key)), registration.ExpiresAtLTE(now)).
		Exec(ctx)
	if err != nil {
		return err
	}
	again, err := c.Handle.Update().
		Where(handle.Key(key), handle.PersonID(s.ID)).
		SetHandle(name).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return err
	}
	if again == 0 {
		err = c.Handle.Create().
			SetKey(key).SetHandle(name).SetPersonID(s.ID).
			SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrHandleTaken
		}
		if err != nil {
			return err
		}
	}
	return d.audit.Record(ctx, audit.Entry{
		Action: "person.update", Object: "person:" + s.ID, Place: s.place(),
		Data: map[string]string{"from": s.Handle, "to": name},
	})
}

// write keeps the profile, what the lists find it by, and its crafts, which
// repeat that.
func (d *Directory) write(ctx context.Context, c *ent.Client, s seen, p profile) error {
	update := s.Update().
		SetHandle(p.handle).SetName(p.name).SetSortName(text.Slug(p.name)).
		SetPronouns(p.pronouns).SetBio(p.bio).SetSkills(p.skills).SetLanguages(p.languages).
		SetCommune(p.commune).SetStatuses(p.statuses).SetLinks(p.links).
		SetContact(person.Contact(p.contact)).SetVisibility(p.visibility).
		SetUpdatedAt(d.store.DB().Now()).AddVersion(1)
	if p.travelKM != nil {
		update.SetTravelKm(*p.travelKM)
	} else {
		update.ClearTravelKm()
	}
	if p.standing != "" {
		update.SetStanding(person.Standing(p.standing))
	} else {
		update.ClearStanding()
	}
	today, tile := p.found()
	update.SetFoundCommune(today)
	if tile != nil {
		update.SetFoundTile(*tile)
	} else {
		update.ClearFoundTile()
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	if _, err := c.PersonCraft.Delete().Where(personcraft.PersonID(s.ID)).Exec(ctx); err != nil {
		return err
	}
	rows := make([]*ent.PersonCraftCreate, len(p.crafts))
	for i, craft := range p.crafts {
		rows[i] = c.PersonCraft.Create().
			SetPersonID(s.ID).SetCraft(craft).SetPosition(i).
			SetNetworkID(s.NetworkID).SetRegionID(s.RegionID).SetSpaceID(s.SpaceID).
			SetSortName(text.Slug(p.name)).SetJoinedAt(s.CreatedAt).
			SetFoundCommune(today).SetNillableFoundTile(tile)
	}
	return c.PersonCraft.CreateBulk(rows...).Exec(ctx)
}

// profile is what people say of themselves.
type profile struct {
	handle, name, pronouns, bio string
	crafts, skills, languages   []string
	commune, standing, contact  string
	travelKM                    *int
	statuses                    []string
	links                       []schema.Link
	visibility                  map[string]string
}

func profileOf(p *ent.Person) profile {
	was := profile{
		handle: p.Handle, name: p.Name, pronouns: p.Pronouns, bio: p.Bio,
		skills: p.Skills, languages: p.Languages, commune: p.Commune, contact: string(p.Contact),
		travelKM: p.TravelKm, statuses: p.Statuses, links: p.Links, visibility: p.Visibility,
	}
	if p.Standing != nil {
		was.standing = string(*p.Standing)
	}
	for _, craft := range p.Edges.Crafts {
		was.crafts = append(was.crafts, craft.Craft)
	}
	return was
}

// found returns under which commune of today everybody finds them, and in which
// tile: a wide one's for who hides where they live.
func (p profile) found() (today string, tile *int) {
	lives, ok := communes.Get(p.commune)
	if !ok {
		return "", nil
	}
	at := int(lives.WideTile())
	if audience(&ent.Person{Visibility: p.visibility}, "place") == Everyone {
		current, _ := communes.Current(p.commune)
		today, at = current.Code, int(lives.Tile())
	}
	return today, &at
}

// The most that a profile has of a kind.
const (
	craftsMax    = 12
	skillsMax    = 40
	languagesMax = 30
	linksMax     = 20
)

// apply returns what the profile is after the change, in the form in which it
// is kept, and refuses what cannot be kept.
func (in Change) apply(f *text.Form, p *ent.Person) profile {
	was := profileOf(p)
	after := profile{
		handle: in.Handle.Or(was.handle), name: f.Line("/name", in.Name.Or(was.name), 120),
		pronouns: f.Prose("/pronouns", in.Pronouns.Or(was.pronouns), 60), bio: f.Prose("/bio", in.Bio.Or(was.bio), 5000),
		commune: in.Commune.Or(was.commune), standing: in.Standing.Or(was.standing), contact: in.Contact.Or(was.contact),
		travelKM: in.TravelKM.Pointer(was.travelKM),
		crafts:   in.Crafts.Or(was.crafts), skills: in.Skills.Or(was.skills), languages: in.Languages.Or(was.languages),
		statuses: in.Statuses.Or(was.statuses), links: in.Links.Or(was.links), visibility: in.Visibility.Or(was.visibility),
	}
	if p.Claim != person.ClaimClaimed {
		in.refusePersonal(f)
	} else if in.Handle.Set {
		after.handle = f.Handle("/handle", after.handle)
	}
	few(f, "/crafts", len(after.crafts), craftsMax)
	after.checkCrafts(f)
	after.skills = lines(f, "/skills", after.skills, skillsMax, 60)
	after.languages = checkLanguages(f, after.languages)
	if _, ok := communes.Get(after.commune); !ok && after.commune != "" {
		f.Refuse("/commune", "unknown", "There is no commune with this code.", "Aucune commune n'a ce code.")
	}
	if km := after.travelKM; km != nil && (*km < 0 || *km > 20_000) {
		f.Refuse("/travel_km", "range", "It is between 0 and 20000.", "La valeur est comprise entre 0 et 20000.")
	}
	if after.standing != "" && person.StandingValidator(person.Standing(after.standing)) != nil {
		f.Refuse("/standing", "unknown", "There is no such standing.", "Ce statut n'existe pas.")
	}
	if after.contact == "" {
		after.contact = string(person.DefaultContact)
	}
	if person.ContactValidator(person.Contact(after.contact)) != nil {
		f.Refuse("/contact", "unknown", "It is everyone, members or nobody.", "C'est everyone, members ou nobody.")
	}
	after.checkStatuses(f)
	after.checkLinks(f)
	for section, who := range after.visibility {
		if _, known := Sections[section]; !known || !slices.Contains([]string{Everyone, Members, Nobody}, who) {
			f.Refuse("/visibility/"+escaped(section), "unknown", "A section is shown to everyone, members or nobody.", "Une section se montre à everyone, members ou nobody.")
		}
	}
	return after
}

// refusePersonal refuses what nobody says of somebody else: where and of what
// they live, and by what they are to be found.
func (in Change) refusePersonal(f *text.Form) {
	for _, field := range []struct {
		pointer string
		set     bool
	}{
		{"/handle", in.Handle.Set},
		{"/crafts", in.Crafts.Set},
		{"/skills", in.Skills.Set},
		{"/commune", in.Commune.Set},
		{"/travel_km", in.TravelKM.Set},
		{"/standing", in.Standing.Set},
		{"/statuses", in.Statuses.Set},
		{"/contact", in.Contact.Set},
		{"/visibility", in.Visibility.Set},
	} {
		if field.set {
			f.Refuse(field.pointer, "no_account", "Only the person says this, once they have an account.", "Seule la personne le dit, quand elle a un compte.")
		}
	}
}

// few refuses a list that is too long.
func few(f *text.Form, pointer string, n, most int) {
	if n > most {
		f.Refuse(pointer, "too_many", fmt.Sprintf("It has more than %d entries.", most), fmt.Sprintf("Cette liste dépasse %d entrées.", most))
	}
}

// twice refuses what is in a list already.
func twice(f *text.Form, pointer string) {
	f.Refuse(pointer, "twice", "It is there twice.", "Cette entrée figure deux fois.")
}

// lines returns short texts as they are kept, each once.
func lines(f *text.Form, pointer string, all []string, most, limit int) []string {
	few(f, pointer, len(all), most)
	kept := make([]string, 0, len(all))
	for i, s := range all[:min(len(all), most)] {
		at := fmt.Sprintf("%s/%d", pointer, i)
		s = f.Line(at, s, limit)
		if slices.ContainsFunc(kept, func(other string) bool { return strings.EqualFold(other, s) }) {
			twice(f, at)
		}
		kept = append(kept, s)
	}
	return kept
}

func (p profile) checkCrafts(f *text.Form) {
	for i, code := range p.crafts[:min(len(p.crafts), craftsMax)] {
		pointer := fmt.Sprintf("/crafts/%d", i)
		if _, ok := crafts.Get(code); !ok {
			f.Refuse(pointer, "unknown", "There is no such craft.", "Ce métier n'existe pas.")
		} else if slices.Contains(p.crafts[:i], code) {
			twice(f, pointer)
		}
	}
}

// checkLanguages returns the languages by their shortest ISO 639 codes.
func checkLanguages(f *text.Form, all []string) []string {
	few(f, "/languages", len(all), languagesMax)
	kept := make([]string, 0, len(all))
	for i, code := range all[:min(len(all), languagesMax)] {
		pointer := fmt.Sprintf("/languages/%d", i)
		base, err := language.ParseBase(code)
		switch {
		case err != nil || len(code) > 3 || base.String() == "und":
			f.Refuse(pointer, "language", "It is no ISO 639 code of a language, such as fr.", "Ce n'est pas le code ISO 639 d'une langue, comme fr.")
		case slices.Contains(kept, base.String()):
			twice(f, pointer)
		}
		kept = append(kept, base.String())
	}
	return kept
}

// Statuses are what people look for.
var Statuses = []string{"volunteer", "intermittent", "self_employed", "employee"}

func (p profile) checkStatuses(f *text.Form) {
	few(f, "/statuses", len(p.statuses), len(Statuses))
	for i, status := range p.statuses[:min(len(p.statuses), len(Statuses))] {
		pointer := fmt.Sprintf("/statuses/%d", i)
		if !slices.Contains(Statuses, status) {
			f.Refuse(pointer, "unknown", "There is no such status.", "Ce statut n'existe pas.")
		} else if slices.Contains(p.statuses[:i], status) {
			twice(f, pointer)
		}
	}
}

func (p profile) checkLinks(f *text.Form) {
	few(f, "/links", len(p.links), linksMax)
	for i, link := range p.links[:min(len(p.links), linksMax)] {
		pointer := fmt.Sprintf("/links/%d", i)
		p.links[i].Label = f.Line(pointer+"/label", link.Label, 80)
		if p.links[i].URL = f.URL(pointer+"/url", link.URL); p.links[i].URL == "" {
			f.Refuse(pointer+"/url", "required", "It must not be empty.", "Ce champ ne doit pas être vide.")
		}
	}
}

// escaped is a name as a part of a JSON pointer.
func escaped(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name[:min(len(name), 40)])
}

// differences returns the names of what is not as it was.
func (p profile) differences(before profile) []string {
	var names []string
	for _, d := range []struct {
		name string
		same bool
	}{
		{"handle", p.handle == before.handle},
		{"name", p.name == before.name},
		{"pronouns", p.pronouns == before.pronouns},
		{"bio", p.bio == before.bio},
		{"crafts", slices.Equal(p.crafts, before.crafts)},
		{"skills", slices.Equal(p.skills, before.skills)},
		{"languages", slices.Equal(p.languages, before.languages)},
		{"commune", p.commune == before.commune},
		{"travel_km", reflect.DeepEqual(p.travelKM, before.travelKM)},
		{"standing", p.standing == before.standing},
		{"statuses", slices.Equal(p.statuses, before.statuses)},
		{"links", slices.Equal(p.links, before.links)},
		{"contact", p.contact == before.contact},
		{"visibility", reflect.DeepEqual(p.visibility, before.visibility) || len(p.visibility)+len(before.visibility) == 0},
	} {
		if !d.same {
			names = append(names, d.name)
		}
	}
	return names
}
