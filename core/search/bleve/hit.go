package bleve

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	blevesearch "github.com/blevesearch/bleve/v2/search"

	"github.com/labfilms/labfilms/core/search"
)

// around is how many bytes of a text are shown before and after the first word
// that fits.
const around = 80

// hitOf returns a hit of the library as ours.
func hitOf(h *blevesearch.DocumentMatch) search.Hit {
	hit := search.Hit{Key: keyOf(h.ID)}
	hit.Stamp, _ = h.Fields["stamp"].(string)
	names := stringsOf(h.Fields["names"])
	spans := make([][]span, len(names))
	for _, field := range []string{"names", "begin"} {
		for _, at := range h.Locations[field] {
			for _, l := range at {
				n := 0
				if len(l.ArrayPositions) > 0 {
					n = int(l.ArrayPositions[0])
				}
				if n < len(spans) {
					spans[n] = append(spans[n], span{int(l.Start), int(l.End)})
				}
			}
		}
	}
	best := -1
	for n := range spans {
		spans[n] = tidied(spans[n])
		if len(spans[n]) > 0 && (best < 0 || len(spans[n]) > len(spans[best])) {
			best = n
		}
	}
	if best >= 0 {
		hit.Name = marked(names[best], 0, len(names[best]), spans[best])
	}
	if text, _ := h.Fields["text"].(string); text != "" {
		var fits []span
		for _, at := range h.Locations["text"] {
			for _, l := range at {
				fits = append(fits, span{int(l.Start), int(l.End)})
			}
		}
		if fits = tidied(fits); len(fits) > 0 {
			from, to := piece(text, fits[0])
			hit.Text = marked(text, from, to, fits)
		}
	}
	return hit
}

// span is where a word that fits begins and ends.
type span struct{ start, end int }

// tidied returns the spans in order, each once, without those inside of others.
func tidied(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var kept []span
	for _, s := range all {
		if len(kept) == 0 || s.start >= kept[len(kept)-1].end {
			kept = append(kept, s)
		}
	}
	return kept
}

// piece returns where the piece of a text begins and ends that is shown for a
// word in it: at words, and not inside of a letter.
func piece(text string, s span) (from, to int) {
	from, to = max(0, s.start-around), min(len(text), s.end+around)
	if from > 0 {
		if space := strings.IndexByte(text[from:s.start], ' '); space >= 0 {
			from += space + 1
		}
	}
	if to < len(text) {
		if space := strings.LastIndexByte(text[s.end:to], ' '); space >= 0 {
			to = s.end + space
		}
	}
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return from, to
}

// marked returns the piece of the text with marks around the spans in it.
func marked(text string, from, to int, spans []span) string {
	var b strings.Builder
	at := from
	for _, s := range spans {
		if s.start < at || s.end > to {
			continue
		}
		b.WriteString(text[at:s.start] + search.MarkOpen + text[s.start:s.end] + search.MarkClose)
		at = s.end
	}
	b.WriteString(text[at:to])
	return b.String()
}

func stringsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			s, _ := one.(string)
			all = append(all, s)
		}
		return all
	default:
		return nil
	}
}
