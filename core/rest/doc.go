// Package rest holds the conventions of the HTTP API, once, for core and for
// every module: problems, lists and cursors, entity tags, merge patches,
// idempotency, documents, and the edge that requests pass on their way in.
//
// An [API] is a Huma API with its traps closed. Handlers return (out, error);
// the error is a [core.Fault] or it is internal, and one place here turns it
// into a [Problem]. Codes are for programs and stable; texts are for people,
// French or English as Accept-Language says. A problem never repeats what was
// sent and never shows what is inside.
//
// What is asked for by a former name, as {space} or {person} of the path, is
// answered 308 and the present address, whatever the method: the handler
// returns [core.MovedTo], with the parameter and the present name, once it has
// found the thing and before it does anything. A former name in a query or a
// body is simply understood.
//
// An operation that succeeds without having asked the policy about the
// permission it declares answers 500 "unchecked": see [core.Guard].
package rest
