package ecran_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/ecran"
	"github.com/labfilms/labfilms/plugins/sdk"
	"github.com/labfilms/labfilms/plugins/sdk/sdktest"
)

func TestMain(m *testing.M) { sdktest.Main(m, ecran.New) }

// The people of the tests, by what they are in Bretagne.
var (
	maelle  = sdktest.Someone("maelle", "curator") // makes labels, directs none of Inès's
	ines    = sdktest.Someone("ines", "creator")   // has a label of her own
	yann    = sdktest.Someone("yann", "region_admin")
	thomas  = sdktest.Someone("thomas", "member")
	lucie   = sdktest.Someone("lucie") // lives elsewhere: a visitor here
	visitor = sdktest.Visitor
)

var people = []sdk.Person{
	{ID: maelle.Person, Name: "Maëlle Tanguy", Handle: "maelle", Member: true},
	{ID: ines.Person, Name: "Inès Morvan", Handle: "ines", Member: true},
	{ID: yann.Person, Name: "Yann Le Goff", Handle: "yann", Member: true},
	{ID: thomas.Person, Name: "Thomas Lescure", Handle: "thomas", Member: true},
	{ID: lucie.Person, Name: "Lucie Hoarau", Handle: "lucie"},
}

// screen is Écran at work, in a world of its own.
type screen struct {
	*sdktest.Module
	films []sdk.Film // to change one is to change the core's
}

// each runs the test on SQLite and on PostgreSQL.
func each(t *testing.T, run func(t *testing.T, e *screen)) {
	t.Helper()
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			run(t, open(t, dialect))
		})
	}
}

func open(t testing.TB, dialect string) *screen {
	t.Helper()
	films := []sdk.Film{
		{ID: "maree-basse", Title: "Marée basse", Slug: "maree-basse", Stage: "released"},
		{ID: "phares", Title: "Ce que disent les phares", Slug: "ce-que-disent-les-phares", Stage: "released"},
		{ID: "aller-simple", Title: "Aller simple", Slug: "aller-simple", Stage: "released"},
		{ID: "drisses", Title: "Le Bruit des drisses", Slug: "le-bruit-des-drisses", Stage: "post"},
	}
	for i := range 12 {
		id := fmt.Sprintf("film-%02d", i)
		films = append(films, sdk.Film{ID: id, Title: fmt.Sprintf("Le Film n° %d", i), Slug: id, Stage: "released"})
	}
	world := sdktest.World{Dialect: dialect, Films: films, People: people}
	return &screen{Module: world.Open(t, ecran.New), films: films}
}

// film returns a film of the core, to be changed there.
func (e *screen) film(id string) *sdk.Film {
	for i := range e.films {
		if e.films[i].ID == id {
			return &e.films[i]
		}
	}
	panic("no film " + id)
}

// label makes a label in Bretagne and returns its id.
func (e *screen) label(t testing.TB, who sdk.Actor, kind, name string, curators ...map[string]any) string {
	t.Helper()
	body := map[string]any{"kind": kind, "name": name, "curators": curators}
	if curators == nil {
		delete(body, "curators")
	}
	return made(t, e.As(who).Do(t, http.MethodPost, "/labels", body))
}

// selection makes a selection of the label and returns its id.
func (e *screen) selection(t testing.TB, who sdk.Actor, label, title, visibility string) string {
	t.Helper()
	return made(t, e.As(who).Do(t, http.MethodPost, "/labels/"+label+"/selections", map[string]any{"title": title, "visibility": visibility}))
}

// pick picks a film and returns the pick's id.
func (e *screen) pick(t testing.TB, who sdk.Actor, selection, film string) string {
	t.Helper()
	return made(t, e.As(who).Do(t, http.MethodPost, "/selections/"+selection+"/picks", map[string]any{"film": film, "note": "Pour " + film + "."}))
}

// publish publishes the selection.
func (e *screen) publish(t testing.TB, who sdk.Actor, selection string) {
	t.Helper()
	want(t, e.As(who).Do(t, http.MethodPost, "/selections/"+selection+"/publish", nil), http.StatusOK)
}

// made returns the id of what was made.
func made(t testing.TB, a *sdktest.Answer) string {
	t.Helper()
	want(t, a, http.StatusCreated)
	id, _ := a.JSON(t)["id"].(string)
	if id == "" {
		t.Fatalf("no id in %s", a.Body)
	}
	return id
}

// want fails the test unless the answer has the status and, where one is named,
// the code.
func want(t testing.TB, a *sdktest.Answer, status int, code ...string) {
	t.Helper()
	if a.Status != status || len(code) > 0 && a.Code() != code[0] {
		t.Fatalf("answered %d %s, want %d %v\n%s", a.Status, a.Code(), status, code, a.Body)
	}
}

// reasons returns the pointers and codes of a problem's reasons.
func reasons(t testing.TB, a *sdktest.Answer) map[string]string {
	t.Helper()
	found := map[string]string{}
	errors, _ := a.JSON(t)["errors"].([]any)
	for _, e := range errors {
		reason := e.(map[string]any)
		found[reason["pointer"].(string)] = reason["code"].(string)
	}
	return found
}

// items returns the members of a list's items, in order.
func items(t testing.TB, a *sdktest.Answer, member ...string) []string {
	t.Helper()
	want(t, a, http.StatusOK)
	var found []string
	for _, item := range a.JSON(t)["data"].([]any) {
		for _, m := range member {
			item = item.(map[string]any)[m]
		}
		found = append(found, item.(string))
	}
	return found
}

func TestConformance(t *testing.T) { sdktest.Run(t, ecran.New) }

// pass lets time pass, and waits until what that asks for is done and told.
func (e *screen) pass(t testing.TB, d time.Duration) {
	t.Helper()
	e.Advance(d)
	for range 3 { // what is due, what it brings about, and what that does
		e.settle(t)
	}
}

// after writes the instant that lies so far behind the beginning of the test.
func after(d time.Duration) string { return sdktest.Now.Add(d).Format(time.RFC3339Nano) }

// without runs the function while the core does not show the film.
func (e *screen) without(film string, run func()) {
	f := e.film(film)
	f.ID = "hidden from everybody"
	defer func() { f.ID = film }()
	run()
}

// atOnce runs the function so many times at one moment and returns the answers.
func atOnce(n int, run func(i int) *sdktest.Answer) []*sdktest.Answer {
	answers := make([]*sdktest.Answer, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range answers {
		done.Go(func() {
			start.Wait()
			answers[i] = run(i)
		})
	}
	start.Done()
	done.Wait()
	return answers
}

// won returns who was answered with the status; all others have to have been
// answered with one of the codes.
func won(t testing.TB, answers []*sdktest.Answer, status int, codes ...string) []int {
	t.Helper()
	var winners []int
	for i, a := range answers {
		switch {
		case a.Status == status:
			winners = append(winners, i)
		case !slices.Contains(codes, a.Code()):
			t.Errorf("%d was answered %d %s", i, a.Status, a.Body)
		}
	}
	return winners
}

// same fails the test unless the two answers are one byte for byte, but for what
// names the request.
func same(t testing.TB, what string, a, b *sdktest.Answer) {
	t.Helper()
	if a.Status != b.Status || plain(a) != plain(b) {
		t.Errorf("%s is told from nothing:\n%d %s\n%d %s", what, a.Status, a.Body, b.Status, b.Body)
	}
}

// plain returns an answer without what names the request.
func plain(a *sdktest.Answer) string {
	var object map[string]any
	if json.Unmarshal(a.Body, &object) != nil {
		return string(a.Body)
	}
	delete(object, "request_id")
	delete(object, "instance")
	text, _ := json.Marshal(object)
	return string(text)
}

// version returns the version that an answer's ETag names.
func version(t testing.TB, a *sdktest.Answer) int {
	t.Helper()
	tag, _, _ := strings.Cut(strings.Trim(a.Header.Get("ETag"), `"`), ".")
	n, err := strconv.Atoi(tag)
	if err != nil {
		t.Fatalf("the answer %d has the ETag %q", a.Status, a.Header.Get("ETag"))
	}
	return n
}

// with puts two descriptions together.
func with(a, b map[string]any) map[string]any {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}
