package searchtest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/search"
)

// atOnce is how many documents Fill puts at a time.
const atOnce = 1000

var (
	firstNames = strings.Fields("Étoile Yann Anne-Sophie Loïc Maïwenn Jean-Baptiste Marie-Line Clémence Guilhem Lou Léo Soizic Rozenn Bastien Aïcha Mathilde Gwenaël Erwan Nolwenn Émile Inès Hélène François Chloé Zoé Karim Thaïs Noémie Joël Ségolène")
	beginnings = strings.Fields("Ker Le Tre Plou Pen Lan Cas Fabr Rouq Hoar Pay Gran Bel Mont Ville Beau Cour Mar Tan Abg Quém Cœur Riv Dur Fon Mal San Vau Bois Sauv")
	endings    = strings.Fields("vella goff guy rall eneur ret tel nau ègues ette au et mont fort ville lon rand tin gnac bourg dec zec ouen ard ois ier elle otte in ac")
	nouns      = strings.Fields("étoile cœur vague bout phare nuit volcan garonne garrigue mer mur île champ goémon rivage orage berger pêcheur lumière silence fenêtre forêt marée chemin rumeur enfance mémoire atelier frontière horizon")
	adjectives = strings.Fields("blanche lointaine perdue secrète ardente fragile immobile oubliée sauvage dernière ancienne étrange obscure tranquille salée")
	verbs      = strings.Fields("cherche attend traverse quitte raconte retrouve filme oublie écoute invente garde rêve")
	crafts     = [][]string{{"chef opérateur", "chef op", "dop"}, {"ingénieur du son", "sound engineer"}, {"monteuse", "editor"}, {"réalisatrice", "director"}, {"scénariste", "screenwriter"}}
	stages     = strings.Fields("writing shooting editing released")
	spaces     = []string{bretagne, occitanie, reunion, brest, rennes, toulouse}
)

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func name(r *rand.Rand) string {
	return one(r, firstNames) + " " + one(r, beginnings) + one(r, beginnings[:12]) + one(r, endings)
}

// Fill puts so many people and films, the same ones each time.
func Fill(t testing.TB, index search.Index, people, films int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 53))
	docs := make([]search.Document, 0, atOnce)
	flush := func() {
		if err := index.Put(t.Context(), docs...); err != nil {
			t.Fatal(err)
		}
		docs = docs[:0]
	}
	for n := range people + films {
		if n < people {
			at := &search.Point{Lat: 43 + 6*r.Float64(), Lon: -4 + 10*r.Float64()}
			craft := r.IntN(len(crafts))
			docs = append(docs, person(10000+n, name(r), one(r, spaces), crafts[craft][0], sentences(r, 3), at, crafts[craft]...))
		} else {
			title := "La " + one(r, nouns) + " " + one(r, adjectives)
			if r.IntN(2) == 0 {
				title += " de " + one(r, beginnings) + one(r, endings)
			}
			docs = append(docs, film(10000+n, title, one(r, spaces), one(r, stages), float64(1970+r.IntN(55)), float64(60+r.IntN(5400)),
				sentences(r, 5), 10000+r.IntN(max(people, 1)), name(r), name(r), name(r)))
		}
		if len(docs) == atOnce {
			flush()
		}
	}
	flush()
}

func sentences(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString("Une " + one(r, nouns) + " " + one(r, adjectives) + " " + one(r, verbs) + " la " + one(r, nouns) + " de " + one(r, beginnings) + one(r, endings) + ". ")
	}
	return strings.TrimSpace(b.String())
}

// Typed returns what is asked while people type: some questions, each a letter
// longer than the one before.
func Typed() []string {
	var typed []string
	for _, words := range []string{"clémence pentel", "yann kerplougoff", "garrigue", "l'étoile perdue", "lumiere oubliee", "chef op", "screenwriter", "le phare de kervella", "docmentaire", "anne-sophie lan", "forêt sauvage"} {
		letters := []rune(words)
		for n := range letters {
			typed = append(typed, string(letters[:n+1]))
		}
	}
	return typed
}
