package ecran

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/curator"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
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
// label, anywhere in the network for those that sign for more than a person: no
// signature may be mistaken for another.
var ErrLabelNameTaken = &sdk.Fault{
	Kind: sdk.Conflict, Code: "label_name_taken",
	EN: "Another label already bears this name, or one that reads the same.",
	FR: "Un autre label porte déjà ce nom, ou un nom qui se lit de la même façon.",
}

// ErrLabelClosed is the fault of doing something with a label that is closed.
var ErrLabelClosed = &sdk.Fault{
	Kind: sdk.Conflict, Code: "label_closed",
	EN: "This label is closed: what it chose is remembered, and it chooses nothing any more.",
	FR: "Ce label est fermé : ses choix restent en mémoire, il n'en fait plus.",
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

// LabelChange is what changes of a label; what is not set stays.
type LabelChange struct {
	Name      sdk.Opt[string]           `json:"name,omitempty" minLength:"1" maxLength:"120"`
	Manifesto sdk.Opt[string]           `json:"manifesto,omitempty" maxLength:"10000"`
	Curators  sdk.Opt[[]LabelCurator]   `json:"curators,omitempty" maxItems:"50" doc:"All of the curators from now on."`
	Rules     sdk.Opt[LabelRulesChange] `json:"rules,omitempty" doc:"What was chosen under the old ones stays. null: as a new label has them."`
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
	reasons, err := e.curatorReasons(ctx, actor.Person, in.Curators)
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
	rules := newRules()
	if in.Rules != nil {
		rules = *in.Rules
	}
	enoughPeople(&form, rules, len(in.Curators))
	if err := form.Err(); err != nil {
		return nil, err
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
			SetMaxPins(rules.MaxPins).SetOwnFilms(label.OwnFilms(rules.OwnFilms)).SetMaxFamily(rules.MaxFamily).
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

// ChangeLabel changes a label that the asker holds or directs, if it still has
// this version. It returns ErrLabelUnknown, ErrLabelClosed, ErrLabelNameTaken,
// sdk.ErrStale, or all the reasons why the change does not fit.
func (e *Ecran) ChangeLabel(ctx context.Context, id string, version int, in LabelChange) (*ent.Label, error) {
	l, err := openLabel(ctx, e.store.From(ctx), id, "ecran.label.update")
	if err != nil {
		return nil, err
	}
	reasons, err := e.curatorReasons(ctx, l.HolderID, in.Curators.Value)
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
	rules, people := rulesOf(l), len(l.Edges.Curators)
	if in.Rules.Set {
		rules = rules.with(in.Rules)
	}
	if in.Curators.Set {
		people = len(in.Curators.Value)
	}
	if in.Rules.Set || in.Curators.Set {
		enoughPeople(&form, rules, people)
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	var waiting map[string]sdk.Film
	if in.Rules.Set {
		if waiting, err = e.underVote(ctx, id); err != nil {
			return nil, err
		}
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
			u.SetMaxPins(rules.MaxPins).SetOwnFilms(label.OwnFilms(rules.OwnFilms)).SetMaxFamily(rules.MaxFamily).
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
		if in.Rules.Set {
			if err := e.recount(ctx, c, id, waiting); err != nil {
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

// nameTaken tells a name that is another label's from other trouble.
func nameTaken(err error) error {
	if sqlgraph.IsUniqueConstraintError(err) {
		return ErrLabelNameTaken.Because(err)
	}
	return err
}

// reason is a fault as the reason of one field.
func reason(pointer string, f *sdk.Fault) sdk.Reason {
	return sdk.Reason{Pointer: pointer, Code: f.Code, EN: f.EN, FR: f.FR}
}
