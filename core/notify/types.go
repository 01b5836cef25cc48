package notify

// Sentence is what a notification says before it is opened: what has happened,
// without a name or a title, which are read under the rights of who reads them.
type Sentence struct{ FR, EN string }

// Types is the catalogue: every type of notification there is. What is not in
// it, nobody can be told.
var Types = map[string]Sentence{
	// Roles and accounts
	"grant.created":      {"On vous a donné un rôle.", "You were given a role."},
	"grant.revoked":      {"Un de vos rôles a pris fin.", "One of your roles has ended."},
	"account.suspended":  {"Votre compte est suspendu.", "Your account is suspended."},
	"account.reinstated": {"Votre compte est rétabli.", "Your account is reinstated."},
	"account.changed":    {"Votre adresse ou votre mot de passe a été changé.", "Your address or your password was changed."},

	// Profiles
	"claim.made":      {"Quelqu'un dit qu'une fiche que vous avez créée est la sienne.", "Somebody says that a profile you wrote down is theirs."},
	"claim.accepted":  {"La fiche que vous avez réclamée est à vous.", "The profile that you claimed is yours."},
	"claim.refused":   {"Votre demande sur une fiche a été refusée.", "Your claim on a profile was refused."},
	"claim.withdrawn": {"Une demande sur une fiche a été retirée.", "A claim on a profile was withdrawn."},
	"person.claimed":  {"Une fiche que vous avez créée a trouvé son titulaire.", "A profile that you wrote down has found its owner."},

	// Organisations
	"membership.invited":    {"Une organisation vous invite.", "An organisation invites you."},
	"membership.accepted":   {"Votre invitation dans une organisation est acceptée.", "Your invitation to an organisation was accepted."},
	"membership.declined":   {"Votre invitation dans une organisation est déclinée.", "Your invitation to an organisation was declined."},
	"membership.cancelled":  {"Une invitation dans une organisation est annulée.", "An invitation to an organisation was cancelled."},
	"membership.changed":    {"Votre place dans une organisation a changé.", "Your place in an organisation has changed."},
	"membership.ended":      {"Une appartenance à une organisation a pris fin.", "A membership of an organisation has ended."},
	"organisation.closed":   {"Une de vos organisations est fermée.", "One of your organisations was closed."},
	"organisation.reopened": {"Une de vos organisations est rouverte.", "One of your organisations was reopened."},

	// Films
	"film.held":           {"La modération retient un de vos films.", "The moderators hold one of your films."},
	"film.lifted":         {"Un de vos films n'est plus retenu par la modération.", "The moderators no longer hold one of your films."},
	"film_member.added":   {"Vous avez rejoint l'équipe d'un film.", "You joined the people of a film."},
	"film_member.changed": {"Votre place dans l'équipe d'un film a changé.", "Your place among the people of a film has changed."},
	"film_member.removed": {"Une place dans l'équipe d'un film a pris fin.", "A place among the people of a film has ended."},
	"transfer.offered":    {"On vous propose de reprendre un film.", "A film is offered to you."},
	"transfer.accepted":   {"Votre film a un nouveau responsable.", "Your film has a new owner."},
	"transfer.declined":   {"La reprise de votre film est déclinée.", "The transfer of your film was declined."},
	"transfer.cancelled":  {"La proposition de reprendre un film est annulée.", "The offer of a film was cancelled."},
	"credit.proposed":     {"Un film vous crédite.", "A film credits you."},
	"credit.confirmed":    {"Un crédit de votre film est confirmé.", "A credit of your film was confirmed."},
	"credit.refused":      {"Un crédit de votre film est refusé.", "A credit of your film was refused."},
	"credit.withdrawn":    {"Un film ne vous propose plus de crédit.", "A film no longer proposes a credit to you."},
	"credit.disputed":     {"Un crédit est contesté.", "A credit is disputed."},
	"credit.settled":      {"La contestation d'un crédit est tranchée.", "The dispute over a credit is settled."},
}
