package searchtest

import (
	"fmt"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/search"
)

// The spaces of the documents: a network, three regions, and institutions in
// them.
const (
	france    = "00000000-0000-4000-8000-000000000001"
	bretagne  = "00000000-0000-4000-8000-000000000053"
	occitanie = "00000000-0000-4000-8000-000000000076"
	reunion   = "00000000-0000-4000-8000-000000000004"
	brest     = "00000000-0000-4000-8000-000000005301" // in Bretagne
	rennes    = "00000000-0000-4000-8000-000000005302" // in Bretagne
	toulouse  = "00000000-0000-4000-8000-000000007601" // in Occitanie
)

var regionOf = map[string]string{
	bretagne: bretagne, occitanie: occitanie, reunion: reunion,
	brest: bretagne, rennes: bretagne, toulouse: occitanie,
}

func place(space string) core.Place {
	return core.Place{Network: france, Region: regionOf[space], Space: space}
}

// Where people live.
var (
	atBrest        = &search.Point{Lat: 48.3904, Lon: -4.4861}
	atPlougonvelin = &search.Point{Lat: 48.3411, Lon: -4.7181} // Plougonvelin, 18 km from Brest
	atQuimper      = &search.Point{Lat: 47.9960, Lon: -4.1024} // 52 km from Brest
	atToulouse     = &search.Point{Lat: 43.6047, Lon: 1.4442}
	atSaintLeu     = &search.Point{Lat: -21.1706, Lon: 55.2883}
	atGuipavas     = &search.Point{Lat: 48.4331, Lon: -4.4008} // 8 km from Brest
	atRennes       = &search.Point{Lat: 48.1173, Lon: -1.6778}
	atSete         = &search.Point{Lat: 43.4028, Lon: 3.6967}
)

// id returns the id of a document that the tables call by a short name.
func id(n int) string { return fmt.Sprintf("00000000-0000-4000-9000-%012d", n) }

func person(n int, name, space, craft, bio string, at *search.Point, also ...string) search.Document {
	return search.Document{
		Key: search.Key{Kind: "person", ID: id(n)}, Place: place(space), Owner: id(n),
		Names: []string{name}, Also: append([]string{}, also...), Text: bio,
		Facets: map[string][]string{"craft": {craft}}, At: at,
	}
}

func film(n int, title, space, stage string, year, seconds float64, synopsis string, owner int, credited ...string) search.Document {
	return search.Document{
		Key: search.Key{Kind: "film", ID: id(n)}, Place: place(space), Owner: id(owner),
		Names: []string{title}, Also: append([]string{}, credited...), Text: synopsis,
		Facets:  map[string][]string{"stage": {stage}, "form": {"court", stage + "-court"}},
		Numbers: map[string]float64{"year": year, "duration_s": seconds},
	}
}

func label(n int, kind, name, space, text string) search.Document {
	return search.Document{
		Key: search.Key{Kind: kind, ID: id(n)}, Module: "ecran", Place: place(space),
		Names: []string{name}, Text: text,
	}
}

// documents are what the tables search: people from 1, films from 101, labels
// and selections from 201.
func documents() []search.Document {
	return []search.Document{
		person(1, "Étoile Kervella", brest, "image", "Elle filme les marées et les gens de la côte.", atBrest, "cheffe opératrice", "chef opérateur", "chef op", "dop", "director of photography"),
		person(2, "Yann Le Goff", brest, "son", "Prise de son en mer.", atGuipavas, "ingénieur du son", "sound engineer", "perchman"),
		person(3, "Anne-Sophie Quéméneur", bretagne, "montage", "Monte des documentaires.", atQuimper, "monteuse", "editor"),
		person(4, "Loïc Cœuret", rennes, "realisation", "Cinéaste du quotidien.", atRennes, "réalisateur", "director"),
		person(5, "Maïwenn L'Hostis", brest, "production", "Produit des courts métrages.", atPlougonvelin, "productrice", "producer"),
		person(6, "Jean-Baptiste Hoarau", reunion, "realisation", "Raconte les hauts de l'île.", atSaintLeu, "réalisateur", "director"),
		person(7, "Marie-Line Payet", reunion, "image", "Lumière tropicale.", atSaintLeu, "chef opérateur", "chef op", "dop"),
		person(8, "Clémence Fabrègues", toulouse, "scenario", "Écrit pour la scène.", atToulouse, "scénariste", "screenwriter"),
		person(9, "Guilhem Castelnau", occitanie, "son", "Écoute les étangs.", atSete, "mixeur", "mixer"),
		person(10, "Lou", toulouse, "jeu", "Comédienne.", atToulouse, "actrice", "actor"),
		person(11, "Léo Le", rennes, "jeu", "Comédien.", nil, "acteur", "actor"),
		person(12, "Soizic Tanguy", bretagne, "decors", "Construit des phares miniatures.", nil, "décoratrice", "set designer", "Selim Yıldız"),
		person(13, "Rozenn Abgrall", rennes, "costumes", "Costumes et teintures.", atRennes, "costumière"),
		person(14, "Bastien Rouquette", toulouse, "musique", "Compose au piano.", atToulouse, "compositeur", "composer"),

		film(101, "L'Étoile du matin", brest, "released", 2019, 900, "Un pêcheur attend le retour de son frère.", 1, "Étoile Kervella", "Yann Le Goff"),
		film(102, "Le Cœur des vagues", bretagne, "released", 2021, 1200, "Une nageuse traverse la rade.", 4, "Loïc Cœuret"),
		film(103, "Le Bout du monde", brest, "editing", 2023, 600, "Deux sœurs au Conquet.", 5, "Maïwenn L'Hostis"),
		film(104, "Presqu'île", brest, "released", 2015, 1800, "Une enfance à Crozon.", 2),
		film(105, "Le Phare", bretagne, "released", 2010, 300, "La dernière nuit d'un gardien.", 12, "Soizic Tanguy"),
		film(106, "Nuit blanche", rennes, "released", 2018, 720, "Des étudiants cherchent le phare de leur vie.", 4, "Loïc Cœuret"),
		film(107, "Sous le volcan", reunion, "released", 2022, 1500, "Une coulée de lave coupe la route.", 6, "Jean-Baptiste Hoarau"),
		film(108, "Ti Mamzelle", reunion, "shooting", 2024, 840, "Une danseuse de maloya.", 7, "Marie-Line Payet"),
		film(109, "La Garonne en crue", toulouse, "released", 2020, 3600, "Chronique d'un quartier inondé.", 8, "Clémence Fabrègues"),
		film(110, "Garrigue", occitanie, "released", 2017, 1080, "Un berger, ses chiens, l'orage.", 9, "Guilhem Castelnau"),
		film(111, "Le Documentaliste", rennes, "released", 2016, 960, "Un homme range des bobines.", 13),
		film(112, "Mer", brest, "released", 2012, 240, "Rien que l'horizon.", 1),
		film(113, "Mur", brest, "released", 2013, 260, "Un graffeur et son voisin.", 1),
		film(114, "Où es-tu", toulouse, "released", 2014, 480, "Un répondeur se remplit.", 10, "Lou"),
		film(115, "Saint-Brieuc, terminus", bretagne, "editing", 2024, 540, "Le dernier train du soir.", 3, "Anne-Sophie Quéméneur"),
		film(116, "Trois fois rien", toulouse, "released", 2019, 420, "Une brocante à l'aube.", 8),
		film(117, "Les Champs d'honneur", occitanie, "released", 2011, 2400, "Un AND un NOT : la logique d'un fou.", 9),
		film(118, "Goémon", bretagne, "released", 2008, 660, "Récolte des algues à Plouguerneau.", 12),
		film(119, "Zéro", france, "released", 2000, 60, "Un compte à rebours.", 14),
		film(120, "Zéro", rennes, "released", 2001, 60, "Un autre compte à rebours.", 13),

		label(201, "label", "Premiers pas", bretagne, "Pour un premier film."),
		label(202, "label", "Regards d'Occitanie", occitanie, "Pour un film tourné ici."),
		label(203, "selection", "Nuits du court", rennes, "Programme d'hiver."),
		label(204, "selection", "Rencontres de Brest", brest, "Le programme du phare."),
	}
}
