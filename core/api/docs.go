package api

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"net/http"
	"strings"

	"github.com/labfilms/labfilms/core/rest"
)

// The documentation page works without any network: its script is embedded,
// and the policy below lets it load nothing from elsewhere.
//
//go:embed docs/index.html
var docsPage []byte

//go:embed docs/docs.js
var docsSetup []byte

//go:embed docs/standalone.js.gz
var docsScript []byte

const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func serveDocs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", docsPolicy)
	w.Write(docsPage)
}

func serveDocsSetup(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(docsSetup)
}

// serveDocsScript sends the script as it is kept, compressed, or unpacked to
// whoever does not take that.
func serveDocsScript(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.Write(docsScript)
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(docsScript))
	if err != nil {
		rest.WriteProblem(w, r, err)
		return
	}
	io.Copy(w, plain) //nolint:errcheck // whoever has gone cannot be told
}
