package rest

import (
	"net/http"

	"github.com/labfilms/labfilms/core"
)

// The faults of HTTP itself. Those of a noun stand beside the noun.
var (
	ErrMalformed = &core.Fault{
		Kind: core.Malformed, Code: "malformed",
		EN: "The request cannot be read as what it claims to be.",
		FR: "La requête est illisible sous la forme annoncée.",
	}
	ErrNotText = &core.Fault{
		Kind: core.Malformed, Code: "not_text",
		EN: "Text must be valid UTF-8, without the NUL character.",
		FR: "Le texte doit être en UTF-8 valide, sans caractère NUL.",
	}
	ErrTooDeep = &core.Fault{
		Kind: core.Malformed, Code: "too_deep",
		EN: "The JSON is nested too deeply.",
		FR: "Le JSON comporte trop de niveaux imbriqués.",
	}
	ErrDuplicateKey = &core.Fault{
		Kind: core.Malformed, Code: "duplicate_key",
		EN: "A JSON object names the same property twice.",
		FR: "Un objet JSON nomme deux fois la même propriété.",
	}
	ErrPath = &core.Fault{
		Kind: core.Malformed, Code: "path_malformed",
		EN: "The path is not written in its plain form.",
		FR: "Le chemin n'est pas écrit sous sa forme simple.",
	}
	ErrBodyUnexpected = &core.Fault{
		Kind: core.Malformed, Code: "body_unexpected",
		EN: "This method takes no body.",
		FR: "Cette méthode ne prend pas de corps.",
	}
	ErrBodyTimeout = &core.Fault{
		Kind: core.Malformed, Code: "body_timeout",
		EN: "The body took too long to arrive.",
		FR: "Le corps de la requête a mis trop de temps à arriver.",
	}
	ErrNotFound = &core.Fault{
		Kind: core.Missing, Code: "not_found",
		EN: "There is nothing here, or nothing for you to see.",
		FR: "Il n'y a rien ici, ou rien que vous puissiez voir.",
	}
	ErrMethodNotAllowed = &core.Fault{
		Kind: core.NotAllowed, Code: "method_not_allowed",
		EN: "This method is not possible here; Allow lists those that are.",
		FR: "Cette méthode n'est pas possible ici ; Allow indique celles qui le sont.",
	}
	ErrConflict = &core.Fault{
		Kind: core.Conflict, Code: "conflict",
		EN: "This does not fit the present state.",
		FR: "Cela ne correspond pas à l'état actuel.",
	}
	ErrPreconditionRequired = &core.Fault{
		Kind: core.Unconditional, Code: "precondition_required",
		EN: "If-Match must name the version that you read.",
		FR: "If-Match doit désigner la version que vous avez lue.",
	}
	ErrTooLarge = &core.Fault{
		Kind: core.TooLarge, Code: "too_large",
		EN: "The body is larger than is taken here.",
		FR: "Le corps de la requête dépasse la taille acceptée ici.",
	}
	ErrMediaType = &core.Fault{
		Kind: core.Unsupported, Code: "unsupported_media_type",
		EN: "This media type is not taken here; Accept lists those that are.",
		FR: "Ce type de contenu n'est pas accepté ici ; Accept indique ceux qui le sont.",
	}
	ErrNotAcceptable = &core.Fault{
		Kind: core.Unsupported, Code: "not_acceptable",
		EN: "There is no form of this that you accept.",
		FR: "Il n'en existe aucune forme que vous acceptiez.",
	}
	ErrTooMany = &core.Fault{
		Kind: core.TooMany, Code: "too_many_requests",
		EN: "Too many requests. Wait as long as Retry-After says.",
		FR: "Trop de requêtes. Patientez le temps indiqué par Retry-After.",
	}
	ErrUnavailable = &core.Fault{
		Kind: core.Unavailable, Code: "unavailable",
		EN: "This is not available at the moment. Try again a little later.",
		FR: "Ce n'est pas disponible pour l'instant. Réessayez un peu plus tard.",
	}
)

// kinds is the one table from a Kind to HTTP: the status, its title, and the
// fault that stands for a status which somebody named instead of a fault.
var kinds = [...]struct {
	status  int
	en, fr  string
	general *core.Fault
}{
	core.Internal:        {http.StatusInternalServerError, "Internal error", "Erreur interne", core.ErrInternal},
	core.Malformed:       {http.StatusBadRequest, "Malformed request", "Requête mal formée", ErrMalformed},
	core.Invalid:         {http.StatusUnprocessableEntity, "Invalid request", "Requête non valide", core.ErrInvalid},
	core.Unauthenticated: {http.StatusUnauthorized, "Not signed in", "Non connecté", core.ErrUnauthenticated},
	core.Forbidden:       {http.StatusForbidden, "Not allowed", "Action non autorisée", core.ErrDenied},
	core.Missing:         {http.StatusNotFound, "Not found", "Introuvable", ErrNotFound},
	core.NotAllowed:      {http.StatusMethodNotAllowed, "Method not allowed", "Méthode non autorisée", ErrMethodNotAllowed},
	core.Conflict:        {http.StatusConflict, "Conflict", "Conflit", ErrConflict},
	core.Stale:           {http.StatusPreconditionFailed, "Out of date", "Version dépassée", core.ErrStale},
	core.Unconditional:   {http.StatusPreconditionRequired, "Precondition required", "Précondition requise", ErrPreconditionRequired},
	core.TooLarge:        {http.StatusRequestEntityTooLarge, "Too large", "Trop volumineux", ErrTooLarge},
	core.Unsupported:     {http.StatusUnsupportedMediaType, "Unsupported media type", "Type de contenu non accepté", ErrMediaType},
	core.TooMany:         {http.StatusTooManyRequests, "Too many requests", "Trop de requêtes", ErrTooMany},
	core.Unavailable:     {http.StatusServiceUnavailable, "Not available", "Indisponible", ErrUnavailable},
	core.Moved:           {http.StatusPermanentRedirect, "Moved", "Adresse modifiée", core.ErrMoved},
}

// general returns the fault that stands for a status.
func general(status int) *core.Fault {
	for _, k := range kinds {
		if k.status == status {
			return k.general
		}
	}
	switch {
	case status == http.StatusRequestTimeout:
		return ErrBodyTimeout
	case status >= 400 && status < 500:
		return ErrMalformed
	default:
		return core.ErrInternal
	}
}
