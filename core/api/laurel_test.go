package api

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/labfilms/labfilms/ent"
)

// Whatever people call their label, the image is one, of text and shapes alone.
func TestLaurelsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, said := range []ent.Recognition{
		{By: "La Cale sèche", Title: "Chantiers"},
		{By: `<script>alert("1")</script>`, Title: `]]> & </svg><use href="https://example.org/#x"/>`},
		{By: strings.Repeat("Très ", 60) + "long", Title: strings.Repeat("é", 300)},
		{By: "Sans titre"},
		{By: "جائزة", Title: "賞 🎬"},
	} {
		said.From = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		image := laurel(&said)
		text, elements := "", map[string]int{}
		for d := xml.NewDecoder(strings.NewReader(image)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q is no XML: %v\n%s", said.By, err, image)
			}
			switch token := token.(type) {
			case xml.StartElement:
				elements[token.Name.Local]++
				for _, a := range token.Attr {
					if a.Name.Local == "href" && a.Value != "#branch" {
						t.Errorf("it refers to %s", a.Value)
					}
				}
			case xml.CharData:
				text += string(token)
			}
		}
		for name := range elements {
			if !strings.Contains(" svg title g path ellipse use text ", " "+name+" ") {
				t.Errorf("there is a %s in\n%s", name, image)
			}
		}
		if elements["ellipse"] != 2*leaves || elements["use"] != 1 {
			t.Errorf("the branches are %v", elements)
		}
		if first, _, _ := strings.Cut(said.By, " "); !strings.Contains(text, first) || !strings.Contains(text, "2026") {
			t.Errorf("it says %q of %q", text, said.By)
		}
	}
}
