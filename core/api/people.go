package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/person"
	"github.com/labfilms/labfilms/ent/schema"
)

// Person is a public profile. A section that the person does not show to who
// asks is absent.
type Person struct {
	ID        string         `json:"id" format:"uuid"`
	Handle    string         `json:"handle" doc:"Empty for somebody without an account."`
	Name      string         `json:"name"`
	Account   bool           `json:"account" doc:"They are here themselves. Others were written down by who credits them, and may claim the profile."`
	Space     Reference      `json:"space" doc:"The person's home."`
	Crafts    []PersonCraft  `json:"crafts" nullable:"false" doc:"What they do, in their own order."`
	Pronouns  string         `json:"pronouns,omitempty"`
	Bio       string         `json:"bio,omitempty" doc:"Markdown, as they wrote it: render it without HTML."`
	Skills    []string       `json:"skills,omitempty" nullable:"false"`
	Languages []string       `json:"languages,omitempty" nullable:"false" doc:"ISO 639."`
	Place     *PersonPlace   `json:"place,omitempty" doc:"Where they live."`
	TravelKM  *int           `json:"travel_km,omitempty" doc:"How far they go for a shoot; with the place."`
	Standing  string         `json:"standing,omitempty" enum:"student,passionate,recent_graduate,professional"`
	Statuses  []string       `json:"statuses,omitempty" nullable:"false" doc:"What they look for: volunteer, intermittent, self_employed, employee."`
	Links     []PersonLink   `json:"links,omitempty" nullable:"false"`
	Contact   string         `json:"contact" enum:"everyone,members,nobody" doc:"Who may write to them."`
	Mine      *OwnProfile    `json:"mine,omitempty" doc:"For the person alone."`
	Expanded  *PersonExpands `json:"expanded,omitempty" doc:"What expand asked for."`
	CreatedAt time.Time      `json:"created_at"`
}

// PersonCraft is a craft of a person.
type PersonCraft struct {
	Code string `json:"code" example:"IMA-DOP"`
	Name Words  `json:"name"`
}

// PersonPlace is where a person lives.
type PersonPlace struct {
	Commune    Division `json:"commune"`
	Department Division `json:"department"`
	Region     Division `json:"region"`
}

// PersonLink is an address that a person shows.
type PersonLink struct {
	Label string `json:"label" minLength:"1" maxLength:"80"`
	URL   string `json:"url" minLength:"1" maxLength:"500" format:"uri"`
}

// OwnProfile is what only the person sees of their profile.
type OwnProfile struct {
	Visibility map[string]string `json:"visibility" doc:"Who sees each section: everyone, members or nobody."`
}

// PersonExpands are the things beside a person that expand can ask for.
type PersonExpands struct {
	Space         *Space            `json:"space,omitempty"`
	Organisations []PersonBelonging `json:"organisations,omitempty" nullable:"false" doc:"Those that the person shows."`
}

// PersonBelonging is an organisation to which somebody belongs.
type PersonBelonging struct {
	Organisation Reference `json:"organisation"`
	Role         string    `json:"role" enum:"admin,editor,member"`
	Title        string    `json:"title"`
}

// PersonPath is the path of a person. It is exported because Huma passes over
// embedded structs that are not.
type PersonPath struct {
	Person string `path:"person" maxLength:"64" doc:"The person's id or handle."`
}

// PersonExpand is what a reader of people wants beside them.
type PersonExpand struct {
	Expand []string `query:"expand" enum:"space,organisations" maxItems:"2" uniqueItems:"true" doc:"Also answer these, in expanded."`
}

func (a *API) registerPeople() {
	tags := []string{"People"}
	huma.Register(a.core, huma.Operation{
		OperationID: "list-people", Method: http.MethodGet, Path: "/v1/people", Tags: tags,
		Summary:     "List people",
		Description: "Those with an account: of a space, of a commune, or near one; and by craft. Near a commune the nearest come first, and nobody is found more exactly than they show where they live. There is no order by success.",
		Extensions:  rest.Permission("person.read"),
	}, a.listPeople)
	huma.Register(a.core, huma.Operation{
		OperationID: "record-person", Method: http.MethodPost, Path: "/v1/people", Tags: tags,
		Summary: "Write down somebody without an account", DefaultStatus: http.StatusCreated,
		Description: "To credit them. They are seen by you until a released film shows them, and may claim the profile.",
		Extensions:  rest.Permission("person.create"),
	}, a.recordPerson)
	huma.Register(a.core, huma.Operation{
		OperationID: "get-person", Method: http.MethodGet, Path: "/v1/people/{person}", Tags: tags,
		Summary:     "Read a person's profile",
		Description: "A handle that the person had before, and a profile that was claimed, lead to the present one.",
		Extensions:  rest.Permission("person.read"),
	}, a.getPerson)
	huma.Register(a.core, huma.Operation{
		OperationID: "change-person", Method: http.MethodPatch, Path: "/v1/people/{person}", Tags: tags,
		Summary:     "Change a profile",
		Description: "Your own, or that of somebody whom you wrote down and nobody has claimed. A merge patch: what is absent stays, null clears, lists are replaced.",
		Extensions:  rest.Permission("person.update"),
	}, a.changePerson)
}

type listPeopleInput struct {
	rest.ListParams
	PersonExpand
	Sort     string `query:"sort" enum:"name,-name,created_at,-created_at,distance" doc:"By name where it is absent, by distance near a commune."`
	Space    string `query:"space" maxLength:"64" doc:"Id or slug of a space; the whole network where it is absent."`
	Scope    string `query:"scope" enum:"here,subtree" default:"subtree"`
	Craft    string `query:"craft" maxLength:"16" doc:"Code of a craft: SON-PER."`
	Commune  string `query:"commune" maxLength:"5" doc:"INSEE code: those who show that they live there, in it or in a part of it."`
	Near     string `query:"near" maxLength:"5" doc:"INSEE code of a commune in whose surroundings to look."`
	WithinKM int    `query:"within_km" minimum:"5" maximum:"50" doc:"How far around it, in kilometres. Default: 25."`
}

// around is how far around a commune is looked where nobody says, in kilometres.
const around = 25

// nearWhat is what is wrong with a distance from nowhere.
var nearWhat = core.Reason{Pointer: "query/near", Code: "required", EN: "Say around what.", FR: "Dites autour de quoi."}

func (in *listPeopleInput) check() error {
	var reasons []core.Reason
	if in.Space != "" && (in.Near != "" || in.Commune != "") {
		reasons = append(reasons, core.Reason{
			Pointer: "query/space", Code: "alternative",
			EN: "A commune and what is near it look across the borders of spaces.",
			FR: "Une commune et ses environs se cherchent par-delà les frontières des espaces.",
		})
	}
	if in.WithinKM != 0 && in.Near == "" {
		reasons = append(reasons, nearWhat)
	}
	if near := in.Near != ""; in.Sort == "distance" != near && (in.Sort == "distance" || in.Sort != "") {
		reasons = append(reasons, core.Reason{
			Pointer: "query/sort", Code: "alternative",
			EN: "What is near a commune is sorted by distance, and nothing else is.",
			FR: "Les environs d'une commune se trient par distance, et eux seuls.",
		})
	}
	if len(reasons) > 0 {
		return core.ErrInvalid.With(reasons...)
	}
	switch {
	case in.Sort != "":
	case in.Near != "":
		in.Sort = "distance"
	default:
		in.Sort = "name"
	}
	return nil
}

func (a *API) listPeople(ctx context.Context, in *listPeopleInput) (*struct{ Body rest.ListBody[Person] }, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	filters := filtersOf("space", in.Space, "scope", in.Scope, "craft", in.Craft, "commune", in.Commune, "near", in.Near, "within", in.WithinKM)
	page, err := a.cursors.Open(in.ListParams, in.Sort, filters)
	if err != nil {
		return nil, err
	}
	space, err := a.space(ctx, in.Space)
	if err != nil {
		return nil, err
	}
	list, err := a.directory.People(ctx, directory.Filter{
		Scope: spaces.Scope(space, in.Scope == "subtree"),
		Craft: in.Craft, Commune: in.Commune, Near: in.Near, WithinKM: cmp.Or(in.WithinKM, around),
	}, page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewPeople(ctx, list.Items, in.Expand)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body rest.ListBody[Person] }{}
	out.Body = rest.ListOf(list, a.cursors, in.Sort, filters, func(p *ent.Person) Person { return views[p.ID] })
	return out, nil
}

type personBody struct {
	ETag string `header:"ETag"`
	Body Person
}

type personMade struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Person
}

func (a *API) recordPerson(ctx context.Context, in *struct {
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"120" doc:"As the titles have it."`
		Space string `json:"space" minLength:"1" maxLength:"64" doc:"Id or slug of the space whose moderators decide who they are."`
	}
},
) (*personMade, error) {
	space, err := a.space(ctx, in.Body.Space)
	if err != nil {
		return nil, err
	}
	made, err := a.directory.Record(ctx, spaces.Place(space), in.Body.Name)
	if err != nil {
		return nil, err
	}
	body, err := a.person(ctx, made, nil)
	if err != nil {
		return nil, err
	}
	return &personMade{Location: "/v1/people/" + made.ID, ETag: body.ETag, Body: body.Body}, nil
}

func (a *API) getPerson(ctx context.Context, in *struct {
	PersonPath
	PersonExpand
	rest.IfNoneMatch
},
) (*personBody, error) {
	found, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	body, err := a.person(ctx, found, in.Expand)
	if err != nil {
		return nil, err
	}
	return body, in.Changed(body.ETag)
}

func (a *API) changePerson(ctx context.Context, in *struct {
	PersonPath
	rest.IfMatch
	Body struct {
		Handle     rest.Opt[string]            `json:"handle,omitempty" maxLength:"60"`
		Name       rest.Opt[string]            `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Pronouns   rest.Opt[string]            `json:"pronouns,omitempty" maxLength:"60"`
		Bio        rest.Opt[string]            `json:"bio,omitempty" maxLength:"5000" doc:"Markdown."`
		Crafts     rest.Opt[[]string]          `json:"crafts,omitempty" maxItems:"12" doc:"Codes, in your own order."`
		Skills     rest.Opt[[]string]          `json:"skills,omitempty" maxItems:"40"`
		Languages  rest.Opt[[]string]          `json:"languages,omitempty" maxItems:"30" doc:"ISO 639: fr, br, fsl."`
		Commune    rest.Opt[string]            `json:"commune,omitempty" maxLength:"5" doc:"INSEE code."`
		TravelKM   rest.Opt[int]               `json:"travel_km,omitempty" minimum:"0" maximum:"20000"`
		Standing   rest.Opt[string]            `json:"standing,omitempty" enum:"student,passionate,recent_graduate,professional"`
		Statuses   rest.Opt[[]string]          `json:"statuses,omitempty" maxItems:"4" doc:"volunteer, intermittent, self_employed, employee."`
		Links      rest.Opt[[]PersonLink]      `json:"links,omitempty" maxItems:"20"`
		Contact    rest.Opt[string]            `json:"contact,omitempty" enum:"everyone,members,nobody"`
		Visibility rest.Opt[map[string]string] `json:"visibility,omitempty" doc:"Who sees each section (pronouns, bio, skills, languages, place, standing, statuses, busy, links): everyone, members or nobody. It is replaced as a whole."`
	}
},
) (*personBody, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	found, err := a.directory.Person(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	links := rest.Opt[[]schema.Link]{Set: b.Links.Set, Null: b.Links.Null}
	for _, link := range b.Links.Value {
		links.Value = append(links.Value, schema.Link{Label: link.Label, URL: link.URL})
	}
	changed, err := a.directory.Change(ctx, found.ID, version, directory.Change{
		Handle: b.Handle, Name: b.Name, Pronouns: b.Pronouns, Bio: b.Bio, Crafts: b.Crafts, Skills: b.Skills, Languages: b.Languages,
		Commune: b.Commune, TravelKM: b.TravelKM, Standing: b.Standing, Statuses: b.Statuses, Links: links,
		Contact: b.Contact, Visibility: b.Visibility,
	})
	if err != nil {
		return nil, err
	}
	return a.person(ctx, changed, nil)
}

func (a *API) person(ctx context.Context, p *ent.Person, expand []string) (*personBody, error) {
	views, err := a.viewPeople(ctx, []*ent.Person{p}, expand)
	if err != nil {
		return nil, err
	}
	view := views[p.ID]
	return &personBody{ETag: rest.ETag(p.Version, view), Body: view}, nil
}

// viewPeople returns people as the asker sees them, by id, in a constant number
// of queries.
func (a *API) viewPeople(ctx context.Context, people []*ent.Person, expand []string) (map[string]Person, error) {
	homes, err := homesOf(ctx, a.spaces, people, func(p *ent.Person) string { return p.SpaceID })
	if err != nil {
		return nil, err
	}
	expands, err := a.expandPeople(ctx, people, expand)
	if err != nil {
		return nil, err
	}
	views := make(map[string]Person, len(people))
	for _, p := range people {
		view := viewPerson(ctx, p, homes)
		view.Expanded = expands[p.ID]
		views[p.ID] = view
	}
	return views, nil
}

// expandPeople returns what expand asks for beside each person.
func (a *API) expandPeople(ctx context.Context, people []*ent.Person, expand []string) (map[string]*PersonExpands, error) {
	if len(expand) == 0 {
		return nil, nil
	}
	expands := make(map[string]*PersonExpands, len(people))
	for _, p := range people {
		expands[p.ID] = &PersonExpands{}
	}
	for _, what := range expand {
		switch what {
		case "space":
			ids := make([]string, len(people))
			for i, p := range people {
				ids[i] = p.SpaceID
			}
			found, err := a.spaces.ByID(ctx, ids)
			if err != nil {
				return nil, err
			}
			for _, p := range people {
				if home := found[p.SpaceID]; home != nil {
					view := viewSpace(home)
					expands[p.ID].Space = &view
				}
			}
		case "organisations":
			ids := make([]string, len(people))
			for i, p := range people {
				ids[i] = p.ID
			}
			found, err := a.organisations.Of(ctx, ids)
			if err != nil {
				return nil, err
			}
			for id, memberships := range found {
				for _, m := range memberships {
					o := m.Edges.Organisation
					expands[id].Organisations = append(expands[id].Organisations, PersonBelonging{
						Organisation: Reference{ID: o.ID, Name: o.Name, Slug: o.Slug}, Role: string(m.Role), Title: m.Title,
					})
				}
			}
		}
	}
	return expands, nil
}

func viewPerson(ctx context.Context, p *ent.Person, homes map[string]Reference) Person {
	shows := func(section string) bool { return directory.Shows(ctx, p, section) }
	view := Person{
		ID: p.ID, Handle: p.Handle, Name: p.Name, Account: p.Claim == person.ClaimClaimed,
		Space: homes[p.SpaceID], Crafts: make([]PersonCraft, 0, len(p.Edges.Crafts)),
		Contact: string(p.Contact), CreatedAt: p.CreatedAt,
	}
	for _, row := range p.Edges.Crafts {
		if craft, ok := crafts.Get(row.Craft); ok {
			view.Crafts = append(view.Crafts, PersonCraft{craft.Code, Words{craft.French, craft.English}})
		}
	}
	if shows("pronouns") {
		view.Pronouns = p.Pronouns
	}
	if shows("bio") {
		view.Bio = p.Bio
	}
	if shows("skills") {
		view.Skills = p.Skills
	}
	if shows("languages") {
		view.Languages = p.Languages
	}
	if shows("place") {
		view.TravelKM = p.TravelKm
		if c, ok := communes.Get(p.Commune); ok {
			commune := viewCommune(c)
			view.Place = &PersonPlace{Division{commune.Code, commune.Name}, commune.Department, commune.Region}
		}
	}
	if shows("standing") && p.Standing != nil {
		view.Standing = string(*p.Standing)
	}
	if shows("statuses") {
		view.Statuses = p.Statuses
	}
	if shows("links") {
		for _, link := range p.Links {
			view.Links = append(view.Links, PersonLink{link.Label, link.URL})
		}
	}
	if core.ActorFrom(ctx).Person == p.ID && core.ActorFrom(ctx).InScope("person.read") {
		view.Mine = &OwnProfile{Visibility: map[string]string{}}
		for section, who := range directory.Sections {
			if chosen := p.Visibility[section]; chosen != "" {
				who = chosen
			}
			view.Mine.Visibility[section] = who
		}
	}
	return view
}
