package host

import "strings"

// environ returns those of the host's variables that a module's process is
// given. Secrets never travel this way, they come with the Configuration.
func environ(host []string) []string {
	var given []string
	for _, variable := range host {
		name, _, _ := strings.Cut(variable, "=")
		if passedOn[strings.ToUpper(name)] || strings.HasPrefix(name, "OTEL_") || strings.HasPrefix(name, "LC_") {
			given = append(given, variable)
		}
	}
	return given
}

var passedOn = map[string]bool{
	"PATH": true, "HOME": true, "TMPDIR": true, "LANG": true, "TZ": true,
	"SSL_CERT_FILE": true, "SSL_CERT_DIR": true,
	"HTTP_PROXY": true, "HTTPS_PROXY": true, "NO_PROXY": true,
	"GOMEMLIMIT": true, "GOMAXPROCS": true, "GOTRACEBACK": true, "GOCOVERDIR": true,
}
