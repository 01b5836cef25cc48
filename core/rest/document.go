package rest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2/yaml"
)

// Document is an OpenAPI document that is ready to be sent: as JSON and as
// YAML, plain and compressed. It never changes; hold a new one in its place.
type Document struct{ json, yaml rendering }

type rendering struct {
	mediaType      string
	plain, gzipped []byte
	tag            string // without the quotes
}

// NewDocument prepares a document given as JSON.
func NewDocument(openapi []byte) (*Document, error) {
	var written bytes.Buffer
	if err := yaml.Convert(&written, bytes.NewReader(openapi)); err != nil {
		return nil, fmt.Errorf("openapi: yaml: %w", err)
	}
	d := &Document{}
	var err error
	if d.json, err = render("application/vnd.oai.openapi+json;version=3.1", openapi); err != nil {
		return nil, err
	}
	d.yaml, err = render("application/vnd.oai.openapi;version=3.1", written.Bytes())
	return d, err
}

func render(mediaType string, content []byte) (rendering, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		return rendering{}, fmt.Errorf("openapi: gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return rendering{}, fmt.Errorf("openapi: gzip: %w", err)
	}
	sum := sha256.Sum256(content)
	return rendering{mediaType, content, b.Bytes(), base64.RawURLEncoding.EncodeToString(sum[:15])}, nil
}

// JSON returns the document. It must not be changed.
func (d *Document) JSON() []byte { return d.json.plain }

// ServeHTTP sends the document: YAML where the path ends in .yaml, JSON
// elsewhere.
func (d *Document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form := &d.json
	if strings.HasSuffix(r.URL.Path, ".yaml") {
		form = &d.yaml
	}
	body, tag := form.plain, form.tag
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		body, tag = form.gzipped, form.tag+"-gzip"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", "no-cache")
	if (IfNoneMatch{strings.Join(r.Header.Values("If-None-Match"), ",")}).Matches(h.Get("ETag")) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", form.mediaType)
	_, _ = w.Write(body)
}

// takesGzip reports whether an Accept-Encoding takes gzip.
func takesGzip(accept []string) bool {
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			coding, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				q := strings.TrimSpace(params)
				return q != "q=0" && !strings.HasPrefix(q, "q=0.0") && q != "q=0."
			}
		}
	}
	return false
}
