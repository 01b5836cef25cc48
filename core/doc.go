// Package core names what the whole of LabFilms speaks of: faults, actors,
// relations, pages, places, events. It imports nothing but the standard
// library, so that everything may import it.
//
// # The house in one breath
//
// cmd wires; core/api, plugins/host and plugins/sdk speak; the areas of core
// decide; the rails carry; ent and policies remember; core/rest and core name.
// Imports go only downwards in that order and never sideways. A module imports
// plugins/sdk and its own folder, nothing else of ours. A test holds the rule.
//
//	cmd/labfilms                          the program, its settings, the only wiring
//	core/api  plugins/host  plugins/sdk   HTTP, processes, the author's side
//	core/accounts spaces directory
//	     organisations films proofs       the areas: each owns its rows and its rules
//	core/db events audit notify mail      the rails: any area, in the caller's transaction
//	ent  policies                         rows, and who may do what
//	core/communes crafts                  what France and the trade have fixed
//	core/rest core/text  core             conventions, text from people, words
//
// Areas do not import each other. They meet in cmd, through an [Event], or by
// an id. Any area may read any core table; only its owner writes it.
//
// # A request
//
// The edge in core/api gives the request an id, refuses hostile paths, finds
// out who is asking ([Actor]), counts it, and hands it to an operation of core
// or, below /v1/spaces/{space}/{module}/, to plugins/host. The host checks the
// switch, the role and the size before the module's process sees the request,
// and sends along who is asking in a header that only it can sign.
//
// A verb of an area, or of a module, asks the policy itself: Gate.Check in
// core, Actor.Check in a module. The [Guard] that the edge opened stops an
// operation that answered or committed without having asked.
//
// # A state
//
// A noun that has states has one table of the moves between them, a [Machine]:
// the verbs ask it, and the documentation shows it. A move writes an audit entry
// and an event, and tells those who wait for it.
//
// # A change
//
// A verb writes its rows, its audit entry and its event in one transaction.
// The relay gives events their positions after commit and brings them to every
// consumer at least once: to modules, and to the areas that keep facts which
// modules found (a film's recognition). An Idempotency-Key joins the same
// transaction, so that a repeated request is answered and not repeated.
//
// # An error
//
// A way to fail is a [Fault], declared once beside its noun with a stable code
// and two texts. Verbs return it, handlers return it, and one place turns it
// into a problem document. What is no Fault becomes "internal" and a line in
// the log. An error is returned or logged, never both.
//
// # Words
//
// Film people and programmers use the same words for different things. Here:
//
//   - Film is the work at every stage, from idea to release; there is no
//     project and no production.
//   - Space is the network, a region or an institution.
//   - Module is a feature that a space can switch on; plugin is only the name
//     of the folder, and of the library that runs it.
//   - Account is the login, Person the public profile.
//   - Role is a set of permissions. On screen it is a character, on set a
//     position, in the titles a credit, and the skill is a craft.
//   - Event is something that happened in the software. What the public
//     attends is a screening, a workshop or a master class.
//   - Release is a film's, never the software's.
package core
