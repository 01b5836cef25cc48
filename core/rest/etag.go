package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labfilms/labfilms/core"
)

// ETag returns the entity tag of what is shown of a version: "7.9f86d081" in its
// quotes. What comes before the point is the version, which is all that an
// If-Match names; what comes after changes with everything that is shown, the
// name of another thing among it.
func ETag(version int, shown any) string {
	content, err := json.Marshal(shown)
	if err != nil {
		panic("rest: what is shown is not JSON: " + err.Error()) // as it is for the answer itself
	}
	sum := sha256.Sum256(content)
	return `"` + strconv.Itoa(version) + "." + hex.EncodeToString(sum[:4]) + `"`
}

// IfMatch is the precondition of a change. Embed it in the input.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the version that the change is made to."`
}

// Version returns the version that the change is made to. It returns
// [ErrPreconditionRequired] where none is named, "*" among that, since it
// would undo what others did meanwhile; [core.ErrStale] for a tag that no
// version has; [ErrMalformed] for what is no single tag.
func (p IfMatch) Version() (int, error) {
	tag := strings.TrimSpace(p.IfMatch)
	if tag == "" || tag == "*" {
		return 0, ErrPreconditionRequired
	}
	if strings.HasPrefix(tag, `W/"`) && len(tag) > 3 && strings.IndexByte(tag[3:], '"') == len(tag)-4 {
		return 0, core.ErrStale // a weak tag never matches here
	}
	if len(tag) < 2 || tag[0] != '"' || strings.IndexByte(tag[1:], '"') != len(tag)-2 {
		return 0, ErrMalformed.With(core.Reason{
			Pointer: "header/If-Match", Code: "not_etag",
			EN: `Must be one ETag in its quotes, such as "7".`, FR: `Doit être un seul ETag entre guillemets, comme "7".`,
		})
	}
	named, _, _ := strings.Cut(tag[1:len(tag)-1], ".")
	version, err := strconv.Atoi(named)
	if err != nil || version < 1 || strconv.Itoa(version) != named {
		return 0, core.ErrStale
	}
	return version, nil
}

// IfNoneMatch is what the asker already has. Embed it in the input of a GET.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" doc:"ETags of what you have; 304 if it is still that."`
}

// Matches reports whether the asker has what carries this tag.
func (p IfNoneMatch) Matches(etag string) bool {
	for tag := range strings.SplitSeq(p.IfNoneMatch, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// Changed returns nil if the asker does not have what carries this tag, and
// else an error that Huma answers with 304 and the tag.
func (p IfNoneMatch) Changed(etag string) error {
	if p.IfNoneMatch != "" && p.Matches(etag) {
		return notModified{etag}
	}
	return nil
}

// notModified is a success that Huma takes as an error.
type notModified struct{ etag string }

func (notModified) Error() string             { return "not modified" }
func (notModified) GetStatus() int            { return http.StatusNotModified }
func (n notModified) GetHeaders() http.Header { return http.Header{"Etag": {n.etag}} }
