package proofs

import (
	"context"
	"strings"
	"time"

	"github.com/labfilms/labfilms/ent"
)

// RecognitionType is the typ of a proof that a film was recognised.
const RecognitionType = "labfilms-recognition+jws"

// Recognition is what the proof of a recognition says. The names of its members
// are a promise to those who read proofs that were made long ago: members may
// come, none goes or changes its meaning.
type Recognition struct {
	Issuer   string     `json:"iss"` // where the platform is reached; its keys are at /.well-known/jwks.json
	IssuedAt int64      `json:"iat"` // when it was asked for, in seconds since 1970
	ID       string     `json:"id"`  // of the recognition
	Film     FilmNamed  `json:"film"`
	By       string     `json:"by"`
	Title    string     `json:"title"` // of the selection
	Note     string     `json:"note"`
	URL      string     `json:"url,omitempty"` // where it stands or stood
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until"`            // the end that was known from the beginning; null for none
	EndedAt  *time.Time `json:"ended_at"`         // null where nobody ended it
	Reason   string     `json:"reason,omitempty"` // why it was ended
}

// FilmNamed is a film as a proof names it: by what others know it by, too.
type FilmNamed struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Slug  string `json:"slug"`
	ISAN  string `json:"isan,omitempty"`
	EIDR  string `json:"eidr,omitempty"`
}

// Recognition returns the proof that the film was recognised, as that stands
// now. The issuer is the address of the platform. It is for an actor who may
// read the recognition, which whoever calls it has asked.
func (r *Ring) Recognition(ctx context.Context, issuer string, f *ent.Film, said *ent.Recognition) (Proof, error) {
	issuer = strings.TrimSuffix(issuer, "/")
	url := said.URL
	if strings.HasPrefix(url, "/") {
		url = issuer + url
	}
	return r.sign(ctx, RecognitionType, Recognition{
		Issuer: issuer, IssuedAt: r.store.DB().Now().Unix(), ID: said.ID,
		Film: FilmNamed{ID: f.ID, Title: f.Title, Slug: f.Slug, ISAN: f.Identifiers["isan"], EIDR: f.Identifiers["eidr"]},
		By:   said.By, Title: said.Title, Note: said.Note, URL: url,
		From: said.From.UTC(), Until: utc(said.Until), EndedAt: utc(said.EndedAt), Reason: said.Reason,
	})
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}
