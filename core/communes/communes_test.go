package communes_test

import (
	"compress/gzip"
	"encoding/csv"
	"maps"
	"os"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core/communes"
)

// TestCORE6CommunesDeleguees: every commune that was merged into another, and
// every district, has one of today above it, in which it is found.
func TestCORE6CommunesDeleguees(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		kind   communes.Kind
		parent string
	}{
		"29052": {communes.KindDelegated, "29003"}, // Esquibien, Audierne
		"49243": {communes.KindDelegated, "49023"}, // La Poitevinière, Beaupréau-en-Mauges
		"01120": {communes.KindAssociated, "01262"},
		"75118": {communes.KindDistrict, "75056"},
		"69381": {communes.KindDistrict, "69123"},
		"13201": {communes.KindDistrict, "13055"},
		"49023": {communes.KindCurrent, ""}, // it kept the code of one of its parts
	} {
		c, ok := communes.Get(code)
		if !ok || c.Kind != want.kind || c.Parent != want.parent {
			t.Errorf("%s is %+v, want %+v", code, c, want)
		}
	}
	if got := communes.Within("29003"); !slices.Equal(got, []string{"29003", "29052"}) {
		t.Errorf("Audierne is %v", got)
	}
	if got := communes.Within("29052"); !slices.Equal(got, []string{"29052"}) {
		t.Errorf("Esquibien is %v", got)
	}
	if got := len(communes.Within("75056")); got != 21 {
		t.Errorf("Paris and its districts are %d", got)
	}
	counts := map[communes.Kind]int{}
	for _, top := range communes.All("") {
		counts[communes.KindCurrent]++
		for _, code := range communes.Within(top.Code) {
			part, ok := communes.Get(code)
			if !ok {
				t.Fatalf("%s has %s, which there is not", top.Code, code)
			}
			if current, ok := communes.Current(code); !ok || current.Kind != communes.KindCurrent || current.Code != top.Code {
				t.Errorf("%s belongs to %s today, not to %s", code, current.Code, top.Code)
			}
			if part.Kind != communes.KindCurrent {
				counts[part.Kind]++
			}
		}
	}
	if counts[communes.KindCurrent] != 34_969 || counts[communes.KindDistrict] != 45 {
		t.Errorf("there are %v", counts)
	}
	// Many a part has the code of its whole, so the file is counted, not the codes.
	rows := map[communes.Kind]int{}
	for _, line := range source(t) {
		kind := communes.Kind(line[2])
		rows[kind]++
		top, ok := communes.Current(line[0])
		switch {
		case !ok || top.Kind != communes.KindCurrent:
			t.Errorf("%s %s belongs to %+v today", line[0], line[1], top)
		case kind != communes.KindCurrent && (top.Code != line[3] || !slices.Contains(communes.Within(line[3]), line[0])):
			t.Errorf("%s %s belongs to %s and not to %s", line[0], line[1], top.Code, line[3])
		}
	}
	want := map[communes.Kind]int{
		communes.KindCurrent: 34_969, communes.KindDelegated: 2105, communes.KindAssociated: 471, communes.KindDistrict: 45,
	}
	if !maps.Equal(rows, want) {
		t.Errorf("the source has %v, want %v", rows, want)
	}
}

// source returns the lines of the file.
func source(t *testing.T) [][]string {
	t.Helper()
	file, err := os.Open("communes.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestCORE7RegionsByCode: of the 26 regions of the source 18 are regions of the
// network, by their codes; their names are spelt in several ways.
func TestCORE7RegionsByCode(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../spaces/regions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := communes.Regions()
	if len(all) != 26 {
		t.Errorf("the source has %d regions, not 26", len(all))
	}
	matched := map[string]bool{}
	for _, line := range lines {
		if _, ok := communes.Region(line[0]); !ok {
			t.Errorf("the source has no region %s", line[0])
		}
		matched[line[0]] = true
	}
	if len(matched) != 18 {
		t.Errorf("%d regions of the network", len(matched))
	}
	var beyond []string
	for _, region := range all {
		if !matched[region.Code] {
			beyond = append(beyond, region.Code)
		}
	}
	if want := []string{"975", "977", "978", "984", "986", "987", "988", "989"}; !slices.Equal(beyond, want) {
		t.Errorf("beyond them are %v, want %v", beyond, want)
	}
}

func TestEveryCommuneIsSomewhere(t *testing.T) {
	t.Parallel()
	exact := 0
	for _, c := range communes.All("") {
		d, ok := communes.Department(c.Department)
		if !ok || d.Region != c.Region {
			t.Errorf("%s %s is in department %q of region %q, the commune in %q", c.Code, c.Name, c.Department, d.Region, c.Region)
		}
		if _, ok := communes.Region(c.Region); !ok {
			t.Errorf("%s %s is in no region", c.Code, c.Name)
		}
		if c.Lat == 0 || c.Lat < -50 || c.Lat > 52 {
			t.Errorf("%s %s is at %v, %v", c.Code, c.Name, c.Lat, c.Lon)
		}
		if c.Exact {
			exact++
		}
	}
	if exact < 8000 {
		t.Errorf("only %d have coordinates of their own", exact)
	}
	if brest, _ := communes.Get("29019"); !brest.Exact || brest.Lat < 48.3 || brest.Lat > 48.5 || brest.Lon > -4.3 {
		t.Errorf("Brest is at %v, %v", brest.Lat, brest.Lon)
	}
	for _, none := range []string{"", "99999", "2901", "29019 ", "brest", "\x00"} {
		if c, ok := communes.Get(none); ok {
			t.Errorf("%q is %v", none, c)
		}
	}
}

func TestACommuneIsFoundAsItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"st etien": "Saint-Étienne", "SAINT-ETIENNE": "Saint-Étienne", "ste-mari": "Sainte-Marie",
		"conquet": "Le Conquet", "le conq": "Le Conquet", "Esqui": "Esquibien", "besanc": "Besançon", "lyon": "Lyon",
	} {
		found := communes.Named(typed, "", 50)
		if !slices.ContainsFunc(found, func(c communes.Commune) bool { return c.Name == want }) {
			t.Errorf("%q finds %d without %s", typed, len(found), want)
		}
		parts := false
		for _, c := range found {
			if c.Kind == communes.KindCurrent && parts {
				t.Errorf("%q finds %s of today behind a part", typed, c.Name)
			}
			parts = parts || c.Kind != communes.KindCurrent
		}
	}
	if found := communes.Named("saint", "29", 5); len(found) != 5 || slices.ContainsFunc(found, func(c communes.Commune) bool { return c.Department != "29" }) {
		t.Errorf("five of Finistère are %v", found)
	}
	// What is half a word may still become another.
	for _, want := range []string{"Saint-Renan", "Strasbourg"} {
		if found := communes.Named("st", "", 10_000); !slices.ContainsFunc(found, func(c communes.Commune) bool { return c.Name == want }) {
			t.Errorf("\"st\" does not find %s", want)
		}
	}
	for _, limit := range []int{-1, 0} {
		if found := communes.Named("brest", "", limit); len(found) != 0 {
			t.Errorf("at most %d are %v", limit, found)
		}
	}
	if found := communes.Named("xyzzy", "", 5); len(found) != 0 {
		t.Errorf("nonsense finds %v", found)
	}
}

func TestNearIsWhatItSays(t *testing.T) {
	t.Parallel()
	all := communes.All("")
	rapid.Check(t, func(t *rapid.T) {
		c := all[rapid.IntRange(0, len(all)-1).Draw(t, "commune")]
		km := rapid.IntRange(1, 60).Draw(t, "km")
		near, further := communes.Near(c.Code, km), communes.Near(c.Code, km+10)
		if len(near) == 0 || near[0] != c.Tile() {
			t.Fatalf("within %d km of %s the first of %d is not its own", km, c.Name, len(near))
		}
		if len(further) < len(near) {
			t.Fatalf("%d tiles within %d km, %d within 10 more", len(near), km, len(further))
		}
		// In the order of distance what is near is how what is further begins.
		if !slices.Equal(near, further[:len(near)]) {
			t.Fatalf("within %d km: %v, further: %v", km, near, further)
		}
	})
	if got := communes.Near("99999", 10); got != nil {
		t.Errorf("near nowhere is %v", got)
	}
	brest, _ := communes.Get("29019")
	audierne, _ := communes.Get("29003")
	if !slices.Contains(communes.Near("29019", 50), audierne.Tile()) || slices.Contains(communes.Near("29019", 10), audierne.Tile()) {
		t.Error("Audierne is some 40 km from Brest")
	}
	if brest.Tile() == audierne.Tile() {
		t.Error("two towns are in one tile")
	}
}

// TestWhoHidesTheirCommuneIsInAWideCell: all communes of a wide cell answer
// alike, and there are enough of them.
func TestWhoHidesTheirCommuneIsInAWideCell(t *testing.T) {
	t.Parallel()
	sharing := map[communes.Tile]int{}
	for _, c := range communes.All("") {
		sharing[c.WideTile()]++
	}
	alone := 0
	for _, n := range sharing {
		if n < 5 {
			alone++
		}
	}
	if len(sharing) > 600 || alone > len(sharing)/3 {
		t.Errorf("%d wide cells, of which %d hold fewer than five communes", len(sharing), alone)
	}
}

func TestTheTableIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	communes.Get("29019")
	communes.Named("brest", "", 1)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kib := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 10; kib > 6<<10 {
		t.Errorf("the tables take %d KiB", kib)
	} else {
		t.Logf("the tables take %d KiB", kib)
	}
}

func BenchmarkGet(b *testing.B) {
	communes.Get("29019")
	b.ReportAllocs()
	for b.Loop() {
		communes.Get("29052")
	}
}

func BenchmarkNamed(b *testing.B) {
	communes.Named("s", "", 10)
	b.ReportAllocs()
	for b.Loop() {
		communes.Named("saint-e", "", 10)
	}
}

func BenchmarkNear(b *testing.B) {
	communes.Get("29019")
	b.ReportAllocs()
	for b.Loop() {
		communes.Near("29019", 50)
	}
}
