package ecran

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrLabelUnknown is the fault of naming a label that is not in this space.
var ErrLabelUnknown = &sdk.Fault{
	Kind: sdk.Missing, Code: "label_unknown",
	EN: "There is no such label in this space.",
	FR: "Ce label n'existe pas dans cet espace.",
}

// ErrLabelNameTaken is the fault of a name that reads like the name of another
// label of the space: no signature may be mistaken for another.
var ErrLabelNameTaken = &sdk.Fault{
	Kind: sdk.Conflict, Code: "label_name_taken",
	EN: "Another label of this space already bears this name, or one that reads the same.",
	FR: "Un autre label de cet espace porte déjà ce nom, ou un nom qui se lit de la même façon.",
}

// ErrProfileRequired is the fault of signing without a public profile.
var ErrProfileRequired = &sdk.Fault{
	Kind: sdk.Conflict, Code: "profile_required",
	EN: "It takes a person to sign, and your account has no public profile yet.",
	FR: "Il faut être une personne pour signer, et votre compte n'a pas encore de profil public.",
}

// NewLabel is a label to be made.
type NewLabel struct {
	Kind      string         `json:"kind" enum:"personal,personality,committee,festival,institution,region,platform" doc:"Every member may have personal labels; any other kind takes the role of curator in the space. The platform's label is made in the network's own space, a region's in the region's."`
	Name      string         `json:"name" minLength:"1" maxLength:"120" doc:"No other label of the space bears it, or one that reads the same."`
	Manifesto string         `json:"manifesto,omitempty" maxLength:"10000" doc:"What the label looks for, and why."`
	Curators  []LabelCurator `json:"curators,omitempty" maxItems:"50" doc:"Who chooses for it besides its holder, who is whoever makes it."`
}

// LabelCurator is a person who chooses for a label.
type LabelCurator struct {
	Person string `json:"person" minLength:"1" maxLength:"36" doc:"The person's id."`
	Role   string `json:"role" enum:"director,curator" doc:"A director also answers for the label itself."`
}

// LabelChange is what changes of a label; what is not set stays.
type LabelChange struct {
	Name      sdk.Opt[string]         `json:"name,omitempty" minLength:"1" maxLength:"120"`
	Manifesto sdk.Opt[string]         `json:"manifesto,omitempty" maxLength:"10000"`
	Curators  sdk.Opt[[]LabelCurator] `json:"curators,omitempty" maxItems:"50" doc:"All of the curators from now on."`
}

// MakeLabel makes a label in the space, held by the asker: a personal one for
// any member, another kind for the space's curators. It returns
// ErrProfileRequired, ErrLabelNameTaken, or all the reasons why the input does
// not fit.
func (e *Ecran) MakeLabel(ctx context.Context, in NewLabel) (*ent.Label, error) {
	actor := sdk.ActorFrom(ctx)
	var facts []sdk.Relation
	if in.Kind == string(label.KindPersonal) {
		facts = append(facts, sdk.Own)
	}
	if err := actor.Check("ecran.label.create", facts...); err != nil {
		return nil, err
	}
	if actor.Person == "" {
		return nil, ErrProfileRequired
	}
	reasons, err := e.curatorReasons(ctx, in.Curators)
	if err != nil {
		return nil, err
	}
	in.Name = line(in.Name)
	reasons = append(reasons, blankReasons("/name", in.Name)...)
	reasons = append(reasons, kindReasons(in.Kind, actor.Space.Level())...)
	if len(reasons) > 0 {
		return nil, sdk.ErrInvalid.With(reasons...)
	}
	var made *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		now := sdk.Now(ctx)
		made, err = c.Label.Create().
			SetNetworkID(actor.Space.Network).SetRegionID(actor.Space.Region).SetSpaceID(actor.Space.ID).
			SetKind(label.Kind(in.Kind)).SetName(in.Name).SetSlug(slug(in.Name)).
			SetManifesto(in.Manifesto).SetHolderID(actor.Person).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return nameTaken(err)
		}
		if made.Edges.Curators, err = appoint(ctx, c, made.ID, in.Curators); err != nil {
			return err
		}
		return sdk.Record(ctx, labelMade, made.ID, LabelMade{Kind: in.Kind, Name: in.Name, Holder: made.HolderID})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Label returns a label of the space with its curators, or ErrLabelUnknown.
func (e *Ecran) Label(ctx context.Context, id string) (*ent.Label, error) {
	return findLabel(ctx, e.store.From(ctx), id, "ecran.label.read")
}

// Labels lists the labels of the scope with their curators, by created_at or
// by name.
func (e *Ecran) Labels(ctx context.Context, page sdk.Page) (sdk.List[*ent.Label], error) {
	if sdk.Lists(ctx, "ecran.label.read").Never() {
		return sdk.List[*ent.Label]{}, nil
	}
	q := e.store.From(ctx).Label.Query().Where(sdk.InScope(ctx, label.FieldHolderID))
	total, err := countIf(ctx, page, q.Clone())
	if err != nil {
		return sdk.List[*ent.Label]{}, err
	}
	keyset, key := sdk.Keyset[time.Time](page, label.FieldCreatedAt), func(l *ent.Label) sdk.Key { return sdk.KeyOf(l.CreatedAt, l.ID) }
	if strings.TrimPrefix(page.Sort, "-") == "name" {
		keyset, key = sdk.Keyset[string](page, label.FieldSlug), func(l *ent.Label) sdk.Key { return sdk.KeyOf(l.Slug, l.ID) }
	}
	rows, err := q.Where(keyset).WithCurators(inOrder).All(ctx)
	if err != nil {
		return sdk.List[*ent.Label]{}, err
	}
	list := sdk.PageOf(rows, page, key)
	list.Total = total
	return list, nil
}

// ChangeLabel changes a label that the asker holds or directs, if it still has
// this version. It returns ErrLabelUnknown, ErrLabelNameTaken, sdk.ErrStale,
// or all the reasons why the change does not fit.
func (e *Ecran) ChangeLabel(ctx context.Context, id string, version int, in LabelChange) (*ent.Label, error) {
	if _, err := findLabel(ctx, e.store.From(ctx), id, "ecran.label.update"); err != nil {
		return nil, err
	}
	reasons, err := e.curatorReasons(ctx, in.Curators.Value)
	if err != nil {
		return nil, err
	}
	in.Name.Value = line(in.Name.Value)
	if in.Name.Set {
		reasons = append(reasons, blankReasons("/name", in.Name.Value)...)
	}
	if len(reasons) > 0 {
		return nil, sdk.ErrInvalid.With(reasons...)
	}
	var changed *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		u := c.Label.Update().Where(label.ID(id), label.Version(version)).AddVersion(1).SetUpdatedAt(sdk.Now(ctx))
		if in.Name.Set {
			u.SetName(in.Name.Value).SetSlug(slug(in.Name.Value))
		}
		if in.Manifesto.Set {
			u.SetManifesto(in.Manifesto.Value)
		}
		n, err := u.Save(ctx)
		if err != nil {
			return nameTaken(err)
		}
		if n == 0 {
			return sdk.ErrStale
		}
		if in.Curators.Set {
			if _, err := c.Curator.Delete().Where(curator.LabelID(id)).Exec(ctx); err != nil {
				return err
			}
			if _, err := appoint(ctx, c, id, in.Curators.Value); err != nil {
				return err
			}
		}
		changed, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// findLabel returns a label of the space with its curators, if the asker may do
// the action with it. Where they may not even read it, it is unknown.
func findLabel(ctx context.Context, c *ent.Client, id, action string) (*ent.Label, error) {
	l, err := c.Label.Query().Where(label.ID(id), sdk.InPlace(ctx, label.FieldHolderID)).WithCurators(inOrder).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, ErrLabelUnknown
	}
	if err != nil {
		return nil, err
	}
	actor := sdk.ActorFrom(ctx)
	facts := relations(actor, l)
	if !actor.May("ecran.label.read", facts...) {
		return nil, ErrLabelUnknown
	}
	return l, actor.Check(action, facts...)
}

// relations returns what the asker is to a label, whose curators are loaded:
// they own it if they hold or direct it, and are curating if they choose for it.
func relations(actor *sdk.Actor, l *ent.Label) []sdk.Relation {
	if actor.Person == "" {
		return nil
	}
	if l.HolderID == actor.Person {
		return []sdk.Relation{sdk.Own, sdk.Curating}
	}
	for _, c := range l.Edges.Curators {
		switch {
		case c.PersonID != actor.Person:
		case c.Role == curator.RoleDirector:
			return []sdk.Relation{sdk.Own, sdk.Curating}
		default:
			return []sdk.Relation{sdk.Curating}
		}
	}
	return nil
}

// appoint makes the people curators of the label, in this order.
func appoint(ctx context.Context, c *ent.Client, labelID string, people []LabelCurator) ([]*ent.Curator, error) {
	if len(people) == 0 {
		return nil, nil
	}
	return c.Curator.MapCreateBulk(people, func(row *ent.CuratorCreate, i int) {
		row.SetLabelID(labelID).SetPersonID(people[i].Person).SetRole(curator.Role(people[i].Role))
	}).Save(ctx)
}

// inOrder loads curators in the order in which they were appointed.
func inOrder(q *ent.CuratorQuery) { q.Order(curator.ByID()) }

// nameTaken tells a name that is another label's from other trouble.
func nameTaken(err error) error {
	if sqlgraph.IsUniqueConstraintError(err) {
		return ErrLabelNameTaken.Because(err)
	}
	return err
}

// curatorReasons returns what is wrong with a list of curators.
func (e *Ecran) curatorReasons(ctx context.Context, curators []LabelCurator) ([]sdk.Reason, error) {
	if len(curators) == 0 {
		return nil, nil
	}
	ids := make([]string, len(curators))
	for i, c := range curators {
		ids[i] = c.Person
	}
	known, err := e.host.People.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	var reasons []sdk.Reason
	seen := map[string]bool{}
	for i, id := range ids {
		pointer := fmt.Sprintf("/curators/%d/person", i)
		switch _, ok := known[id]; {
		case !ok:
			reasons = append(reasons, reason(pointer, sdk.ErrPersonUnknown))
		case seen[id]:
			reasons = append(reasons, sdk.Reason{
				Pointer: pointer, Code: "named_twice",
				EN: "This person is named twice.",
				FR: "Cette personne est nommée deux fois.",
			})
		}
		seen[id] = true
	}
	return reasons, nil
}

// kindReasons returns what is wrong with making a label of this kind at this
// level: the signatures of the platform and of a region have one home.
func kindReasons(kind string, level sdk.Level) []sdk.Reason {
	switch {
	case kind == string(label.KindPlatform) && level != sdk.Network:
		return []sdk.Reason{{
			Pointer: "/kind", Code: "kind_misplaced",
			EN: "The platform's label is made in the network's own space.",
			FR: "Le label de la plateforme se crée dans l'espace du réseau.",
		}}
	case kind == string(label.KindRegion) && level != sdk.Region:
		return []sdk.Reason{{
			Pointer: "/kind", Code: "kind_misplaced",
			EN: "A region's label is made in the region's own space.",
			FR: "Le label d'une région se crée dans l'espace de cette région.",
		}}
	default:
		return nil
	}
}

// line returns a name as it is kept: with one space where there was white
// space, and none around it.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// blankReasons returns what is wrong with a text that has to say something.
func blankReasons(pointer, text string) []sdk.Reason {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }) {
		return nil
	}
	return []sdk.Reason{{Pointer: pointer, Code: "required", EN: "It must not be empty.", FR: "Ce champ ne doit pas être vide."}}
}

// reason is a fault as the reason of one field.
func reason(pointer string, f *sdk.Fault) sdk.Reason {
	return sdk.Reason{Pointer: pointer, Code: f.Code, EN: f.EN, FR: f.FR}
}
