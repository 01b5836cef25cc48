package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/google/renameio/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/spaces"
	"github.com/labfilms/labfilms/ent"
)

// demoAccounts is the file in the data folder that says who can sign in.
const demoAccounts = "demo-accounts.json"

// signIn is one line of that file.
type signIn struct {
	Role     core.Role `json:"role"`
	Space    string    `json:"space"`
	Email    string    `json:"email"`
	Password string    `json:"password"`
	Token    string    `json:"token"` // a personal access token without scopes
}

// Demo fills a platform that listens with demonstration data, once for a data
// folder, and prints who can sign in; with a whole network to look at, where
// that is wanted: [Program.Network]. Passwords and tokens are of chance. It
// returns an error where the platform is not empty, and where an earlier Demo
// was interrupted.
func (p *Program) Demo(ctx context.Context, out io.Writer, whole bool) error {
	file := filepath.Join(p.settings.Data, demoAccounts)
	content, err := os.ReadFile(file)
	switch {
	case err == nil:
		var signIns []signIn
		if err := json.Unmarshal(content, &signIns); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		return printSignIns(out, file, signIns)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	system := core.WithActor(ctx, core.System())
	held, err := p.accounts.List(system, core.Page{Sort: "created_at", Limit: 1})
	if err != nil {
		return err
	}
	if len(held.Items) > 0 {
		return fmt.Errorf("the demonstration fills an empty platform, and this one has accounts; %s, which would say whose, is missing. If an earlier demonstration was interrupted, begin again with an empty data folder and database", file)
	}
	if whole {
		fmt.Fprintln(out, "Filling the platform with a network to look at. It takes half a minute, up to one on a small machine …")
	}
	var signIns []signIn
	var cast map[string]castMember
	err = p.db.Write(system, func(system context.Context) (err error) {
		signIns, cast, err = p.demoPeople(system)
		return err
	})
	if err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	if err := p.demoProfiles(ctx, cast); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	if err := p.demoFilms(ctx, cast); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	if whole {
		if err := p.Network(ctx); err != nil {
			return err
		}
	}
	// Who looks at it at once finds all of it, also by search.
	if err := p.events.Settled(ctx); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	// Last, so that it is there where all of it is.
	if err := renameio.WriteFile(file, lines(signIns), 0o600); err != nil {
		return err
	}
	return printSignIns(out, file, signIns)
}

// castMember is a person of the demonstration once they have an account.
type castMember struct {
	account *ent.Account
	token   string
}

func (p *Program) demoPeople(system context.Context) ([]signIn, map[string]castMember, error) {
	cast := map[string]castMember{}
	var signIns []signIn
	for _, d := range demoPeople {
		home, err := p.spaces.Get(system, d.space)
		if err != nil {
			return nil, nil, err
		}
		s := signIn{Role: d.role, Space: d.space, Email: d.handle + "@demo.labfilms.example", Password: rand.Text()}
		account, err := p.accounts.Create(system, accounts.NewAccount{
			Email: s.Email, Password: s.Password, Name: d.name, Handle: d.handle, Home: spaces.Place(home),
		})
		if err != nil {
			return nil, nil, err
		}
		for _, role := range slices.Compact([]core.Role{core.RoleMember, d.role}) {
			if _, err := p.spaces.Grant(system, home, spaces.NewGrant{Account: account.ID, Role: role}); err != nil {
				return nil, nil, err
			}
		}
		self, err := p.accounts.As(system, account.ID)
		if err != nil {
			return nil, nil, err
		}
		s.Token, _, err = p.accounts.CreateToken(self, accounts.NewToken{Name: "demonstration"})
		if err != nil {
			return nil, nil, err
		}
		cast[d.handle] = castMember{account, s.Token}
		signIns = append(signIns, s)
	}
	return signIns, cast, nil
}

// demoProfiles has people say what they do and where they live, and belong
// somewhere, through the API.
func (p *Program) demoProfiles(ctx context.Context, cast map[string]castMember) error {
	for _, d := range demoPeople {
		profile := map[string]any{"commune": d.commune, "bio": d.bio}
		if len(d.crafts) > 0 {
			profile["crafts"] = d.crafts
		}
		// Nobody else knows of them yet: the version is the first.
		if _, err := p.say(ctx, cast[d.handle], http.MethodPatch, "/v1/people/"+d.handle, profile, "If-Match", `"1"`); err != nil {
			return err
		}
	}
	for _, o := range demoOrganisations {
		_, err := p.ask(ctx, cast[o.by], "/v1/organisations", map[string]any{
			"space": "bretagne", "kind": o.kind, "name": o.name, "description": o.description,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// demoTitles writes the titles of the films, and has who is named say yes.
func (p *Program) demoTitles(ctx context.Context, cast map[string]castMember, films map[string]string) error {
	for _, f := range demoFilms {
		var credits []map[string]string
		for _, c := range demoCredits {
			if c.film == f.title {
				credits = append(credits, map[string]string{"person": cast[c.handle].account.PersonID, "craft": c.craft})
			}
		}
		if len(credits) == 0 {
			continue
		}
		at := "/v1/films/" + films[f.title] + "/credits"
		content, err := p.say(ctx, cast[f.by], http.MethodPost, at, map[string]any{"credits": credits})
		if err != nil {
			return err
		}
		var made struct {
			Data []struct {
				ID        string
				Confirmed bool
				Person    struct{ Slug string }
			}
		}
		if err := json.Unmarshal(content, &made); err != nil {
			return fmt.Errorf("POST %s: %w", at, err)
		}
		for _, c := range made.Data {
			if c.Confirmed {
				continue // their own film
			}
			if _, err := p.ask(ctx, cast[c.Person.Slug], at+"/"+c.ID+"/confirm", nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// demoFilms makes the films and the choices as the people would, through the
// API.
func (p *Program) demoFilms(ctx context.Context, cast map[string]castMember) error {
	homes := map[string]string{}
	for _, d := range demoPeople {
		homes[d.handle] = d.space
	}
	ids := map[string]string{}
	for _, f := range demoFilms {
		id, err := p.ask(ctx, cast[f.by], "/v1/films", map[string]any{
			"space": homes[f.by], "title": f.title, "synopsis": f.synopsis,
			"year": f.year, "duration_s": f.minutes * 60, "form": f.form,
		})
		if err != nil {
			return err
		}
		ids[f.title] = id
		if f.released {
			if _, err := p.ask(ctx, cast[f.by], "/v1/films/"+id+"/release", nil); err != nil {
				return err
			}
		}
	}
	if err := p.demoTitles(ctx, cast, ids); err != nil {
		return err
	}
	for _, s := range demoSelections {
		ecran := "/v1/spaces/" + s.space + "/ecran"
		label, err := p.ask(ctx, cast[s.by], ecran+"/labels", map[string]any{"kind": s.kind, "name": s.label, "manifesto": s.manifesto})
		if err != nil {
			return err
		}
		selection, err := p.ask(ctx, cast[s.by], ecran+"/labels/"+label+"/selections", map[string]any{"title": s.title, "text": s.text, "kind": "permanent", "visibility": "public"})
		if err != nil {
			return err
		}
		for _, pick := range s.picks {
			if _, err := p.ask(ctx, cast[s.by], ecran+"/selections/"+selection+"/picks", map[string]any{"film": ids[pick.film], "note": pick.note}); err != nil {
				return err
			}
		}
		if _, err := p.ask(ctx, cast[s.by], ecran+"/selections/"+selection+"/publish", nil); err != nil {
			return err
		}
	}
	return nil
}

// demoClient speaks to this very program.
var demoClient = &http.Client{Timeout: 30 * time.Second}

// ask posts body as one of the cast and returns the id in the answer.
func (p *Program) ask(ctx context.Context, who castMember, path string, body any) (id string, err error) {
	content, err := p.say(ctx, who, http.MethodPost, path, body)
	if err != nil {
		return "", err
	}
	var answer struct{ ID string }
	if err := json.Unmarshal(content, &answer); err != nil {
		return "", fmt.Errorf("POST %s: %w", path, err)
	}
	return answer.ID, nil
}

// say sends body as one of the cast and returns what is answered. Headers are
// given as name and value in turn.
func (p *Program) say(ctx context.Context, who castMember, method, path string, body any, headers ...string) ([]byte, error) {
	content, _, err := p.hear(ctx, who, method, path, body, headers...)
	return content, err
}

// mend sends a merge patch of something as it is now.
func (p *Program) mend(ctx context.Context, who castMember, path string, change map[string]any) error {
	_, etag, err := p.hear(ctx, who, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	_, err = p.say(ctx, who, http.MethodPatch, path, change, "If-Match", etag)
	return err
}

// hear is say that also returns the ETag of the answer.
func (p *Program) hear(ctx context.Context, who castMember, method, path string, body any, headers ...string) (content []byte, etag string, err error) {
	if body != nil {
		if content, err = json.Marshal(body); err != nil {
			return nil, "", err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.addr+path, bytes.NewReader(content))
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Authorization", "Bearer "+who.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := demoClient.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer a.Body.Close()
	if content, err = io.ReadAll(a.Body); err != nil {
		return nil, "", err
	}
	if a.StatusCode >= http.StatusMultipleChoices {
		return nil, "", fmt.Errorf("%s %s: %s %s", method, path, a.Status, content)
	}
	return content, a.Header.Get("ETag"), nil
}

// lines writes the list with one sign-in a line, so that grep finds it.
func lines(signIns []signIn) []byte {
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, s := range signIns {
		line, err := json.Marshal(s)
		if err != nil {
			panic(err) // it is made of strings
		}
		b.Write(line)
		if i < len(signIns)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	return b.Bytes()
}

func printSignIns(out io.Writer, file string, signIns []signIn) error {
	fmt.Fprintln(out, "The demonstration's sign-ins; with their access tokens they are in", file)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROLE\tSPACE\tE-MAIL\tPASSWORD")
	for _, s := range signIns {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Role, s.Space, s.Email, s.Password)
	}
	return w.Flush()
}
