package organisations

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/membership"
	"github.com/labfilms/labfilms/ent/organisation"
	"github.com/labfilms/labfilms/ent/predicate"
)

// ErrState is the fault of a move that the organisation's state does not allow.
var ErrState = &core.Fault{
	Kind: core.Conflict, Code: "organisation_state",
	EN: "The organisation's state does not allow this.",
	FR: "L'état de l'organisation ne le permet pas.",
}

// States are the states of an organisation. A closed one is in no list and
// takes nobody in; it is kept, since films name it.
var States = core.Machine[organisation.State]{
	Noun: "organisation", Starts: []organisation.State{organisation.StateActive},
	Moves: []core.Move[organisation.State]{
		{Action: "organisation.close", Event: "organisation.closed.v1", From: []organisation.State{organisation.StateActive}, To: []organisation.State{organisation.StateClosed}},
		{Action: "organisation.close", Event: "organisation.reopened.v1", From: []organisation.State{organisation.StateClosed}, To: []organisation.State{organisation.StateActive}},
	},
}

// NewOrganisation is what Make makes. What is empty is not known, or not there.
type NewOrganisation struct {
	Place       core.Place // of its home, with the path
	Kind        string
	Name        string // 1 to 160 characters
	LegalName   string
	Description string // Markdown, up to 4,000 characters
	Siren       string // spaces do not count, here and below
	Siret       string
	RNA         string
	NAF         string
	IDCC        string
	Commune     string // INSEE code
	Website     string // http or https
}

// Change is what Change changes: what is not set stays as it is, and null
// empties it. Who moves to another SIREN names it with the SIRET.
type Change struct {
	Kind, Name, LegalName, Description, Siren, Siret, RNA, NAF, IDCC, Commune, Website rest.Opt[string]
}

// Made is the data of the events about an organisation itself; their subject is
// the organisation.
type Made struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Fields []string `json:"fields,omitempty"` // what changed
}

// Make makes an organisation and the asker its first administrator: action
// organisation.create. It returns [core.ErrInvalid] with the reasons.
func (o *Organisations) Make(ctx context.Context, in NewOrganisation) (*ent.Organisation, error) {
	if err := o.gate.Check(ctx, "organisation.create", in.Place.Path, 0); err != nil {
		return nil, err
	}
	maker := core.ActorFrom(ctx).Person
	if maker == "" {
		return nil, core.ErrDenied // the platform itself belongs nowhere
	}
	f := facts{
		organisation.Kind(in.Kind), in.Name, in.LegalName, in.Description, in.Siren, in.Siret, in.RNA, in.NAF, in.IDCC, in.Commune, in.Website,
	}
	var form text.Form
	f.check(&form)
	if err := form.Err(); err != nil {
		return nil, err
	}
	now := o.store.DB().Now()
	var made *ent.Organisation
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) (err error) {
		made, err = c.Organisation.Create().
			SetNetworkID(in.Place.Network).SetRegionID(in.Place.Region).SetSpaceID(in.Place.Space).
			SetKind(f.kind).SetName(f.name).SetSlug(text.Slug(f.name)).SetLegalName(f.legal).SetDescription(f.description).
			SetSiren(f.siren).SetSiret(f.siret).SetRna(f.rna).SetNaf(f.naf).SetIdcc(f.idcc).
			SetCommune(f.commune).SetWebsite(f.website).SetMadeBy(maker).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if err != nil {
			return err
		}
		err = c.Membership.Create().
			SetOrganisationID(made.ID).SetPersonID(maker).SetRole(membership.RoleAdmin).SetState(membership.StateActive).
			SetAnsweredAt(now).SetCreatedAt(now).SetUpdatedAt(now).
			Exec(ctx)
		if err != nil {
			return err
		}
		return o.tell(ctx, made, in.Place, "organisation.create", "organisation.made.v1", "", nil)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// tell writes the audit entry and the event of a deed about the organisation
// itself.
func (o *Organisations) tell(ctx context.Context, of *ent.Organisation, at core.Place, action, event, reason string, fields []string) error {
	told := Made{Name: of.Name, Kind: string(of.Kind), Fields: fields}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: action, Object: "organisation:" + of.ID, Place: at, Reason: reason, Data: told}
	if err := o.audit.Record(ctx, entry); err != nil {
		return err
	}
	return o.events.Record(ctx, core.Event{Type: event, Subject: of.ID, Place: at, Data: data})
}

// Organisation returns the organisation with this id: action organisation.read.
// It returns ErrUnknown.
func (o *Organisations) Organisation(ctx context.Context, id string) (*ent.Organisation, error) {
	s, err := o.seen(ctx, o.store.From(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.Organisation, o.gate.Check(ctx, "organisation.read", s.path, s.relations)
}

// Get returns the organisations with these ids, by id, for references to them:
// action organisation.read. They may be closed. It leaves out what is not there or not for the actor
// to see.
func (o *Organisations) Get(ctx context.Context, ids []string) (map[string]*ent.Organisation, error) {
	rows, err := o.store.From(ctx).Organisation.Query().
		Where(organisation.IDIn(slices.DeleteFunc(slices.Clone(ids), noID)...)).
		WithSpace().
		All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Organisation, len(rows))
	for _, row := range rows {
		if o.gate.May(ctx, "organisation.read", row.Edges.Space.Path, 0) {
			found[row.ID] = row
		}
	}
	return found, nil
}

func noID(s string) bool { return uuid.Validate(s) != nil }

// seen is an organisation and what the asker is to it.
type seen struct {
	*ent.Organisation
	relations core.Relations
	path      string
}

func (s seen) place() core.Place {
	return core.Place{Network: s.NetworkID, Region: s.RegionID, Space: s.SpaceID, Path: s.path}
}

// seen returns an organisation, allowed or not, or ErrUnknown.
func (o *Organisations) seen(ctx context.Context, c *ent.Client, id string) (seen, error) {
	if noID(id) {
		return seen{}, ErrUnknown
	}
	found, err := c.Organisation.Query().Where(organisation.ID(id)).WithSpace().Only(ctx)
	if ent.IsNotFound(err) {
		return seen{}, ErrUnknown
	}
	if err != nil {
		return seen{}, err
	}
	s := seen{Organisation: found, path: found.Edges.Space.Path}
	asker := core.ActorFrom(ctx).Person
	if asker == "" {
		return s, nil
	}
	mine, err := c.Membership.Query().
		Where(membership.OrganisationID(id), membership.PersonID(asker), lasts(o.today(found))).
		Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return seen{}, err
	}
	if mine != nil {
		s.relations = core.RelationSet(standingOf[mine.Role])
	}
	return s, nil
}

// today is the day that it is where the organisation is at home.
func (o *Organisations) today(of *ent.Organisation) string {
	now := o.store.DB().Now()
	if zone, err := time.LoadLocation(of.Edges.Space.TimeZone); err == nil {
		now = now.In(zone)
	}
	return now.Format(time.DateOnly)
}

// lasts is the predicate of the memberships that have begun and are not over on
// a day.
func lasts(day string) predicate.Membership {
	return membership.And(
		membership.StateEQ(membership.StateActive), membership.SinceLTE(day),
		membership.Or(membership.Until(""), membership.UntilGTE(day)),
	)
}

// locked is seen, with everybody else who wants to change the organisation or
// its memberships waiting until the transaction ends.
func (o *Organisations) locked(ctx context.Context, c *ent.Client, id string) (seen, error) {
	if noID(id) {
		return seen{}, ErrUnknown
	}
	if _, err := c.Organisation.Query().Where(organisation.ID(id), db.Alone).IDs(ctx); err != nil {
		return seen{}, err
	}
	return o.seen(ctx, c, id)
}

// Filter narrows a list of organisations.
type Filter struct {
	Scope core.Scope
	Kind  string // empty for all
	State string // active or closed; empty for active
}

// List returns the organisations of a scope that are active, or closed, sorted
// by name, as a dictionary has it, or created_at: action organisation.read, and
// for the closed organisation.close, there and without being one of theirs. It
// returns [core.ErrDenied].
func (o *Organisations) List(ctx context.Context, filter Filter, page core.Page) (core.List[*ent.Organisation], error) {
	var list core.List[*ent.Organisation]
	if !o.gate.Lists(ctx, "organisation.read", filter.Scope.Path).Always() {
		return list, core.ErrDenied
	}
	state := organisation.StateActive
	if filter.State == string(organisation.StateClosed) {
		if err := o.gate.Check(ctx, "organisation.close", filter.Scope.Path, 0); err != nil {
			return list, err
		}
		state = organisation.StateClosed
	}
	query := o.store.From(ctx).Organisation.Query().
		Where(predicate.Organisation(db.In(filter.Scope)), organisation.StateEQ(state))
	if filter.Kind != "" {
		query.Where(organisation.KindEQ(organisation.Kind(filter.Kind)))
	}
	order, key := db.Keyset[string](page, organisation.FieldSlug), func(o *ent.Organisation) core.Key { return db.KeyOf(o.Slug, o.ID) }
	if page.Sort == "created_at" || page.Sort == "-created_at" {
		order, key = db.Keyset[time.Time](page, organisation.FieldCreatedAt), func(o *ent.Organisation) core.Key { return db.KeyOf(o.CreatedAt, o.ID) }
	}
	rows, err := query.Clone().Where(order).All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, key)
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// Change changes an organisation as it was at a version: action
// organisation.update, of its administrators and editors. It returns ErrUnknown,
// [core.ErrDenied], [core.ErrInvalid] with the reasons, or [core.ErrStale].
func (o *Organisations) Change(ctx context.Context, id string, version int, in Change) (*ent.Organisation, error) {
	var changed *ent.Organisation
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, err := o.seen(ctx, c, id)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, "organisation.update", s.path, s.relations); err != nil {
			return err
		}
		was := factsOf(s.Organisation)
		after := in.apply(was)
		var form text.Form
		after.check(&form)
		if err := form.Err(); err != nil {
			return err
		}
		if s.Version != version {
			return core.ErrStale
		}
		fields := after.differences(was)
		if len(fields) == 0 {
			changed = s.Organisation
			return nil
		}
		n, err := c.Organisation.Update().
			Where(organisation.ID(id), organisation.Version(version)).
			SetKind(after.kind).SetName(after.name).SetSlug(text.Slug(after.name)).SetLegalName(after.legal).SetDescription(after.description).
			SetSiren(after.siren).SetSiret(after.siret).SetRna(after.rna).SetNaf(after.naf).SetIdcc(after.idcc).
			SetCommune(after.commune).SetWebsite(after.website).
			SetUpdatedAt(o.store.DB().Now()).AddVersion(1).
			Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return core.ErrStale
		}
		if changed, err = c.Organisation.Get(ctx, id); err != nil {
			return err
		}
		return o.tell(ctx, changed, s.place(), "organisation.update", "organisation.changed.v1", "", fields)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Close ends an organisation, with the reason in 1 to 1,000 characters: action
// organisation.close, of its administrators and of moderators. It returns
// ErrUnknown, [core.ErrDenied], [core.ErrInvalid], or ErrState.
func (o *Organisations) Close(ctx context.Context, id, reason string) (*ent.Organisation, error) {
	return o.move(ctx, id, reason, organisation.StateClosed, "organisation.closed")
}

// Reopen undoes Close, under the same conditions.
func (o *Organisations) Reopen(ctx context.Context, id, reason string) (*ent.Organisation, error) {
	return o.move(ctx, id, reason, organisation.StateActive, "organisation.reopened")
}

func (o *Organisations) move(ctx context.Context, id, reason string, to organisation.State, notice string) (*ent.Organisation, error) {
	var form text.Form
	reason = form.Line("/reason", reason, 1000)
	var moved *ent.Organisation
	err := o.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		s, err := o.locked(ctx, c, id)
		if err != nil {
			return err
		}
		if err := o.gate.Check(ctx, "organisation.close", s.path, s.relations); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		step, ok := States.Move("organisation.close", s.State, to)
		if !ok {
			return ErrState
		}
		err = c.Organisation.UpdateOneID(id).SetState(to).SetUpdatedAt(o.store.DB().Now()).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		if moved, err = c.Organisation.Get(ctx, id); err != nil {
			return err
		}
		if err := o.tell(ctx, moved, s.place(), step.Action, step.Event, reason, nil); err != nil {
			return err
		}
		admins, err := c.Membership.Query().
			Where(membership.OrganisationID(id), membership.StateEQ(membership.StateActive), membership.RoleEQ(membership.RoleAdmin)).
			Select(membership.FieldPersonID).Strings(ctx)
		if err != nil {
			return err
		}
		notices := make([]notify.Notice, len(admins))
		for i, admin := range admins {
			notices[i] = notify.Notice{Person: admin, Type: notice, Subject: "organisation:" + id}
		}
		return o.notify.Tell(ctx, notices...)
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// facts are what an organisation's people say of it.
type facts struct {
	kind                         organisation.Kind
	name, legal, description     string
	siren, siret, rna, naf, idcc string
	commune, website             string
}

func factsOf(o *ent.Organisation) facts {
	return facts{o.Kind, o.Name, o.LegalName, o.Description, o.Siren, o.Siret, o.Rna, o.Naf, o.Idcc, o.Commune, o.Website}
}

// apply returns what the facts are after the change.
func (in Change) apply(f facts) facts {
	return facts{
		organisation.Kind(in.Kind.Or(string(f.kind))), in.Name.Or(f.name), in.LegalName.Or(f.legal), in.Description.Or(f.description),
		in.Siren.Or(f.siren), in.Siret.Or(f.siret), in.RNA.Or(f.rna), in.NAF.Or(f.naf), in.IDCC.Or(f.idcc), in.Commune.Or(f.commune), in.Website.Or(f.website),
	}
}

// check brings the facts into the form in which they are kept, and refuses what
// cannot be kept. The schema holds the same limits.
func (f *facts) check(form *text.Form) {
	if organisation.KindValidator(f.kind) != nil {
		form.Refuse("/kind", "unknown", "There is no such kind of organisation.", "Ce genre d'organisation n'existe pas.")
	}
	f.name = form.Line("/name", f.name, 160)
	f.legal = form.Prose("/legal_name", f.legal, 200)
	f.description = form.Prose("/description", f.description, 4000)
	f.checkNumbers(form)
	if _, ok := communes.Get(f.commune); !ok && f.commune != "" {
		form.Refuse("/commune", "unknown", "There is no commune with this code.", "Aucune commune n'a ce code.")
	}
	f.website = form.URL("/website", f.website)
}

// differences returns the names of the facts that are not as they were.
func (f facts) differences(before facts) []string {
	var names []string
	for _, d := range []struct {
		name string
		is   bool
	}{
		{organisation.FieldKind, f.kind != before.kind},
		{organisation.FieldName, f.name != before.name},
		{organisation.FieldLegalName, f.legal != before.legal},
		{organisation.FieldDescription, f.description != before.description},
		{organisation.FieldSiren, f.siren != before.siren},
		{organisation.FieldSiret, f.siret != before.siret},
		{organisation.FieldRna, f.rna != before.rna},
		{organisation.FieldNaf, f.naf != before.naf},
		{organisation.FieldIdcc, f.idcc != before.idcc},
		{organisation.FieldCommune, f.commune != before.commune},
		{organisation.FieldWebsite, f.website != before.website},
	} {
		if d.is {
			names = append(names, d.name)
		}
	}
	return names
}
