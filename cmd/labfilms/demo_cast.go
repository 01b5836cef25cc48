package main

import "github.com/labfilms/labfilms/core"

// The demonstration's people, films and choices. They are invented; the
// regions and their codes are real.

type demoPerson struct {
	role   core.Role // at space; everybody also is a member there
	space  string    // slug of the home
	name   string
	handle string

	commune string   // INSEE code
	crafts  []string // codes, their own order
	bio     string
}

var demoPeople = []demoPerson{
	{"platform_admin", "france", "Nadia Kerbrat", "nadia", "75120", nil, ""},
	{"region_admin", "bretagne", "Yann Le Goff", "yann", "35238", nil, "Je fais tourner le pôle Bretagne. Écrivez-moi, je réponds."},
	{"region_admin", "occitanie", "Claire Vidal", "claire", "31555", nil, ""},
	{"moderator", "bretagne", "Hélène Caradec", "helene", "29232", []string{"INT-COM"}, "Comédienne à Quimper, modératrice le reste du temps."},
	{"institution", "bretagne", "Ciné-club de la Rade", "cineclub-rade", "29019", nil, "Une séance par mois depuis 1987, et un bar."},
	{"curator", "bretagne", "Maëlle Tanguy", "maelle", "56121", []string{"HOR-PRE"}, "J'ai programmé dix ans dans une salle de Lorient. Je regarde tout ce qu'on m'envoie."},
	{"curator", "occitanie", "Antoine Berthier", "antoine", "34172", nil, ""},
	{"organiser", "occitanie", "Julien Castan", "julien", "81004", []string{"PRO-REG", "MON-CHE"}, "Régisseur, et projectionniste itinérant l'été."},
	{"creator", "bretagne", "Inès Morvan", "ines", "29046", []string{"REA-REA", "ECR-SCE"}, "Je filme des gens qui travaillent, souvent au bord de l'eau."},
	{"creator", "occitanie", "Karim Benali", "karim", "31555", []string{"REA-REA", "IMA-DOP"}, "Réalisateur quand j'ai une idée, chef opérateur quand les autres en ont une."},
	{"creator", "la-reunion", "Lucie Hoarau", "lucie", "97422", []string{"EFF-ANI", "DEC-STO"}, "Animation image par image, à mille six cents mètres d'altitude."},
	{"producer", "bretagne", "Solène Riou", "solene", "29039", []string{"PRO-PRO", "REA-REA"}, "Productrice à Concarneau. Des documentaires, surtout."},
	{"provider", "nouvelle-aquitaine", "Paul Etcheverry", "paul", "64102", []string{"LUM-CHE", "MAC-CHE"}, "Un camion de lumière à Bayonne, et le chauffeur avec."},
	{"member", "hauts-de-france", "Thomas Lescure", "thomas", "59350", []string{"SON-CHE", "SON-MIX"}, "Prise de son et mixage. J'aime les cuisines et les gares."},
}

type demoFilm struct {
	by       string // handle
	title    string
	year     int
	minutes  int
	form     string
	synopsis string
	released bool
}

var demoFilms = []demoFilm{
	{"ines", "Marée basse", 2025, 24, "fiction", "À la mort de leur père, ostréiculteur près de Douarnenez, deux sœurs qui ne se parlent plus ont une marée pour vider la maison.", true},
	{"ines", "Le Bruit des drisses", 2026, 52, "documentary", "Un hiver au port de Paimpol avec celles et ceux qui restent quand les plaisanciers sont partis.", false},
	{"solene", "Ce que disent les phares", 2024, 39, "documentary", "Ils ont été gardiens au large d'Ouessant. Ils racontent la nuit, le silence et le jour où la lampe s'est passée d'eux.", true},
	{"solene", "Les Heures creuses", 2026, 96, "fiction", "Dans une conserverie de Concarneau, l'équipe de nuit apprend que la ligne va fermer et décide de ne rien dire à l'équipe de jour.", false},
	{"karim", "Aller simple", 2025, 18, "fiction", "Un éclusier du canal du Midi cache dans sa maison un garçon qui veut rejoindre la mer à pied.", true},
	{"karim", "Vent d'autan", 2026, 12, "experimental", "Trois jours de vent sur Toulouse, filmés par une caméra attachée à un étendoir.", true},
	{"lucie", "Volcan dormant", 2025, 7, "animation", "Une petite fille de la plaine des Cafres est persuadée que le volcan se tait parce qu'il est vexé.", true},
}

type demoSelection struct {
	by, space   string // who signs, and in which space
	kind, label string
	manifesto   string
	title, text string
	picks       []demoPick
}

type demoPick struct{ film, note string }

var demoSelections = []demoSelection{
	{
		"maelle", "bretagne", "region", "Écran de Bretagne",
		"Des films faits ici, choisis par des gens d'ici, qu'on a envie de montrer ailleurs.",
		"Gens de mer", "La mer sans carte postale : celle où l'on travaille, où l'on attend, d'où l'on revient.",
		[]demoPick{
			{"Marée basse", "Vingt-quatre minutes, une maison, deux sœurs. Inès Morvan filme les mains avant les visages, et c'est là que tout se dit."},
			{"Ce que disent les phares", "Solène Riou laisse parler et laisse se taire. On sort de ce film en entendant la mer autrement."},
		},
	},
	{
		"antoine", "occitanie", "region", "Les Carrés d'Occitanie",
		"Un film court par semaine, un mot pour dire pourquoi.",
		"À l'eau douce", "Canaux, crues et fontaines : ce que le Sud-Ouest fait de son eau.",
		[]demoPick{
			{"Aller simple", "Une écluse, c'est déjà une histoire : on entre, on attend, on sort plus haut. Karim Benali l'a compris."},
		},
	},
	{
		"ines", "bretagne", "personal", "Le carnet d'Inès",
		"Ce que je regarde quand je n'arrive pas à monter.",
		"Courts de route", "Des films brefs qui m'ont débloquée.",
		[]demoPick{
			{"Volcan dormant", "Sept minutes qui prennent un enfant au sérieux. Je l'ai regardé trois fois de suite."},
		},
	},
}

// demoCredit is a name in the titles of one of the films; who has an account
// has confirmed it.
type demoCredit struct {
	film, handle, craft string
}

var demoCredits = []demoCredit{
	{"Marée basse", "ines", "REA-REA"},
	{"Marée basse", "ines", "ECR-SCE"},
	{"Marée basse", "solene", "PRO-PRO"},
	{"Marée basse", "karim", "IMA-DOP"},
	{"Marée basse", "thomas", "SON-CHE"},
	{"Marée basse", "helene", "INT-COM"},
	{"Ce que disent les phares", "solene", "REA-REA"},
	{"Ce que disent les phares", "thomas", "SON-CHE"},
	{"Ce que disent les phares", "julien", "MON-CHE"},
	{"Aller simple", "karim", "REA-REA"},
	{"Aller simple", "paul", "LUM-CHE"},
	{"Aller simple", "thomas", "SON-MIX"},
	{"Volcan dormant", "lucie", "REA-REA"},
	{"Volcan dormant", "lucie", "EFF-ANI"},
}

// demoOrganisation is somewhere people of the demonstration belong.
type demoOrganisation struct {
	by, kind, name, description string
}

var demoOrganisations = []demoOrganisation{
	{"solene", "production", "Les Films de la Criée", "Une société de production de Concarneau : documentaires, premiers films, beaucoup de café."},
	{"cineclub-rade", "association", "Ciné-club de la Rade", "Association de spectateurs, à Brest. Une séance par mois, suivie d'une discussion qui déborde."},
}
