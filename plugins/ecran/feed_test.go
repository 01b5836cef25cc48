package ecran_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// atomFeed is what a reader of Atom (RFC 4287) asks of a feed.
type atomFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"http://www.w3.org/2005/Atom id"`
	Title   string   `xml:"http://www.w3.org/2005/Atom title"`
	Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
	Author  string   `xml:"http://www.w3.org/2005/Atom author>name"`
	Entries []struct {
		ID      string `xml:"http://www.w3.org/2005/Atom id"`
		Title   string `xml:"http://www.w3.org/2005/Atom title"`
		Updated string `xml:"http://www.w3.org/2005/Atom updated"`
		Author  string `xml:"http://www.w3.org/2005/Atom author>name"`
		Summary struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"http://www.w3.org/2005/Atom summary"`
		Links []struct {
			Href string `xml:"href,attr"`
		} `xml:"http://www.w3.org/2005/Atom link"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

// jsonFeed is the same of JSON Feed.
type jsonFeed struct {
	Version string `json:"version"`
	Title   string `json:"title"`
	Items   []struct {
		ID        string `json:"id"`
		URL       string `json:"url"`
		Title     string `json:"title"`
		Published string `json:"date_published"`
		Text      string `json:"content_text"`
		HTML      string `json:"content_html"`
	} `json:"items"`
}

// feeds reads a feed in both forms, and returns them if they are valid.
func (e *screen) feeds(t testing.TB, who sdk.Actor, path string) (atomFeed, jsonFeed) {
	t.Helper()
	var atom atomFeed
	a := e.As(who).Do(t, http.MethodGet, path+"/feed.atom", nil)
	want(t, a, 200)
	if err := xml.Unmarshal(a.Body, &atom); err != nil || a.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%s is no Atom: %v\n%s", a.Header.Get("Content-Type"), err, a.Body)
	}
	for _, at := range append([]string{atom.Updated}, func() (all []string) {
		for _, entry := range atom.Entries {
			all = append(all, entry.Updated)
		}
		return all
	}()...) {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Errorf("%v in\n%s", err, a.Body)
		}
	}
	if atom.ID == "" || atom.Title == "" || atom.Author == "" {
		t.Errorf("the feed lacks what Atom asks for:\n%s", a.Body)
	}
	var feed jsonFeed
	a = e.As(who).Do(t, http.MethodGet, path+"/feed.json", nil)
	want(t, a, 200)
	if err := json.Unmarshal(a.Body, &feed); err != nil || a.Header.Get("Content-Type") != "application/feed+json" {
		t.Fatalf("%s is no JSON Feed: %v\n%s", a.Header.Get("Content-Type"), err, a.Body)
	}
	if !strings.HasPrefix(feed.Version, "https://jsonfeed.org/version/1") || feed.Title != atom.Title || len(feed.Items) != len(atom.Entries) {
		t.Errorf("the feed lacks what JSON Feed asks for:\n%s", a.Body)
	}
	tag := a.Header.Get("ETag")
	if again := e.As(who).Do(t, http.MethodGet, path+"/feed.json", nil, "If-None-Match", tag); tag == "" || again.Status != 304 || len(again.Body) > 0 {
		t.Errorf("who has it already, as %s, is answered %d %s", tag, again.Status, again.Body)
	}
	for i, item := range feed.Items {
		if item.Text == "" || item.HTML != "" || strings.TrimSpace(atom.Entries[i].Summary.Text) != "" && (atom.Entries[i].Summary.Type != "text" || atom.Entries[i].Summary.Text != item.Text) {
			t.Errorf("item %d says %q, %q, and as %s %q", i, item.Text, item.HTML, atom.Entries[i].Summary.Type, atom.Entries[i].Summary.Text)
		}
		if item.ID == "" || item.ID != atom.Entries[i].ID || item.Title != atom.Entries[i].Title {
			t.Errorf("item %d is %v and %v", i, item, atom.Entries[i])
		}
	}
	return atom, feed
}

// titles returns the titles of a feed.
func (f jsonFeed) titles() (all []string) {
	for _, item := range f.Items {
		all = append(all, item.Title)
	}
	return all
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *screen) {
		label := e.label(t, maelle, "region", "Gens de mer & <d'eau>")
		public := e.selection(t, maelle, label, "La mer < la terre", "public")
		unlisted := e.selection(t, maelle, label, "Pour qui sait", "unlisted")
		private := e.selection(t, maelle, label, "Entre nous", "private")
		draft := e.selection(t, maelle, label, "En chantier", "public")
		pick := made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+public+"/picks", map[string]any{"film": "phares", "note": "Le vent ]]> & <script>"}))
		for i, s := range []string{unlisted, private, draft} {
			e.pick(t, maelle, s, []string{"film-01", "film-02", "film-03"}[i])
		}
		for _, s := range []string{public, unlisted, private} {
			e.publish(t, maelle, s)
		}
		e.pass(t, time.Hour)
		newer := e.pick(t, maelle, public, "maree-basse")
		made(t, e.As(maelle).Do(t, http.MethodPost, "/selections/"+public+"/picks", map[string]any{"film": "aller-simple", "from": after(3 * time.Hour)}))

		// The newest first; what is unlisted, private or a draft is not in the
		// label's, nor what is to come.
		for _, path := range []string{"/selections/" + public, "/labels/" + label} {
			atom, feed := e.feeds(t, visitor, path)
			if found := feed.titles(); !slices.Equal(found, []string{"Marée basse", "Ce que disent les phares"}) {
				t.Errorf("%s holds %q", path, found)
			}
			if entry := atom.Entries[1]; entry.Summary.Text != "Le vent ]]> & <script>" || entry.Author != "Maëlle Tanguy" || !strings.HasSuffix(entry.ID, pick) || entry.Updated != after(0) {
				t.Errorf("%s: %v", path, entry)
			}
			if atom.Updated != after(time.Hour) {
				t.Errorf("%s says that it changed at %s", path, atom.Updated)
			}
		}
		before, _ := e.feeds(t, visitor, "/selections/"+public)

		// Unlisted: by its address, in no other feed.
		if _, feed := e.feeds(t, visitor, "/selections/"+unlisted); !slices.Equal(feed.titles(), []string{"Le Film n° 1"}) {
			t.Errorf("the unlisted one holds %q", feed.titles())
		}
		for _, hidden := range []string{private, draft} {
			for _, form := range []string{"/feed.atom", "/feed.json"} {
				a := e.As(thomas).Do(t, http.MethodGet, "/selections/"+hidden+form, nil)
				want(t, a, 404, "selection_unknown")
				same(t, "a feed", a, e.As(thomas).Do(t, http.MethodGet, "/selections/"+sdk.NewID()+form, nil))
			}
		}
		// Its people's reader sees no more of the label than everybody's.
		if _, feed := e.feeds(t, maelle, "/labels/"+label); len(feed.Items) != 2 {
			t.Errorf("it holds %q", feed.titles())
		}
		// What ends leaves; what stays keeps its id and its date, and a new name
		// of the label or the selection makes no entry new.
		want(t, e.As(maelle).Do(t, http.MethodDelete, "/selections/"+public+"/picks/"+newer, nil, "If-Match", `"1"`), 204)
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/selections/"+public, map[string]any{"title": "L'océan"}, "If-Match", `"2"`), 200)
		want(t, e.As(maelle).Do(t, http.MethodPatch, "/labels/"+label, map[string]any{"name": "Gens de l'eau"}, "If-Match", `"1"`), 200)
		atom, _ := e.feeds(t, visitor, "/selections/"+public)
		if atom.ID != before.ID || atom.Title != "L'océan" || len(atom.Entries) != 1 || atom.Entries[0].ID != before.Entries[1].ID || atom.Entries[0].Updated != before.Entries[1].Updated {
			t.Errorf("before %v, after %v", before, atom)
		}
		e.Advance(2 * time.Hour) // at the instant, whether it is written down or not
		if _, feed := e.feeds(t, visitor, "/labels/"+label); !slices.Equal(feed.titles(), []string{"Aller simple", "Ce que disent les phares"}) {
			t.Errorf("it holds %q", feed.titles())
		}
		e.without("aller-simple", func() {
			if _, feed := e.feeds(t, visitor, "/labels/"+label); !slices.Equal(feed.titles(), []string{"Ce que disent les phares"}) {
				t.Errorf("with a film that is hidden it holds %q", feed.titles())
			}
		})
		want(t, e.As(visitor).Do(t, http.MethodGet, "/labels/nothing/feed.atom", nil), 404, "label_unknown")
	})
}
