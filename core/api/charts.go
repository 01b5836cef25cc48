package api

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/accounts"
	"github.com/labfilms/labfilms/core/directory"
	"github.com/labfilms/labfilms/core/films"
	"github.com/labfilms/labfilms/core/organisations"
	"github.com/labfilms/labfilms/core/proofs"
)

// registerTags says what each group of operations is about, in the order in
// which the documentation shows them, with the states of its nouns: the very
// tables that the verbs ask.
func (a *API) registerTags() {
	for _, tag := range []struct {
		name, about string
		charts      []core.Chart
	}{
		{name: "Sign-in", about: "Registering, signing in, and getting back in. Nobody learns here whether an address has an account.", charts: []core.Chart{
			accounts.States.Chart(),
		}},
		{name: "Me", about: "One's own account, sessions, access tokens and notifications."},
		{name: "Spaces", about: "The network, its regions and their institutions: who runs them, what is switched on, who has which role where."},
		{name: "People", about: "Public profiles, of people with and without an account.", charts: []core.Chart{
			directory.Claims.Chart(),
		}},
		{name: "Organisations", about: "Companies, associations, schools, festivals, and who belongs to them.", charts: []core.Chart{
			organisations.States.Chart(),
			organisations.MembershipStates.Chart(),
		}},
		{name: "Films", about: "The works at every stage, from the first idea; who makes them, who is credited, and what others said of them.", charts: []core.Chart{
			films.Stages.Chart(),
			films.CreditStates.Chart(),
			films.TransferStates.Chart(),
		}},
		{name: "Proofs", about: "What is said here, signed for those who have no account here, and the keys that verify it.", charts: []core.Chart{
			proofs.States.Chart(),
		}},
		{name: "Audit", about: "Who did what to what, where and why: for those whom it concerns."},
		{name: "Nomenclature", about: "What France and the trade have fixed: communes by INSEE code, crafts by department."},
		{name: "Health", about: "For whoever runs the platform."},
	} {
		about := []string{tag.about}
		for _, chart := range tag.charts {
			about = append(about, chartTable(chart))
		}
		a.core.OpenAPI().Tags = append(a.core.OpenAPI().Tags,
			&huma.Tag{Name: tag.name, Description: strings.Join(about, "\n\n")})
	}
}

// chartTable writes a machine as a table in Markdown.
func chartTable(chart core.Chart) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**The states of a %s.** It begins as %s.\n\n", strings.ReplaceAll(chart.Noun, "_", " "), codes(chart.Starts))
	b.WriteString("| from | to | by | event |\n|---|---|---|---|\n")
	for _, move := range chart.Moves {
		fmt.Fprintf(&b, "| %s | %s | `%s` | `%s` |\n", codes(move.From), codes(move.To), move.Action, move.Event)
	}
	return b.String()
}

func codes(states []string) string { return "`" + strings.Join(states, "` `") + "`" }
