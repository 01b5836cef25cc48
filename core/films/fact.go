package films

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/labfilms/labfilms/core/communes"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/film"
)

// facts are what people say of a film.
type facts struct {
	title, synopsis  string
	year, durationS  *int
	form             film.Form
	titles, synopses map[string]string
	genres           []string
	countries        []string
	regions          []string
	languages        []string
	warnings         []string
	identifiers      map[string]string
	consent          film.Consent
}

func factsOf(f *ent.Film) facts {
	return facts{
		f.Title, f.Synopsis, f.Year, f.DurationS, f.Form, f.Titles, f.Synopses,
		f.Genres, f.Countries, f.Regions, f.Languages, f.Warnings, f.Identifiers, f.Consent,
	}
}

// The most that a film has of a kind.
const (
	translationsMax = 30
	listMax         = 20
)

// check brings the facts into the form in which they are kept, and refuses what
// cannot be kept. The schema holds the same limits.
func (f *facts) check(form *text.Form) {
	f.title = form.Line("/title", f.title, 200)
	f.synopsis = form.Prose("/synopsis", f.synopsis, 4000)
	within(form, "/year", f.year, 1888, 2200)
	within(form, "/duration_s", f.durationS, 1, 360_000)
	if film.FormValidator(f.form) != nil {
		form.Refuse("/form", "unknown", "There is no such form.", "Cette forme n'existe pas.")
	}
	if film.ConsentValidator(f.consent) != nil {
		form.Refuse("/consent", "unknown", "It is open, ask or none.", "C'est open, ask ou none.")
	}
	f.titles = translations(form, "/titles", f.titles, func(pointer, s string) string { return form.Line(pointer, s, 200) })
	f.synopses = translations(form, "/synopses", f.synopses, func(pointer, s string) string { return form.Prose(pointer, s, 4000) })
	f.genres = listed(form, "/genres", f.genres, term(Genres))
	f.warnings = listed(form, "/warnings", f.warnings, term(Warnings))
	f.countries = listed(form, "/countries", f.countries, country)
	f.languages = listed(form, "/languages", f.languages, languageCode)
	f.regions = listed(form, "/regions", f.regions, func(code string) string {
		if _, ok := communes.Region(code); !ok {
			return ""
		}
		return code
	})
	f.identifiers = checkIdentifiers(form, f.identifiers)
}

func within(form *text.Form, pointer string, n *int, least, most int) {
	if n != nil && (*n < least || *n > most) {
		form.Refuse(pointer, "range",
			fmt.Sprintf("It is between %d and %d.", least, most),
			fmt.Sprintf("La valeur est comprise entre %d et %d.", least, most))
	}
}

// term returns a function that returns a code if the list has it.
func term(list []Term) func(string) string {
	return func(code string) string {
		if !slices.ContainsFunc(list, func(t Term) bool { return t.Code == code }) {
			return ""
		}
		return code
	}
}

// country returns the ISO 3166-1 alpha-2 code of a country, "" for what is none.
// That of one which is no more stays: films are older than that.
func country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() || region.M49() == 0 || region.ISO3() == "ZZZ" {
		return ""
	}
	return region.String()
}

// languageCode returns the shortest ISO 639 code of a language, of several that
// mean the same the one in use; "" for what is none.
func languageCode(code string) string {
	base, err := language.ParseBase(code)
	if err != nil || len(code) > 3 || base.String() == "und" {
		return ""
	}
	if tag, err := (language.DeprecatedBase | language.Legacy).Compose(base); err == nil {
		base, _ = tag.Base()
	}
	return base.String()
}

// translations returns a text in other languages by their codes, and refuses
// what is no language.
func translations(form *text.Form, pointer string, all map[string]string, keep func(pointer, s string) string) map[string]string {
	if len(all) > translationsMax {
		tooMany(form, pointer, translationsMax)
		return nil
	}
	kept := map[string]string{}
	for _, code := range slices.Sorted(maps.Keys(all)) {
		at := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(code[:min(len(code), 40)])
		base := languageCode(code)
		switch _, twice := kept[base]; {
		case base == "":
			form.Refuse(at, "language", "It is no ISO 639 code of a language, such as en.", "Ce n'est pas le code ISO 639 d'une langue, comme en.")
		case twice:
			form.Refuse(at, "twice", "It is there twice.", "Cette entrée figure deux fois.")
		default:
			kept[base] = keep(at, all[code])
		}
	}
	return kept
}

// listed returns codes as they are kept, each once, and refuses what keep does
// not know.
func listed(form *text.Form, pointer string, all []string, keep func(string) string) []string {
	if len(all) > listMax {
		tooMany(form, pointer, listMax)
		return nil
	}
	kept := make([]string, 0, len(all))
	for i, code := range all {
		at := fmt.Sprintf("%s/%d", pointer, i)
		known := keep(code)
		switch {
		case known == "":
			form.Refuse(at, "unknown", "There is no such code.", "Ce code n'existe pas.")
		case slices.Contains(kept, known):
			form.Refuse(at, "twice", "It is there twice.", "Cette entrée figure deux fois.")
		default:
			kept = append(kept, known)
		}
	}
	return kept
}

func tooMany(form *text.Form, pointer string, most int) {
	form.Refuse(pointer, "too_many", fmt.Sprintf("It has more than %d entries.", most), fmt.Sprintf("Ce champ dépasse %d entrées.", most))
}

// apply returns what the film's facts and stage are after the change.
func (in Change) apply(f *ent.Film) (facts, film.Stage, error) {
	var form text.Form
	after := facts{
		title:       in.Title.Or(f.Title),
		synopsis:    in.Synopsis.Or(f.Synopsis),
		year:        in.Year.Pointer(f.Year),
		durationS:   in.DurationS.Pointer(f.DurationS),
		form:        film.Form(in.Form.Or(string(f.Form))),
		titles:      in.Titles.Or(f.Titles),
		synopses:    in.Synopses.Or(f.Synopses),
		genres:      in.Genres.Or(f.Genres),
		countries:   in.Countries.Or(f.Countries),
		regions:     in.Regions.Or(f.Regions),
		languages:   in.Languages.Or(f.Languages),
		warnings:    in.Warnings.Or(f.Warnings),
		identifiers: in.Identifiers.Or(f.Identifiers),
		consent:     film.Consent(in.Consent.Or(string(f.Consent))),
	}
	after.check(&form)
	stage := film.Stage(in.Stage.Or(string(f.Stage)))
	if in.Stage.Set && !slices.Contains(making, stage) {
		form.Refuse("/stage", "unknown", "It is no stage at which a film is being made.", "Ce n'est pas une étape de fabrication.")
	}
	return after, stage, form.Err()
}

// differences returns the names of the facts that are not as they were.
func (f facts) differences(before facts) []string {
	var names []string
	for _, d := range []struct {
		name string
		same bool
	}{
		{film.FieldTitle, f.title == before.title},
		{film.FieldSynopsis, f.synopsis == before.synopsis},
		{film.FieldYear, same(f.year, before.year)},
		{film.FieldDurationS, same(f.durationS, before.durationS)},
		{film.FieldForm, f.form == before.form},
		{film.FieldTitles, maps.Equal(f.titles, before.titles)},
		{film.FieldSynopses, maps.Equal(f.synopses, before.synopses)},
		{film.FieldGenres, slices.Equal(f.genres, before.genres)},
		{film.FieldCountries, slices.Equal(f.countries, before.countries)},
		{film.FieldRegions, slices.Equal(f.regions, before.regions)},
		{film.FieldLanguages, slices.Equal(f.languages, before.languages)},
		{film.FieldWarnings, slices.Equal(f.warnings, before.warnings)},
		{film.FieldIdentifiers, maps.Equal(f.identifiers, before.identifiers)},
		{film.FieldConsent, f.consent == before.consent},
	} {
		if !d.same {
			names = append(names, d.name)
		}
	}
	return names
}

func same(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// write sets all facts.
func (f facts) write(u *ent.FilmUpdate) *ent.FilmUpdate {
	u.SetTitle(f.title).SetSlug(text.Slug(f.title)).SetSynopsis(f.synopsis).SetForm(f.form).
		SetTitles(f.titles).SetSynopses(f.synopses).SetGenres(f.genres).SetCountries(f.countries).
		SetRegions(f.regions).SetLanguages(f.languages).SetWarnings(f.warnings).SetIdentifiers(f.identifiers).
		SetConsent(f.consent)
	u.ClearYear().ClearDurationS()
	if f.year != nil {
		u.SetYear(*f.year)
	}
	if f.durationS != nil {
		u.SetDurationS(*f.durationS)
	}
	return u
}
