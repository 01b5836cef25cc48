package api

import (
	_ "embed"
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

const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func serveDocs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", docsPolicy)
	w.Write(docsPage)
}

func serveDocsSetup(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(docsSetup)
}

// serveDocsScript sends the script as it is kept, compressed; every browser
// that can run it takes that.
func serveDocsScript(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		rest.WriteProblem(w, r, rest.ErrNotAcceptable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Content-Encoding", "gzip")
	h.Set("Cache-Control", "public, max-age=86400")
	w.Write(docsScript)
}
