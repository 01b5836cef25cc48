package ecran

import (
	"github.com/labfilms/labfilms/plugins/ecran/ent/consent"
	"github.com/labfilms/labfilms/plugins/ecran/ent/label"
	"github.com/labfilms/labfilms/plugins/ecran/ent/pick"
	"github.com/labfilms/labfilms/plugins/ecran/ent/proposal"
	"github.com/labfilms/labfilms/plugins/ecran/ent/selection"
	"github.com/labfilms/labfilms/plugins/sdk"
)

// Labels is what can become of a label. That one has not chosen anything for a
// year, and so is dormant, is read off its date and is no state.
var Labels = sdk.Machine[label.State]{
	Noun:   "label",
	Starts: []label.State{label.StateRequested, label.StateActive},
	Moves: []sdk.Move[label.State]{
		{Action: "ecran.label.accept", Event: labelAccepted, From: []label.State{label.StateRequested}, To: []label.State{label.StateActive}},
		{Action: "ecran.label.refuse", Event: labelClosed, From: []label.State{label.StateRequested}, To: []label.State{label.StateClosed}},
		{Action: "ecran.label.close", Event: labelClosed, From: []label.State{label.StateRequested, label.StateActive}, To: []label.State{label.StateClosed}},
	},
}

// current are the states of a pick that still is, or is to be, on screen.
var current = []pick.State{pick.StateUnderVote, pick.StateAsked, pick.StateScheduled, pick.StateOnScreen}

// Picks is what can become of a pick. It is made in the first state that
// nothing stands in the way of: the label's vote, the maker's consent, the
// day on which it comes on screen.
var Picks = sdk.Machine[pick.State]{
	Noun:   "pick",
	Starts: current,
	Moves: []sdk.Move[pick.State]{
		{Action: "ecran.pick.vote", Event: pickMoved, From: []pick.State{pick.StateUnderVote}, To: []pick.State{pick.StateAsked, pick.StateScheduled, pick.StateOnScreen}},
		{Action: "ecran.pick.vote", Event: pickEnded, From: []pick.State{pick.StateUnderVote}, To: []pick.State{pick.StateRefused}},
		{Action: "ecran.consent.answer", Event: pickMoved, From: []pick.State{pick.StateAsked}, To: []pick.State{pick.StateScheduled, pick.StateOnScreen}},
		{Action: "ecran.consent.answer", Event: pickEnded, From: []pick.State{pick.StateAsked}, To: []pick.State{pick.StateRefused}},
		{Action: "ecran.pick.begin", Event: pickMoved, From: []pick.State{pick.StateScheduled}, To: []pick.State{pick.StateOnScreen}},
		{Action: "ecran.pick.end", Event: pickEnded, From: current, To: []pick.State{pick.StateEnded}},
		{Action: "ecran.pick.remove", Event: pickEnded, From: current, To: []pick.State{pick.StateRemoved}},
		{Action: "ecran.pick.withdraw", Event: pickEnded, From: current, To: []pick.State{pick.StateWithdrawn}},
	},
}

// Invitations is what can become of a carte blanche that is given to somebody.
// The label may give one that was declined once more, or to somebody else: that
// is another invitation.
var Invitations = sdk.Machine[selection.Invitation]{
	Noun:   "invitation",
	Starts: []selection.Invitation{selection.InvitationOpen},
	Moves: []sdk.Move[selection.Invitation]{
		{Action: "ecran.invitation.answer", Event: selectionChanged, From: []selection.Invitation{selection.InvitationOpen}, To: []selection.Invitation{selection.InvitationAccepted, selection.InvitationDeclined}},
	},
}

// Consents is what can become of a consent: a maker who has granted it may take
// it back, one who has refused may think better of it.
var Consents = sdk.Machine[consent.State]{
	Noun:   "consent",
	Starts: []consent.State{consent.StateAsked},
	Moves: []sdk.Move[consent.State]{
		{Action: "ecran.consent.answer", Event: consentAnswered, From: []consent.State{consent.StateAsked, consent.StateRefused, consent.StateLapsed}, To: []consent.State{consent.StateGranted}},
		{Action: "ecran.consent.answer", Event: consentAnswered, From: []consent.State{consent.StateAsked, consent.StateGranted, consent.StateLapsed}, To: []consent.State{consent.StateRefused}},
		{Action: "ecran.consent.lapse", Event: consentAnswered, From: []consent.State{consent.StateAsked}, To: []consent.State{consent.StateLapsed}},
		{Action: "ecran.pick.create", Event: consentAsked, From: []consent.State{consent.StateLapsed}, To: []consent.State{consent.StateAsked}},
	},
}

// Proposals is what can become of a proposal.
var Proposals = sdk.Machine[proposal.State]{
	Noun:   "proposal",
	Starts: []proposal.State{proposal.StateProposed},
	Moves: []sdk.Move[proposal.State]{
		{Action: "ecran.proposal.take", Event: proposalDecided, From: []proposal.State{proposal.StateProposed}, To: []proposal.State{proposal.StateTaken}},
		{Action: "ecran.proposal.decline", Event: proposalDecided, From: []proposal.State{proposal.StateProposed}, To: []proposal.State{proposal.StateDeclined}},
		{Action: "ecran.proposal.withdraw", Event: proposalDecided, From: []proposal.State{proposal.StateProposed}, To: []proposal.State{proposal.StateWithdrawn}},
	},
}
