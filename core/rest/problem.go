package rest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
)

// Problem is how every failure is answered, after RFC 9457. Programs act upon
// Code; people read Title and Detail.
type Problem struct {
	Type      string   `json:"type" format:"uri" example:"urn:labfilms:problem:not_found" doc:"Names the kind of problem; it ends in the code."`
	Title     string   `json:"title" doc:"What sort of trouble it is, in the language of the asker."`
	Status    int      `json:"status" minimum:"308" maximum:"599" example:"404" doc:"The HTTP status."`
	Detail    string   `json:"detail" doc:"What to know about it, in the language of the asker."`
	Instance  string   `json:"instance" format:"uri" doc:"Names this occurrence."`
	Code      string   `json:"code" example:"not_found" doc:"Stable; what programs act upon."`
	RequestID string   `json:"request_id" doc:"Tell us this when you ask for help."`
	Errors    []Reason `json:"errors,omitempty" nullable:"false" doc:"All that is wrong with the request."`

	err     *core.Error
	headers http.Header
}

// Reason is one thing that is wrong with a request.
type Reason struct {
	Pointer string `json:"pointer" example:"/title" doc:"JSON pointer into the body, or query/…, path/…, header/…."`
	Code    string `json:"code" example:"too_long" doc:"Stable; what programs act upon."`
	Message string `json:"message" doc:"For people, in the language of the asker."`
}

// Error is for the log.
func (p *Problem) Error() string { return p.err.Error() }

// Unwrap returns the fault as it happened.
func (p *Problem) Unwrap() error { return p.err }

// GetStatus is for Huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders is for Huma.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is for Huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problemOf returns the problem that err is, without any words yet.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	e := core.AsError(err)
	if e == nil {
		e = &core.Error{Fault: core.ErrInternal, Cause: errors.New("a problem without an error")}
	}
	p = &Problem{Status: kinds[e.Fault.Kind].status, err: e, headers: http.Header{}}
	switch e.Fault.Kind {
	case core.Unauthenticated:
		p.headers.Set("WWW-Authenticate", "Bearer")
	case core.Unavailable:
		p.headers.Set("Retry-After", "1")
	}
	var h huma.HeadersError
	if errors.As(err, &h) {
		for name, values := range h.GetHeaders() {
			p.headers[name] = values
		}
	}
	return p
}

// worded returns the problem in the words of the asker, and writes its cause
// to the log. It is called once for each problem that is answered.
func (p *Problem) worded(ctx context.Context) *Problem {
	known, fault := requestFrom(ctx), p.err.Fault
	text := func(en, fr string) string {
		if known.locale == "fr" {
			return fr
		}
		return en
	}
	kind := kinds[fault.Kind]
	out := &Problem{
		Type: "urn:labfilms:problem:" + fault.Code, Title: text(kind.en, kind.fr), Status: p.Status,
		Detail: text(fault.EN, fault.FR), Instance: "urn:labfilms:request:" + known.id,
		Code: fault.Code, RequestID: known.id, err: p.err, headers: p.headers,
	}
	for _, r := range p.err.Reasons {
		out.Errors = append(out.Errors, Reason{Pointer: r.Pointer, Code: r.Code, Message: text(r.EN, r.FR)})
	}
	if p.err.Cause != nil || fault.Kind == core.Internal {
		known.logger().LogAttrs(ctx, severity(ctx, p.err), "request failed",
			slog.String("error", p.err.Error()), slog.String("request_id", known.id))
	}
	return out
}

// severity is how much a failure concerns the operator.
func severity(ctx context.Context, err *core.Error) slog.Level {
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return slog.LevelDebug // the asker went away
	case err.Fault.Kind == core.Internal:
		return slog.LevelError
	case err.Fault.Kind == core.Unavailable:
		return slog.LevelWarn
	default:
		return slog.LevelDebug
	}
}

// announce sets what a problem says in headers.
func (p *Problem) announce(ctx context.Context, set, add func(name, value string)) {
	set("Content-Language", Locale(ctx))
	add("Vary", "Accept-Language")
	for name, values := range p.headers {
		for _, value := range values {
			set(name, value)
		}
	}
}

// locate says where the thing is that the path names by a former name. pattern
// is what the path matched: "/v1/spaces/{space}/grants", a method in front or
// not.
func (p *Problem) locate(pattern string, u *url.URL) {
	if p.err.Fault != core.ErrMoved {
		return
	}
	path := strings.Split(u.EscapedPath(), "/")
	for i, segment := range strings.Split(pattern, "/") {
		if segment == "{"+p.err.Param+"}" && i < len(path) {
			path[i] = url.PathEscape(p.err.Name)
			p.headers.Set("Location", (&url.URL{Opaque: strings.Join(path, "/"), RawQuery: u.RawQuery}).String())
		}
	}
	// A thing may get its former name back, and a browser keeps a 308 for ever.
	p.headers.Set("Cache-Control", "no-store")
}

// WriteProblem answers with the problem that err is. It is for plain handlers
// and for edges; operations return their error instead. The cause is logged.
// Where the error is [core.MovedTo], the request has the Pattern that it matched.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	r, _ = begin(r, nil)
	p := problemOf(err).worded(r.Context())
	p.locate(r.Pattern, r.URL)
	h := w.Header()
	p.announce(r.Context(), h.Set, h.Add)
	h.Set("Content-Type", p.ContentType(""))
	h.Del("Content-Length")
	w.WriteHeader(p.Status)
	// What fails here is the connection, and nobody is left to tell.
	_ = json.NewEncoder(w).Encode(p)
}

// install makes Huma speak in problems. Huma keeps this in globals.
var install = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return problemOf(understood(status, message, errs))
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return huma.NewError(status, message, errs...)
	}
	// Go reads "Title" into title; a property has one name.
	huma.ValidateStrictCasing = true
})

// mostReasons bounds what is made of a body with a million faults.
const mostReasons = 100

// understood returns the error that Huma means by a status, a message and
// details. The message and the texts of the details are for nobody.
func understood(status int, message string, errs []error) error {
	var (
		reasons []core.Reason
		e       *core.Error
		f       *core.Fault
		p       *Problem
	)
	for _, err := range errs {
		if len(reasons) == mostReasons {
			break
		}
		switch detail, ok := err.(huma.ErrorDetailer); {
		case err == nil:
		case ok:
			reasons = append(reasons, reasonOf(detail.ErrorDetail()))
		case errors.As(err, &p):
			return p
		case status < http.StatusInternalServerError && errors.As(err, &e) && e.Fault == core.ErrInvalid:
			reasons = append(reasons, e.Reasons...)
		case errors.As(err, &e), errors.As(err, &f):
			return err
		default:
			reasons = append(reasons, unreadable)
		}
	}
	fault := general(status)
	if fault.Kind == core.Internal {
		return fault.Because(errors.Join(append([]error{errors.New(message)}, errs...)...))
	}
	return fault.With(reasons...)
}
