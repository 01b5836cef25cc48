package crafts_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/crafts"
	"github.com/labfilms/labfilms/core/text"
)

var (
	codeShape = regexp.MustCompile(`^[A-Z]{3}-[A-Z0-9]{3}$`)
	romeShape = regexp.MustCompile(`^L1[0-9]{3}$`)
)

func TestTheNomenclatureIsComplete(t *testing.T) {
	t.Parallel()
	all := crafts.All()
	if len(all) < 85 {
		t.Errorf("only %d crafts", len(all))
	}
	codes, order := map[string]bool{}, []string{}
	for _, c := range all {
		if !codeShape.MatchString(c.Code) || codes[c.Code] {
			t.Errorf("%q is no code, or there twice", c.Code)
		}
		codes[c.Code] = true
		if _, ok := crafts.DepartmentOf(c.Department); !ok || !strings.HasPrefix(c.Code, c.Department+"-") {
			t.Errorf("%s is in department %q", c.Code, c.Department)
		}
		for _, label := range []string{c.Masculine, c.Feminine, c.French, c.English, c.Sources} {
			if label == "" || label != strings.TrimSpace(label) {
				t.Errorf("%s lacks a label, or its source: %+v", c.Code, c)
			}
		}
		if c.Annexe != 0 && c.Annexe != 8 && c.Annexe != 10 || c.ROME != "" && !romeShape.MatchString(c.ROME) {
			t.Errorf("%s: annexe %d, ROME %q", c.Code, c.Annexe, c.ROME)
		}
		if c.Sources != "agreement" && c.Sources != "usage" {
			t.Errorf("%s is from %q", c.Code, c.Sources)
		}
		if got, ok := crafts.Get(c.Code); !ok || got.French != c.French {
			t.Errorf("%s is got as %+v", c.Code, got)
		}
		if len(order) == 0 || order[len(order)-1] != c.Department {
			order = append(order, c.Department)
		}
	}
	var departments []string
	for _, d := range crafts.Departments() {
		departments = append(departments, d.Code)
		if d.French == "" || d.English == "" {
			t.Errorf("%s lacks a name", d.Code)
		}
		leads := slices.ContainsFunc(all, func(c crafts.Craft) bool { return c.Department == d.Code && c.Head })
		if alone := d.Code == "INT" || d.Code == "HOR"; leads == alone { // actors, and those beside the set, lead nobody
			t.Errorf("somebody leads %s: %v", d.Code, leads)
		}
	}
	if !slices.Equal(order, departments) {
		t.Errorf("the crafts are in the order %v, the departments in %v", order, departments)
	}
}

// TestNoWordMeansTwoCrafts holds labels and aliases against each other: search
// turns a word into a craft.
func TestNoWordMeansTwoCrafts(t *testing.T) {
	t.Parallel()
	meaning := map[string]string{}
	for _, c := range crafts.All() {
		for _, word := range append([]string{c.Masculine, c.Feminine, c.French, c.English}, c.Aliases...) {
			key := text.Slug(word)
			if other, known := meaning[key]; known && other != c.Code {
				t.Errorf("%q is %s and %s", word, other, c.Code)
			}
			meaning[key] = c.Code
		}
	}
}

func TestACraftIsFoundByAnyOfItsNames(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"chef op": "IMA-DOP", "DoP": "IMA-DOP", "directrice de la photo": "IMA-DOP", "cinematogr": "IMA-DOP",
		"perch": "SON-PER", "boom": "SON-PER", "gaff": "LUM-CHE", "cheffe elec": "LUM-CHE", "monteuse": "MON-CHE", "photographe": "IMA-PHO",
	} {
		if found := crafts.Named(typed, 20); !slices.ContainsFunc(found, func(c crafts.Craft) bool { return c.Code == want }) {
			t.Errorf("%q does not find %s", typed, want)
		}
	}
	for _, nonsense := range []string{"xyzzy", "!!!", "電影", "-"} {
		if found := crafts.Named(nonsense, 20); len(found) != 0 {
			t.Errorf("%q finds %v", nonsense, found)
		}
	}
	if found := crafts.Named("", 3); len(found) != 3 || found[0].Code != "REA-REA" {
		t.Errorf("the first three are %v", found)
	}
	if _, ok := crafts.Get("rea-rea"); ok {
		t.Error("codes are in capitals")
	}
}
