package ecran

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pin"
	"github.com/labfilms/labfilms/plugins/ecran/ent/predicate"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
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

// ErrLabelClosed is the fault of doing something with a label that is closed.
var ErrLabelClosed = &sdk.Fault{
	Kind: sdk.Conflict, Code: "label_closed",
	EN: "This label is closed: what it chose is remembered, and it chooses nothing any more.",
	FR: "Ce label est fermé : ses choix restent en mémoire, il n'en fait plus.",
}

// ErrNotDirector is the fault of handing a label to somebody who does not
// direct it.
var ErrNotDirector = &sdk.Fault{
	Kind: sdk.Conflict, Code: "not_director",
	EN: "A label is handed to one of its directors; name this person director first.",
	FR: "Un label se transmet à l'un de ses directeurs ; nommez d'abord cette personne directrice.",
}

// ErrProfileRequired is the fault of signing without a public profile.
var ErrProfileRequired = &sdk.Fault{
	Kind: sdk.Conflict, Code: "profile_required",
	EN: "It takes a person to sign, and your account has no public profile yet.",
	FR: "Il faut être une personne pour signer, et votre compte n'a pas encore de profil public.",
}

// NewLabel is a label to be made.
type NewLabel struct {
	Kind      string         `json:"kind" enum:"personal,personality,committee,festival,institution,region,platform" doc:"Every member may have personal labels. Any other kind is made by the space's curators; made by somebody else, it is requested of them. The platform's label is made in the network's own space, a region's in the region's."`
	Name      string         `json:"name" minLength:"1" maxLength:"120" doc:"No other label of the space bears it, or one that reads the same; nor does one of the network that is known by its name: an institution's, a festival's, a region's."`
	Manifesto string         `json:"manifesto,omitempty" maxLength:"10000" doc:"What the label looks for, and why."`
	Curators  []LabelCurator `json:"curators,omitempty" maxItems:"50" doc:"Who chooses for it besides its holder, who is whoever makes it."`
	Rules     *LabelRules    `json:"rules,omitempty"`
}

// LabelRules are what a label asks of its own people.
type LabelRules struct {
	MaxPins      int    `json:"max_pins" minimum:"0" maximum:"24" default:"3" doc:"How many of its things may be put forward at one instant, on all pages together."`
	OwnFilms     string `json:"own_films,omitempty" enum:"declared,forbidden" default:"declared" doc:"Whether its people may pick a film in which they have a part, if they declare it."`
	NoteRequired bool   `json:"note_required,omitempty" doc:"Whether a pick has to say why."`
	VotesNeeded  int    `json:"votes_needed,omitempty" minimum:"0" maximum:"50" doc:"How many of its people have to be for a film before it comes on screen; who picks is for it. 0: who picks decides. A veto refuses."`
}

// LabelCurator is a person who chooses for a label.
type LabelCurator struct {
	Person string `json:"person" minLength:"1" maxLength:"36" doc:"The person's id."`
	Role   string `json:"role" enum:"director,curator,contributor" doc:"A director also answers for the label itself; a contributor reads along and votes, and does not pick."`
}

// LabelChange is what changes of a label; what is not set stays.
type LabelChange struct {
	Name      sdk.Opt[string]         `json:"name,omitempty" minLength:"1" maxLength:"120"`
	Manifesto sdk.Opt[string]         `json:"manifesto,omitempty" maxLength:"10000"`
	Curators  sdk.Opt[[]LabelCurator] `json:"curators,omitempty" maxItems:"50" doc:"All of the curators from now on."`
	Rules     sdk.Opt[LabelRules]     `json:"rules,omitempty" doc:"All of the rules from now on. What was chosen under the old ones stays."`
}

// MakeLabel makes a label in the space, held by the asker: a personal one for
// any member, another kind for the space's curators. Where a member who is none
// makes another kind, it is requested: known to its people and to the curators,
// until they accept or refuse it. It returns ErrProfileRequired,
// ErrLabelNameTaken, or all the reasons why the input does not fit.
func (e *Ecran) MakeLabel(ctx context.Context, in NewLabel) (*ent.Label, error) {
	actor := sdk.ActorFrom(ctx)
	facts, state := []sdk.Relation(nil), label.StateActive
	switch {
	case in.Kind == string(label.KindPersonal):
		facts = append(facts, sdk.Own)
	case !actor.May("ecran.label.create"):
		facts, state = append(facts, sdk.Draft), label.StateRequested
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
	var form sdk.Form
	name := form.Line("/name", in.Name, 120)
	manifesto := form.Prose("/manifesto", in.Manifesto, 10_000)
	reasons = append(reasons, kindReasons(in.Kind, actor.Space.Level())...)
	for _, r := range reasons {
		form.Refuse(r.Pointer, r.Code, r.EN, r.FR)
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	rules := LabelRules{MaxPins: label.DefaultMaxPins, OwnFilms: string(label.DefaultOwnFilms)}
	if in.Rules != nil {
		rules = *in.Rules
	}
	var made *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := nameFree(ctx, c, actor.Space.Network, label.Kind(in.Kind), name); err != nil {
			return err
		}
		now := sdk.Now(ctx)
		made, err = c.Label.Create().
			SetNetworkID(actor.Space.Network).SetRegionID(actor.Space.Region).SetSpaceID(actor.Space.ID).
			SetKind(label.Kind(in.Kind)).SetName(name).SetSlug(slug(name)).SetNameKey(sdk.NameKey(name)).
			SetManifesto(manifesto).SetHolderID(actor.Person).SetState(state).
			SetMaxPins(rules.MaxPins).SetOwnFilms(label.OwnFilms(rules.OwnFilms)).
			SetNoteRequired(rules.NoteRequired).SetVotesNeeded(rules.VotesNeeded).
			SetActedAt(now).SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return nameTaken(err)
		}
		if made.Edges.Curators, err = appoint(ctx, c, made.ID, in.Curators); err != nil {
			return err
		}
		return sdk.Record(ctx, labelMade, made.ID, LabelMade{Kind: in.Kind, Name: name, Holder: made.HolderID, State: string(state)})
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

// LabelFilter narrows a list of labels; its zero narrows nothing.
type LabelFilter struct {
	State label.State // those that are active where it is empty
	Kind  label.Kind
}

// Labels lists the labels of the scope with their curators, by created_at or
// by name.
func (e *Ecran) Labels(ctx context.Context, filter LabelFilter, page sdk.Page) (sdk.List[*ent.Label], error) {
	when := sdk.Lists(ctx, "ecran.label.read")
	if when.Never() {
		return sdk.List[*ent.Label]{}, nil
	}
	if filter.State == "" {
		filter.State = label.StateActive
	}
	q := e.store.From(ctx).Label.Query().Where(
		sdk.InScope(ctx, label.FieldHolderID), listedLabel(when, sdk.ActorFrom(ctx).Person), label.StateEQ(filter.State),
	)
	if filter.Kind != "" {
		q = q.Where(label.KindEQ(filter.Kind))
	}
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
// this version. It returns ErrLabelUnknown, ErrLabelClosed, ErrLabelNameTaken,
// sdk.ErrStale, or all the reasons why the change does not fit.
func (e *Ecran) ChangeLabel(ctx context.Context, id string, version int, in LabelChange) (*ent.Label, error) {
	l, err := openLabel(ctx, e.store.From(ctx), id, "ecran.label.update")
	if err != nil {
		return nil, err
	}
	reasons, err := e.curatorReasons(ctx, in.Curators.Value)
	if err != nil {
		return nil, err
	}
	var form sdk.Form
	for _, r := range reasons {
		form.Refuse(r.Pointer, r.Code, r.EN, r.FR)
	}
	if in.Name.Set {
		in.Name.Value = form.Line("/name", in.Name.Value, 120)
	}
	if in.Manifesto.Set {
		in.Manifesto.Value = form.Prose("/manifesto", in.Manifesto.Value, 10_000)
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	var changed *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		u := c.Label.Update().Where(label.ID(id), label.Version(version), label.StateNEQ(label.StateClosed)).AddVersion(1).SetUpdatedAt(sdk.Now(ctx))
		if in.Name.Set {
			if err := nameFree(ctx, c, l.NetworkID, l.Kind, in.Name.Value); err != nil {
				return err
			}
			u.SetName(in.Name.Value).SetSlug(slug(in.Name.Value)).SetNameKey(sdk.NameKey(in.Name.Value))
		}
		if in.Manifesto.Set {
			u.SetManifesto(in.Manifesto.Value)
		}
		if in.Rules.Set {
			rules := in.Rules.Value
			if rules.OwnFilms == "" {
				rules = LabelRules{MaxPins: label.DefaultMaxPins, OwnFilms: string(label.DefaultOwnFilms)} // null: as a new label has them
			}
			u.SetMaxPins(rules.MaxPins).SetOwnFilms(label.OwnFilms(rules.OwnFilms)).
				SetNoteRequired(rules.NoteRequired).SetVotesNeeded(rules.VotesNeeded)
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
		if in.Name.Set {
			if err := retold(ctx, c, selection.LabelID(id)); err != nil {
				return err
			}
		}
		if changed, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx); err != nil {
			return err
		}
		return sdk.Record(ctx, labelChanged, id, LabelMoved{State: string(changed.State)})
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// AcceptLabel makes a requested label active: its space's curators. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) AcceptLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.accept", label.StateActive)
}

// RefuseLabel refuses a requested label: its space's curators. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) RefuseLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.refuse", label.StateClosed)
}

// CloseLabel closes a label for good: whoever holds or directs it. All that it
// shows leaves the screen, and is remembered; its pins end. It returns
// ErrLabelUnknown or ErrLabelClosed.
func (e *Ecran) CloseLabel(ctx context.Context, id string) (*ent.Label, error) {
	return e.moveLabel(ctx, id, "ecran.label.close", label.StateClosed)
}

func (e *Ecran) moveLabel(ctx context.Context, id, action string, to label.State) (*ent.Label, error) {
	l, err := findLabel(ctx, e.store.From(ctx), id, action)
	if err != nil {
		return nil, err
	}
	if l.State == to {
		return l, nil
	}
	move, ok := Labels.Move(action, l.State, to)
	if !ok {
		return nil, ErrLabelClosed
	}
	var moved *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Label.Update().Where(label.ID(id), label.StateEQ(l.State)).
			SetState(to).SetUpdatedAt(sdk.Now(ctx)).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		if to == label.StateClosed {
			if err := errors.Join(endAllOf(ctx, c, id), retold(ctx, c, selection.LabelID(id))); err != nil {
				return err
			}
		}
		if to == label.StateActive {
			if err := e.recogniseAllOf(ctx, c, id); err != nil {
				return err
			}
		}
		if moved, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx); err != nil {
			return err
		}
		return sdk.Record(ctx, move.Event, id, LabelMoved{State: string(to)})
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// recogniseAllOf tells the films of what a label has published of which nobody
// could know before it was accepted.
func (e *Ecran) recogniseAllOf(ctx context.Context, c *ent.Client, id string) error {
	published, err := c.Selection.Query().Where(selection.LabelID(id), selection.StateEQ(selection.StatePublished)).
		WithLabel().Order(selection.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, s := range published {
		if err := e.recognise(ctx, c, s); err != nil {
			return err
		}
	}
	return retold(ctx, c, selection.LabelID(id))
}

// endAllOf ends what a label shows: its picks and its pins.
func endAllOf(ctx context.Context, c *ent.Client, id string) error {
	picks, err := c.Pick.Query().Where(pick.EndedAtIsNil(), pick.HasSelectionWith(selection.LabelID(id))).Order(pick.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, p := range picks {
		if err := endPick(ctx, c, p, "ecran.pick.end", pick.StateEnded, ""); err != nil {
			return err
		}
	}
	return endPins(ctx, c, pin.LabelID(id))
}

// TransferLabel makes one of the label's directors its holder: its holder
// alone. Who held it directs it from now on. It returns ErrLabelUnknown,
// ErrLabelClosed, ErrNotDirector, or sdk.ErrStale where somebody else holds it
// meanwhile.
func (e *Ecran) TransferLabel(ctx context.Context, id, person string) (*ent.Label, error) {
	l, err := openLabel(ctx, e.store.From(ctx), id, "ecran.label.transfer")
	if err != nil {
		return nil, err
	}
	if l.HolderID != sdk.ActorFrom(ctx).Person {
		return nil, sdk.ErrDenied
	}
	var moved *ent.Label
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		// The label's row is taken first: of two who hand it on one is late.
		n, err := c.Label.Update().Where(label.ID(id), label.HolderID(l.HolderID), label.StateNEQ(label.StateClosed)).
			SetHolderID(person).SetUpdatedAt(sdk.Now(ctx)).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		n, err = c.Curator.Delete().Where(curator.LabelID(id), curator.PersonID(person), curator.RoleEQ(curator.RoleDirector)).Exec(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotDirector
		}
		if _, err := appoint(ctx, c, id, []LabelCurator{{Person: l.HolderID, Role: string(curator.RoleDirector)}}); err != nil {
			return err
		}
		if moved, err = c.Label.Query().Where(label.ID(id)).WithCurators(inOrder).Only(ctx); err != nil {
			return err
		}
		return sdk.Record(ctx, labelChanged, id, LabelMoved{State: string(moved.State)})
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// LeaveLabel ends the asker's part in a label that they do not hold. It returns
// ErrLabelUnknown, also to who has no part in it that could end.
func (e *Ecran) LeaveLabel(ctx context.Context, id string) error {
	if _, err := findLabel(ctx, e.store.From(ctx), id, "ecran.label.leave"); err != nil {
		return err
	}
	return e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Curator.Delete().Where(curator.LabelID(id), curator.PersonID(sdk.ActorFrom(ctx).Person)).Exec(ctx)
		if err == nil && n == 0 {
			err = ErrLabelUnknown
		}
		if err != nil {
			return err
		}
		return c.Label.UpdateOneID(id).AddVersion(1).SetUpdatedAt(sdk.Now(ctx)).Exec(ctx)
	})
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
	if l.State != label.StateRequested {
		facts = append(facts, sdk.Published)
	}
	if !actor.May("ecran.label.read", facts...) {
		return nil, ErrLabelUnknown
	}
	return l, actor.Check(action, facts...)
}

// openLabel is findLabel of one that still acts: a closed one is remembered,
// and chooses nothing any more.
func openLabel(ctx context.Context, c *ent.Client, id, action string) (*ent.Label, error) {
	l, err := findLabel(ctx, c, id, action)
	if err == nil && l.State == label.StateClosed {
		err = ErrLabelClosed
	}
	return l, err
}

// listedLabel is the predicate of the labels that a person finds in a list.
func listedLabel(when sdk.When, person string) predicate.Label {
	if when.Always() {
		return func(*sql.Selector) {}
	}
	ways := []predicate.Label{func(s *sql.Selector) { s.Where(sql.False()) }}
	for _, set := range when {
		switch {
		case set == sdk.RelationSet(sdk.Published):
			ways = append(ways, label.StateNEQ(label.StateRequested))
		case set == sdk.RelationSet(sdk.Curating) && person != "":
			ways = append(ways, chosenBy(person))
		case set == sdk.RelationSet(sdk.Team) && person != "":
			ways = append(ways, madeBy(person))
		}
	}
	return label.Or(ways...)
}

// madeBy is the predicate of the labels of whose people the person is.
func madeBy(person string) predicate.Label {
	return label.Or(label.HolderID(person), label.HasCuratorsWith(curator.PersonID(person)))
}

// chosenBy is the predicate of the labels for which the person chooses.
func chosenBy(person string) predicate.Label {
	return label.Or(
		label.HolderID(person),
		label.HasCuratorsWith(curator.PersonID(person), curator.RoleIn(curator.RoleDirector, curator.RoleCurator)),
	)
}

// relations returns what the asker is to a label, whose curators are loaded:
// they own it if they hold or direct it, are curating if they choose for it, and
// of its team in any case.
func relations(actor *sdk.Actor, l *ent.Label) []sdk.Relation {
	if actor.Person == "" {
		return nil
	}
	if l.HolderID == actor.Person {
		return []sdk.Relation{sdk.Own, sdk.Curating, sdk.Team}
	}
	for _, c := range l.Edges.Curators {
		if c.PersonID != actor.Person {
			continue
		}
		switch c.Role {
		case curator.RoleDirector:
			return []sdk.Relation{sdk.Own, sdk.Curating, sdk.Team}
		case curator.RoleCurator:
			return []sdk.Relation{sdk.Curating, sdk.Team}
		default:
			return []sdk.Relation{sdk.Team}
		}
	}
	return nil
}

// nameFree returns ErrLabelNameTaken for a personal label or a committee's under
// a name that reads like that of a label which people know by its name alone,
// anywhere in the network. Between two of those the database decides.
func nameFree(ctx context.Context, c *ent.Client, network string, kind label.Kind, name string) error {
	modest := []label.Kind{label.KindPersonal, label.KindCommittee}
	if !slices.Contains(modest, kind) {
		return nil
	}
	taken, err := c.Label.Query().Where(
		label.NetworkID(network), label.NameKey(sdk.NameKey(name)), label.KindNotIn(modest...),
	).Exist(ctx)
	if err == nil && taken {
		err = ErrLabelNameTaken
	}
	return err
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

// reason is a fault as the reason of one field.
func reason(pointer string, f *sdk.Fault) sdk.Reason {
	return sdk.Reason{Pointer: pointer, Code: f.Code, EN: f.EN, FR: f.FR}
}
