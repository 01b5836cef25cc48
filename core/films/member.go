package films

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/notify"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/account"
	"github.com/labfilms/labfilms/ent/filmmember"
	"github.com/labfilms/labfilms/ent/person"
)

var (
	// ErrMemberUnknown is the fault of naming a member that is not the film's.
	ErrMemberUnknown = &core.Fault{
		Kind: core.Missing, Code: "film_member_unknown",
		EN: "There is no such member of this film.",
		FR: "Ce film n'a pas ce membre.",
	}
	// ErrMember is the fault of adding somebody who is there.
	ErrMember = &core.Fault{
		Kind: core.Conflict, Code: "film_member_held",
		EN: "This person is a member of the film already.",
		FR: "Cette personne est déjà membre du film.",
	}
	// ErrLastOwner is the fault of taking from a film its last owner.
	ErrLastOwner = &core.Fault{
		Kind: core.Conflict, Code: "last_owner",
		EN: "This is the film's last owner. Offer the film to somebody first.",
		FR: "C'est la dernière personne responsable du film. Proposez-le d'abord à quelqu'un.",
	}
	// ErrOwnerByTransfer is the fault of making somebody an owner who was not
	// asked.
	ErrOwnerByTransfer = &core.Fault{
		Kind: core.Conflict, Code: "owner_by_transfer",
		EN: "Nobody becomes an owner without accepting: offer them the film.",
		FR: "Nul ne devient responsable sans accepter : proposez-lui le film.",
	}
)

// Members returns the people who make a film, with their person, sorted by
// created_at: action film_member.read. It returns ErrUnknown.
func (c *Catalog) Members(ctx context.Context, id string, page core.Page) (core.List[*ent.FilmMember], error) {
	var list core.List[*ent.FilmMember]
	client := c.store.From(ctx)
	f, err := c.seen(ctx, client, id)
	if err != nil {
		return list, err
	}
	if err := c.allow(ctx, "film_member.read", f); err != nil {
		return list, err
	}
	query := client.FilmMember.Query().Where(filmmember.FilmID(id))
	rows, err := query.Clone().Where(db.Keyset[time.Time](page, filmmember.FieldCreatedAt)).WithPerson().All(ctx)
	if err != nil {
		return list, err
	}
	list = db.ListOf(rows, page, func(m *ent.FilmMember) core.Key { return db.KeyOf(m.CreatedAt, m.ID) })
	if page.Count {
		total, err := query.Count(ctx)
		if err != nil {
			return list, err
		}
		list.Total = &total
	}
	return list, nil
}

// MembersOf returns the first people who make these films, at most n of each and
// of 500 films, by film: actions film.read and film_member.read. It leaves out
// the films whose members the actor does not get to see. It runs two queries.
func (c *Catalog) MembersOf(ctx context.Context, ids []string, n int) (map[string][]*ent.FilmMember, error) {
	open, err := c.open(ctx, "film_member.read", ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]*ent.FilmMember, len(open))
	if len(open) == 0 {
		return found, nil
	}
	rows, err := c.store.From(ctx).FilmMember.Query().
		Where(firstOfEach(filmmember.Table, open, n, every, filmmember.FieldCreatedAt, filmmember.FieldID)).
		Order(ent.Asc(filmmember.FieldCreatedAt, filmmember.FieldID)).
		All(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		found[m.FilmID] = append(found[m.FilmID], m)
	}
	return found, nil
}

// Belonging is the data of film_member.added.v1, .changed.v1 and .removed.v1;
// their subject is the film.
type Belonging struct {
	Member string          `json:"member"`
	Person string          `json:"person"`
	Role   filmmember.Role `json:"role"`
}

// AddMember makes somebody an editor or of the crew: action film_member.add, of
// owners. It returns ErrUnknown, [core.ErrDenied], [core.ErrInvalid] with the
// reasons (for somebody who is not there, has no account or is suspended
// alike), ErrOwnerByTransfer, or ErrMember; of several who add the same person
// at the same time, one does.
func (c *Catalog) AddMember(ctx context.Context, id, personID, role string) (*ent.FilmMember, error) {
	var made *ent.FilmMember
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, err := c.seen(ctx, client, id)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "film_member.add", f); err != nil {
			return err
		}
		var form text.Form
		checkRole(&form, role)
		if err := checkPerson(ctx, client, &form, "/person", personID); err != nil {
			return err
		}
		if err := form.Err(); err != nil {
			return err
		}
		if role == string(filmmember.RoleOwner) {
			return ErrOwnerByTransfer
		}
		now := c.store.DB().Now()
		made, err = client.FilmMember.Create().
			SetFilmID(id).SetPersonID(personID).SetRole(filmmember.Role(role)).
			SetCreatedAt(now).SetUpdatedAt(now).
			Save(ctx)
		if sqlgraph.IsUniqueConstraintError(err) {
			return ErrMember
		}
		if err != nil {
			return err
		}
		return c.tellMember(ctx, f, made, "film_member.add", "film_member.added")
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func checkRole(form *text.Form, role string) {
	if filmmember.RoleValidator(filmmember.Role(role)) != nil {
		form.Refuse("/role", "unknown", "There is no such role in a film.", "Ce rôle n'existe pas dans un film.")
	}
}

// checkPerson refuses somebody who is not there for others to name.
func checkPerson(ctx context.Context, client *ent.Client, form *text.Form, pointer, id string) error {
	there := !noID(id)
	if there {
		var err error
		there, err = client.Person.Query().
			Where(person.ID(id), person.ClaimEQ(person.ClaimClaimed), person.Suspended(false)).
			Exist(ctx)
		if err != nil {
			return err
		}
	}
	if !there {
		form.Refuse(pointer, "person_unknown", "There is no such person here.", "Cette personne n'est pas ici.")
	}
	return nil
}

// tellMember writes down what happened to a member, and tells them.
func (c *Catalog) tellMember(ctx context.Context, f Seen, m *ent.FilmMember, action, notice string) error {
	told := Belonging{Member: m.ID, Person: m.PersonID, Role: m.Role}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	if err := c.audit.Record(ctx, audit.Entry{Action: action, Object: "film:" + f.ID, Place: f.place(), Data: told}); err != nil {
		return err
	}
	if err := c.events.Record(ctx, core.Event{Type: notice + ".v1", Subject: f.ID, Place: f.place(), Data: data}); err != nil {
		return err
	}
	return c.notify.Tell(ctx, notify.Notice{Person: m.PersonID, Type: notice, Subject: "film_member:" + m.ID, Within: "film:" + f.ID})
}

// ChangeMember makes an editor of the crew, or the other way round; an owner who
// is not the last one may become either: action film_member.update, of owners.
// It returns ErrUnknown, ErrMemberUnknown, [core.ErrDenied], [core.ErrInvalid],
// ErrOwnerByTransfer or ErrLastOwner.
func (c *Catalog) ChangeMember(ctx context.Context, id, memberID, role string) (*ent.FilmMember, error) {
	var changed *ent.FilmMember
	err := c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, m, err := c.member(ctx, client, id, memberID)
		if err != nil {
			return err
		}
		if err := c.allow(ctx, "film_member.update", f); err != nil {
			return err
		}
		if m == nil {
			return ErrMemberUnknown
		}
		var form text.Form
		checkRole(&form, role)
		if err := form.Err(); err != nil {
			return err
		}
		to := filmmember.Role(role)
		switch to {
		case m.Role:
			changed = m
			return nil
		case filmmember.RoleOwner:
			return ErrOwnerByTransfer
		}
		if err := c.release(ctx, client, f, m); err != nil {
			return err
		}
		if changed, err = m.Update().SetRole(to).SetUpdatedAt(c.store.DB().Now()).Save(ctx); err != nil {
			return err
		}
		return c.tellMember(ctx, f, changed, "film_member.update", "film_member.changed")
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// RemoveMember ends somebody's part in a film: action film_member.remove, of
// owners and of oneself. What the titles say stays. It returns ErrUnknown,
// ErrMemberUnknown, [core.ErrDenied] or ErrLastOwner.
func (c *Catalog) RemoveMember(ctx context.Context, id, memberID string) error {
	return c.store.Write(ctx, func(ctx context.Context, client *ent.Client) error {
		f, m, err := c.member(ctx, client, id, memberID)
		if err != nil {
			return err
		}
		if asker := core.ActorFrom(ctx).Person; m != nil && asker != "" && m.PersonID == asker {
			f.Relations |= core.RelationSet(core.Self)
		}
		if err := c.allow(ctx, "film_member.remove", f); err != nil {
			return err
		}
		if m == nil {
			return ErrMemberUnknown
		}
		if err := c.release(ctx, client, f, m); err != nil {
			return err
		}
		if err := client.FilmMember.DeleteOne(m).Exec(ctx); err != nil {
			return err
		}
		return c.tellMember(ctx, f, m, "film_member.remove", "film_member.removed")
	})
}

// member returns a film, which is locked, and one of its members, nil if it has
// none with this id.
func (c *Catalog) member(ctx context.Context, client *ent.Client, id, memberID string) (Seen, *ent.FilmMember, error) {
	if noID(id) {
		return Seen{}, nil, ErrUnknown
	}
	if err := lockFilm(ctx, client, id); err != nil {
		return Seen{}, nil, err
	}
	f, err := c.seen(ctx, client, id)
	if err != nil || noID(memberID) {
		return f, nil, err
	}
	m, err := client.FilmMember.Query().Where(filmmember.ID(memberID), filmmember.FilmID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return f, nil, nil
	}
	return f, m, err
}

// release takes from an owner what they are, if the film has another who is not
// suspended, who then answers for it. Its caller has locked the film.
func (c *Catalog) release(ctx context.Context, client *ent.Client, f Seen, m *ent.FilmMember) error {
	if m.Role != filmmember.RoleOwner {
		return nil
	}
	next, err := client.FilmMember.Query().
		Where(
			filmmember.FilmID(f.ID), filmmember.RoleEQ(filmmember.RoleOwner), filmmember.IDNEQ(m.ID),
			filmmember.HasPersonWith(person.HasAccountWith(account.StateEQ(account.StateActive))),
		).
		Order(ent.Asc(filmmember.FieldCreatedAt, filmmember.FieldID)).
		First(ctx)
	if ent.IsNotFound(err) {
		return ErrLastOwner
	}
	if err != nil || f.OwnerID != m.PersonID {
		return err
	}
	return client.Film.UpdateOneID(f.ID).SetOwnerID(next.PersonID).SetUpdatedAt(c.store.DB().Now()).AddVersion(1).Exec(ctx)
}
