package api

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"math"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core/rest"
	"github.com/labfilms/labfilms/ent"
)

func (a *API) registerLaurels() {
	huma.Register(a.core, huma.Operation{
		OperationID: "get-laurel", Method: http.MethodGet, Path: "/v1/films/{film}/recognitions/{recognition}/laurel.svg", Tags: []string{"Proofs"},
		Summary:     "Draw a recognition, for a poster",
		Description: "Who chose the film, for what and when, between two branches: an image that takes the colour of the text around it. It proves nothing; beside it stands the proof.",
		Extensions:  rest.Permission("recognition.read"),
		Responses: map[string]*huma.Response{"200": {
			Description: "The image.",
			Content:     map[string]*huma.MediaType{svgType: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	}, a.getLaurel)
}

const svgType = "image/svg+xml"

type laurelBody struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) getLaurel(ctx context.Context, in *RecognitionPath) (*laurelBody, error) {
	_, said, err := a.films.Recognition(ctx, in.Film, in.Recognition)
	if err != nil {
		return nil, err
	}
	return &laurelBody{svgType, []byte(laurel(said))}, nil
}

// The measures of a laurel, in the units of its viewBox.
const (
	laurelWidth, laurelHeight = 480, 240
	lineWidth                 = 270 // between the branches
	letterWidth               = 0.56
	leaves                    = 9
)

// laurel draws a recognition.
func laurel(r *ent.Recognition) string {
	var b strings.Builder
	said := html.EscapeString(strings.Join([]string{r.By, cmp.Or(r.Title, r.By), strconv.Itoa(r.From.Year())}, " · "))
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" fill="currentColor"><title>%s</title>`, laurelWidth, laurelHeight, said)
	// A branch follows the left half of an ellipse from its foot upwards, and its
	// leaves lean to both sides of the way.
	at := func(angle float64) (x, y float64) {
		return laurelWidth/2 + 200*math.Cos(angle), laurelHeight/2 + 100*math.Sin(angle)
	}
	const foot, tip = 0.62 * math.Pi, 1.36 * math.Pi
	x, y := at(foot)
	toX, toY := at(tip)
	fmt.Fprintf(&b, `<g id="branch"><path d="M%.1f %.1fA200 100 0 0 1 %.1f %.1f" fill="none" stroke="currentColor" stroke-width="2"/>`, x, y, toX, toY)
	for n := range leaves {
		angle := foot + (tip-foot)*float64(n)/(leaves-1)
		x, y := at(angle)
		ahead := math.Atan2(100*math.Cos(angle), -200*math.Sin(angle))
		for _, side := range []float64{-0.6, 0.6} {
			to := ahead + side
			cx, cy := x+13*math.Cos(to), y+13*math.Sin(to)
			fmt.Fprintf(&b, `<ellipse cx="%.1f" cy="%.1f" rx="13" ry="5" transform="rotate(%.1f %.1f %.1f)"/>`, cx, cy, to*180/math.Pi, cx, cy)
		}
	}
	b.WriteString(`</g><use href="#branch" transform="translate(` + strconv.Itoa(laurelWidth) + ` 0) scale(-1 1)"/>`)
	b.WriteString(`<g text-anchor="middle" font-family="Georgia, 'Times New Roman', serif">`)
	for _, line := range []struct {
		text   string
		y      int
		size   float64
		weight string
	}{
		{r.By, 104, 28, "bold"}, {r.Title, 142, 22, "normal"}, {strconv.Itoa(r.From.Year()), 178, 18, "normal"},
	} {
		if text := shortened(line.text, 60); text != "" {
			size := min(line.size, lineWidth/(letterWidth*float64(utf8.RuneCountInString(text))))
			fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%.1f" font-weight="%s">%s</text>`, laurelWidth/2, line.y, size, line.weight, html.EscapeString(text))
		}
	}
	b.WriteString("</g></svg>\n")
	return b.String()
}

// shortened returns at most so many letters of a line.
func shortened(line string, most int) string {
	letters := []rune(line)
	if len(letters) <= most {
		return line
	}
	return strings.TrimRight(string(letters[:most-1]), " ") + "…"
}
