package rest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/labfilms/labfilms/core"
)

// Public returns the extensions of an operation that everybody may call
// without any permission.
func Public() map[string]any { return map[string]any{"x-public": true} }

// Permission returns the extensions of an operation that depends on action,
// "film.read". Its handler, or the verb that it calls, asks the policy.
func Permission(action string) map[string]any { return map[string]any{"x-permission": action} }

// permission returns the action that an operation depends on; "" if it is
// public. What declares neither depends on an action that nobody has.
func permission(op *huma.Operation) string {
	if action, ok := op.Extensions["x-permission"].(string); ok {
		return action
	}
	if op.Extensions["x-public"] == true {
		return ""
	}
	return "undeclared"
}

// defaultBody is how many bytes of body an operation takes that does not say.
const defaultBody = 1 << 20

// operation is what is checked of a request before Huma reads it.
type operation struct {
	permission string
	limit      int64
	timeout    time.Duration
	media      []string // that the body may have; nil: it is not read
	query      map[string]bool
	path       []string
	headers    []string
}

// operationOf reads what to check from op. Huma's own limit refuses a body of
// exactly the limit, and knows none for raw bodies: it is switched off.
func operationOf(op *huma.Operation) *operation {
	o := &operation{permission: permission(op), limit: op.MaxBodyBytes, timeout: op.BodyReadTimeout, query: map[string]bool{}}
	if o.limit == 0 {
		o.limit = defaultBody
	}
	op.MaxBodyBytes = -1
	if op.RequestBody != nil {
		for media := range op.RequestBody.Content {
			o.media = append(o.media, media)
		}
		slices.Sort(o.media)
	}
	for _, p := range op.Parameters {
		switch p.In {
		case "query":
			o.query[p.Name] = p.Explode != nil && *p.Explode
		case "path":
			o.path = append(o.path, p.Name)
		case "header":
			o.headers = append(o.headers, p.Name)
		}
	}
	return o
}

// admit returns why the operation does not take the request. A body of JSON is
// read ahead, to be checked once as bytes; so is one that an Idempotency-Key
// is bound to. A form is parsed here, where its files are removed again.
func (o *operation) admit(a *answer, r *http.Request) (err error) {
	if err := o.parameters(r); err != nil {
		return err
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if o.limit > 0 {
		if r.ContentLength > o.limit {
			return ErrTooLarge
		}
		r.Body = http.MaxBytesReader(a.ResponseWriter, r.Body, o.limit)
	}
	r.Body = body{r.Body}
	media := ""
	if o.media != nil {
		if media, err = o.mediaType(r.Header.Get("Content-Type")); err != nil {
			a.header.Set("Accept", strings.Join(o.media, ", "))
			return err
		}
	}
	if o.timeout > 0 {
		_ = huma.SetReadDeadline(a.ResponseWriter, time.Now().Add(o.timeout))
		defer func() {
			if errors.Is(err, ErrBodyTimeout) {
				a.header.Set("Connection", "close") // what is still to come is not waited for
				return
			}
			_ = huma.SetReadDeadline(a.ResponseWriter, time.Time{})
		}()
	}
	if isJSON(media) || r.Method == http.MethodPost && r.Header.Get(onceHeader) != "" {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		a.body = content
		r.Body = io.NopCloser(bytes.NewReader(content))
	}
	switch {
	case isJSON(media):
		return checkJSON(a.body)
	case media == "multipart/form-data":
		return parseForm(r)
	default:
		return nil
	}
}

// parameters returns what is wrong with the parameters as text. Whether they
// are known and follow their schema is for Huma to say.
func (o *operation) parameters(r *http.Request) error {
	var bad, repeated []core.Reason
	check := func(where, name, value string) {
		if !text(value) {
			bad = append(bad, notText(where, name))
		}
	}
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return ErrMalformed.With(core.Reason{Pointer: "query", Code: unreadable.Code, EN: unreadable.EN, FR: unreadable.FR})
		}
		for name, values := range query {
			check("query", name, name)
			for _, value := range values {
				check("query", name, value)
			}
			if many, known := o.query[name]; known && !many && len(values) > 1 {
				repeated = append(repeated, core.Reason{Pointer: "query/" + name, Code: "repeated", EN: "Must be given once.", FR: "Ne doit être indiqué qu'une fois."})
			}
		}
	}
	for _, name := range o.path {
		check("path", name, r.PathValue(name))
	}
	for _, name := range o.headers {
		for _, value := range r.Header.Values(name) {
			check("header", name, value)
		}
	}
	byPointer := func(x, y core.Reason) int { return strings.Compare(x.Pointer, y.Pointer) }
	switch {
	case bad != nil:
		slices.SortFunc(bad, byPointer)
		return ErrNotText.With(bad...)
	case repeated != nil:
		slices.SortFunc(repeated, byPointer)
		return core.ErrInvalid.With(repeated...)
	default:
		return nil
	}
}

// notText is the reason of a parameter that is no text, be it by its name.
func notText(where, name string) core.Reason {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "�"), "\x00", "�")
	return core.Reason{Pointer: shortened(where + "/" + name), Code: ErrNotText.Code, EN: ErrNotText.EN, FR: ErrNotText.FR}
}

// text reports whether a database can keep s as text.
func text(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// mediaType returns the media type of a Content-Type that the operation takes;
// JSON, or the one it takes, where there is none.
func (o *operation) mediaType(header string) (string, error) {
	if header == "" {
		if slices.Contains(o.media, "application/json") {
			return "application/json", nil
		}
		return o.media[0], nil
	}
	media, params, err := mime.ParseMediaType(header)
	if err != nil {
		return "", ErrMediaType
	}
	if charset := params["charset"]; isJSON(media) && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", ErrMediaType
	}
	for _, taken := range o.media {
		major, all := strings.CutSuffix(taken, "*")
		if taken == media || taken == "*/*" || all && strings.HasPrefix(media, major) {
			return media, nil
		}
	}
	return "", ErrMediaType
}

func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}
