package ecran

import (
	"context"

	"github.com/labfilms/labfilms/plugins/ecran/ent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/change"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// ErrInvitationOpen is the fault of picking in a carte blanche, or publishing
// it, before its guest has accepted it: nobody's name is used unasked.
var ErrInvitationOpen = &sdk.Fault{
	Kind: sdk.Conflict, Code: "invitation_open",
	EN: "The guest of this carte blanche has not accepted it.",
	FR: "La personne invitée n'a pas accepté cette carte blanche.",
}

// ErrInvitationAnswered is the fault of answering an invitation twice.
var ErrInvitationAnswered = &sdk.Fault{
	Kind: sdk.Conflict, Code: "invitation_answered",
	EN: "This invitation has been answered.",
	FR: "Il a déjà été répondu à cette invitation.",
}

// ErrGuestSettled is the fault of giving a carte blanche to somebody else which
// its guest has accepted.
var ErrGuestSettled = &sdk.Fault{
	Kind: sdk.Conflict, Code: "guest_settled",
	EN: "The guest has accepted this carte blanche, and it is theirs: make another for somebody else.",
	FR: "La personne invitée a accepté cette carte blanche : elle est à elle. Faites-en une autre pour quelqu'un d'autre.",
}

// ErrGuestChooses is the fault of picking in somebody else's carte blanche.
var ErrGuestChooses = &sdk.Fault{
	Kind: sdk.Conflict, Code: "guest_chooses",
	EN: "In a carte blanche its guest chooses, and nobody else.",
	FR: "Dans une carte blanche, seule la personne invitée choisit.",
}

// AcceptInvitation accepts a carte blanche: whoever it was given to. From then on
// they pick in it, and the label may publish it. It returns ErrSelectionUnknown,
// ErrLabelClosed, ErrInvitationAnswered, or sdk.ErrStale where it was given to
// somebody else meanwhile.
func (e *Ecran) AcceptInvitation(ctx context.Context, id string) (*ent.Selection, error) {
	return e.answerInvitation(ctx, id, selection.InvitationAccepted)
}

// DeclineInvitation declines a carte blanche: whoever it was given to. They read
// it no longer; the label may ask somebody else, or once more. It returns what
// AcceptInvitation does.
func (e *Ecran) DeclineInvitation(ctx context.Context, id string) (*ent.Selection, error) {
	return e.answerInvitation(ctx, id, selection.InvitationDeclined)
}

func (e *Ecran) answerInvitation(ctx context.Context, id string, to selection.Invitation) (*ent.Selection, error) {
	const action = "ecran.invitation.answer"
	s, err := openSelection(ctx, e.store.From(ctx), id, action)
	if err != nil {
		return nil, err
	}
	if s.Invitation == nil {
		return nil, ErrSelectionUnknown // nobody was invited
	}
	move, ok := Invitations.Move(action, *s.Invitation, to)
	if !ok {
		return nil, ErrInvitationAnswered
	}
	kind := change.KindAccepted
	if to == selection.InvitationDeclined {
		kind = change.KindDeclined
	}
	var answered *ent.Selection
	err = e.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		n, err := c.Selection.Update().
			Where(selection.ID(id), selection.InvitationEQ(*s.Invitation), selection.GuestID(*s.GuestID)).
			SetInvitation(to).SetUpdatedAt(sdk.Now(ctx)).AddVersion(1).Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return sdk.ErrStale
		}
		if answered, err = withLabel(ctx, c, id); err != nil {
			return err
		}
		if err := remember(ctx, c, id, kind); err != nil {
			return err
		}
		return sdk.Record(ctx, move.Event, id, SelectionMoved{Label: answered.LabelID, State: string(answered.State)})
	})
	if err != nil {
		return nil, err
	}
	return answered, nil
}

// mayPick returns why the asker, who may pick in selections of the label, may
// not in this one: it is somebody else's carte blanche, or not accepted yet.
func mayPick(ctx context.Context, s *ent.Selection) error {
	switch {
	case s.GuestID == nil:
		return nil
	case *s.GuestID != sdk.ActorFrom(ctx).Person:
		return ErrGuestChooses
	case *s.Invitation != selection.InvitationAccepted:
		return ErrInvitationOpen
	default:
		return nil
	}
}

// votesNeeded returns how many of its people have to be for a film in this
// selection of the label: in a carte blanche none, its guest decides.
func votesNeeded(l *ent.Label, s *ent.Selection) int {
	if s.GuestID != nil {
		return 0
	}
	return l.VotesNeeded
}

// guestReasons refuses a guest who is nobody, or of what is no carte blanche,
// and a carte blanche that is given to nobody.
func (e *Ecran) guestReasons(ctx context.Context, form *sdk.Form, kind, guest string) error {
	blanche := kind == string(selection.KindCarteBlanche)
	switch {
	case guest == "" && blanche:
		form.Refuse("/guest", "required", "A carte blanche is given to somebody.", "Une carte blanche se donne à quelqu'un.")
	case guest == "":
	case !blanche:
		form.Refuse("/guest", "not_carte_blanche", "Only a carte blanche has a guest.", "Seule une carte blanche a un invité.")
	default:
		known, err := e.host.People.Get(ctx, []string{guest})
		if err != nil {
			return err
		}
		if _, ok := known[guest]; !ok {
			form.Refuse("/guest", sdk.ErrPersonUnknown.Code, sdk.ErrPersonUnknown.EN, sdk.ErrPersonUnknown.FR)
		}
	}
	return nil
}
