package films

// Term is a word of a closed list, in both languages.
type Term struct{ Code, FR, EN string }

// Forms are what a film is made as: one of these.
var Forms = []Term{
	{"fiction", "Fiction", "Fiction"},
	{"documentary", "Documentaire", "Documentary"},
	{"animation", "Animation", "Animation"},
	{"experimental", "Expérimental", "Experimental"},
	{"music_video", "Clip", "Music video"},
}

// Genres are what a film can be, in the order of the French alphabet. It may be
// several.
var Genres = []Term{
	{"action", "Action", "Action"},
	{"adventure", "Aventure", "Adventure"},
	{"biography", "Biographie", "Biography"},
	{"comedy", "Comédie", "Comedy"},
	{"dramatic_comedy", "Comédie dramatique", "Comedy drama"},
	{"musical", "Comédie musicale", "Musical"},
	{"tale", "Conte", "Tale"},
	{"dance", "Danse", "Dance"},
	{"drama", "Drame", "Drama"},
	{"ecology", "Écologie", "Ecology"},
	{"family", "Famille", "Family"},
	{"fantasy", "Fantastique", "Fantasy"},
	{"film_essay", "Film-essai", "Film essay"},
	{"war", "Guerre", "War"},
	{"history", "Histoire", "History"},
	{"horror", "Horreur", "Horror"},
	{"youth", "Jeune public", "For young audiences"},
	{"music", "Musique", "Music"},
	{"crime", "Policier", "Crime"},
	{"portrait", "Portrait", "Portrait"},
	{"romance", "Romance", "Romance"},
	{"satire", "Satire", "Satire"},
	{"science_fiction", "Science-fiction", "Science fiction"},
	{"social", "Société", "Society"},
	{"sport", "Sport", "Sport"},
	{"thriller", "Thriller", "Thriller"},
	{"travel", "Voyage", "Travel"},
	{"western", "Western", "Western"},
}

// Warnings are what some want to know before they watch.
var Warnings = []Term{
	{"violence", "Violence", "Violence"},
	{"sexual_violence", "Violences sexuelles", "Sexual violence"},
	{"sexual_content", "Scènes à caractère sexuel", "Sexual content"},
	{"nudity", "Nudité", "Nudity"},
	{"suicide", "Suicide", "Suicide"},
	{"drugs", "Drogues", "Drugs"},
	{"discrimination", "Propos ou actes discriminatoires", "Discrimination"},
	{"child_abuse", "Violences faites aux enfants", "Child abuse"},
	{"animal_cruelty", "Violences faites aux animaux", "Cruelty to animals"},
	{"flashing_lights", "Lumières clignotantes", "Flashing lights"},
	{"coarse_language", "Langage grossier", "Coarse language"},
	{"death", "Mort et deuil", "Death and mourning"},
}
