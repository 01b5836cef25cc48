package host

import "github.com/labfilms/labfilms/core"

// The faults with which the host answers for a module. Those of HTTP itself
// are core/rest's.
var (
	ErrUnavailable = &core.Fault{
		Kind: core.Unavailable, Code: "module_unavailable",
		EN: "This module is not available at the moment. Try again shortly.",
		FR: "Ce module est momentanément indisponible. Réessayez dans un instant.",
	}
	ErrReadOnly = &core.Fault{
		Kind: core.Forbidden, Code: "module_read_only",
		EN: "In this space the module can be read, not changed.",
		FR: "Dans cet espace, ce module est en lecture seule.",
	}
	ErrClosing = &core.Fault{
		Kind: core.Forbidden, Code: "module_closing",
		EN: "In this space the module is closing: what is open can be finished, nothing new begun.",
		FR: "Dans cet espace, ce module ferme : on peut terminer ce qui est en cours, rien commencer de nouveau.",
	}
	ErrUpgrade = &core.Fault{
		Kind: core.Malformed, Code: "upgrade_refused",
		EN: "The connection can be upgraded to a WebSocket and to nothing else.",
		FR: "La connexion ne peut être transformée qu'en WebSocket.",
	}
)
