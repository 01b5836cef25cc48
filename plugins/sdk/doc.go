// Package sdk is what a module of LabFilms is written with. It is the only
// package of the platform that a module imports, and the only promise to
// authors outside of it.
//
// A module is a program of its own. Its main is one line:
//
//	func main() { sdk.Serve(New()) }
//
// and its type has two methods, [Module]: one that says what it is, and one
// that registers Huma operations. What it needs beyond that it asks for by
// implementing [Provisioner], [Migrator] or [Listener].
//
// # The life of a module
//
// The host starts the process and the SDK answers it, in this order:
//
//  1. Manifest and Register, with no database and no host: whatever is known
//     of a module is known without running it. Neither may have an effect.
//  2. Migrations, for the database that the host gives the module: a SQLite
//     file or a PostgreSQL schema of its own. The SDK's own tables, sdk_* and
//     idempotency_records, come before.
//  3. Provision, with the [Host]. An error ends the start.
//  4. Requests and events, until the host drains the process: requests under
//     way end, streams are told to come again, and the process is gone.
//
// The process may be killed at any moment and started again: what was
// committed is there, and the events that it recorded are delivered.
//
// # A request
//
// The host has found out who is asking, that the module is switched on in the
// space, and that the asker's roles can allow the operation at all. What is
// left to the handler is what only the module knows: the relation of the actor
// to the thing.
//
//	actor := sdk.ActorFrom(ctx)
//	if err := actor.Check("ecran.label.update", facts...); err != nil {
//		return nil, err
//	}
//
// An operation whose permission depends on a relation, and whose handler does
// not ask, cannot commit and cannot answer: the request ends as 500
// "unchecked". A list asks with [Lists] and [InScope].
//
// # What the author need not write
//
// Paths: Register says "/labels", and people call
// /v1/spaces/{space}/ecran/labels. Errors: return a [Fault] and it becomes a
// problem document in the reader's language. Idempotency-Key, ETag, cursors,
// request ids, limits, panics: the conventions of the platform hold.
package sdk
