package rest

import (
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/labfilms/labfilms/core"
)

// message is one of Huma's validation messages and what it becomes. Huma
// writes English without a code, and some of its messages repeat the input.
type message struct {
	huma     string // as Huma formats it
	code     string
	en, fr   string // $1, $2: what Huma put in, where that is the schema's and not the input's
	property bool   // $1 is the property the message is about
}

var messages = []message{
	{huma: validation.MsgUnexpectedProperty, code: "unknown_property", en: "There is no such property.", fr: "Cette propriété n'existe pas."},
	{huma: validation.MsgExpectedRequiredProperty, code: "required", en: "This is required.", fr: "Cette donnée est obligatoire.", property: true},
	{huma: validation.MsgExpectedDependentRequiredProperty, code: "required", en: "This is required when $2 is given.", fr: "Cette donnée est obligatoire lorsque $2 est indiqué.", property: true},
	{huma: validation.MsgExpectedPropertyNameInObject, code: "required", en: "This is required.", fr: "Cette donnée est obligatoire."},

	{huma: validation.MsgExpectedBoolean, code: "not_boolean", en: "Must be true or false.", fr: "Doit être vrai ou faux."},
	{huma: validation.MsgExpectedNumber, code: "not_number", en: "Must be a number.", fr: "Doit être un nombre."},
	{huma: validation.MsgExpectedInteger, code: "not_integer", en: "Must be a whole number.", fr: "Doit être un nombre entier."},
	{huma: validation.MsgExpectedString, code: "not_string", en: "Must be a text.", fr: "Doit être un texte."},
	{huma: validation.MsgExpectedArray, code: "not_array", en: "Must be a list.", fr: "Doit être une liste."},
	{huma: validation.MsgExpectedObject, code: "not_object", en: "Must be an object.", fr: "Doit être un objet."},

	{huma: validation.MsgExpectedMinimumNumber, code: "too_small", en: "Must be at least $1.", fr: "Doit être supérieur ou égal à $1."},
	{huma: validation.MsgExpectedExclusiveMinimumNumber, code: "too_small", en: "Must be more than $1.", fr: "Doit être supérieur à $1."},
	{huma: validation.MsgExpectedMaximumNumber, code: "too_great", en: "Must be at most $1.", fr: "Doit être inférieur ou égal à $1."},
	{huma: validation.MsgExpectedExclusiveMaximumNumber, code: "too_great", en: "Must be less than $1.", fr: "Doit être inférieur à $1."},
	{huma: validation.MsgExpectedNumberBeMultipleOf, code: "not_multiple", en: "Must be a multiple of $1.", fr: "Doit être un multiple de $1."},
	{huma: validation.MsgExpectedMinLength, code: "too_short", en: "Must be at least $1 characters long.", fr: "Doit compter au moins $1 caractère(s)."},
	{huma: validation.MsgExpectedMaxLength, code: "too_long", en: "Must be at most $1 characters long.", fr: "Doit compter au plus $1 caractère(s)."},
	{huma: validation.MsgExpectedMinItems, code: "too_few", en: "Must have at least $1 items.", fr: "Doit contenir au moins $1 élément(s)."},
	{huma: validation.MsgExpectedMaxItems, code: "too_many", en: "Must have at most $1 items.", fr: "Doit contenir au plus $1 élément(s)."},
	{huma: validation.MsgExpectedMinProperties, code: "too_few", en: "Must have at least $1 properties.", fr: "Doit contenir au moins $1 propriété(s)."},
	{huma: validation.MsgExpectedMaxProperties, code: "too_many", en: "Must have at most $1 properties.", fr: "Doit contenir au plus $1 propriété(s)."},
	{huma: validation.MsgExpectedArrayItemsUnique, code: "repeated", en: "Must not hold the same item twice.", fr: "Ne doit pas contenir deux fois le même élément."},

	{huma: validation.MsgExpectedOneOf, code: "not_in_list", en: "Must be one of: $1.", fr: "Doit être l'une de ces valeurs : $1."},
	{huma: validation.MsgExpectedConst, code: "not_in_list", en: "Must be $1.", fr: "Doit être $1."},
	{huma: validation.MsgExpectedMatchPattern, code: "pattern", en: "Must match the pattern $1.", fr: "Doit correspondre au motif $1."},
	{huma: validation.MsgExpectedMatchAtLeastOneSchema, code: "no_match", en: "Has none of the allowed forms.", fr: "N'a aucune des formes permises."},
	{huma: validation.MsgExpectedMatchExactlyOneSchema, code: "no_match", en: "Must have exactly one of the allowed forms.", fr: "Doit avoir exactement une des formes permises."},
	{huma: "expected value to match exactly one schema but matched multiple", code: "no_match", en: "Must have exactly one of the allowed forms.", fr: "Doit avoir exactement une des formes permises."},
	{huma: validation.MsgExpectedNotMatchSchema, code: "no_match", en: "Has a form that is not allowed.", fr: "A une forme qui n'est pas permise."},
	{huma: validation.MsgExpectedResolvableSchemaRef, code: "no_match", en: "Has none of the allowed forms.", fr: "N'a aucune des formes permises."},

	{huma: validation.MsgExpectedRFC3339DateTime, code: "not_date_time", en: "Must be a date and time such as 2026-03-21T20:30:00Z.", fr: "Doit être une date avec l'heure, comme 2026-03-21T20:30:00Z."},
	{huma: validation.MsgExpectedRFC1123DateTime, code: "not_date_time", en: "Must be a date and time as in HTTP headers.", fr: "Doit être une date avec l'heure, comme dans les en-têtes HTTP."},
	{huma: validation.MsgExpectedRFC3339Date, code: "not_date", en: "Must be a date such as 2026-03-21.", fr: "Doit être une date, comme 2026-03-21."},
	{huma: validation.MsgExpectedRFC3339Time, code: "not_time", en: "Must be a time such as 20:30:00.", fr: "Doit être une heure, comme 20:30:00."},
	{huma: validation.MsgExpectedDuration, code: "not_duration", en: "Must be a duration such as 1h30m.", fr: "Doit être une durée, comme 1h30m."},
	{huma: validation.MsgExpectedRFC5322EmailBare, code: "not_email", en: "Must be an e-mail address alone, without a name.", fr: "Doit être une adresse e-mail seule, sans nom."},
	{huma: validation.MsgExpectedRFC5322Email, code: "not_email", en: "Must be an e-mail address.", fr: "Doit être une adresse e-mail."},
	{huma: validation.MsgExpectedRFC5890Hostname, code: "not_hostname", en: "Must be a host name.", fr: "Doit être un nom d'hôte."},
	{huma: validation.MsgExpectedRFC2673IPv4, code: "not_ip", en: "Must be an IPv4 address.", fr: "Doit être une adresse IPv4."},
	{huma: validation.MsgExpectedRFC2373IPv6, code: "not_ip", en: "Must be an IPv6 address.", fr: "Doit être une adresse IPv6."},
	{huma: validation.MsgExpectedRFCIPAddr, code: "not_ip", en: "Must be an IP address.", fr: "Doit être une adresse IP."},
	{huma: validation.MsgExpectedRFC3986AbsoluteURI, code: "not_uri", en: "Must be a complete address such as https://example.org.", fr: "Doit être une adresse complète, comme https://example.org."},
	{huma: validation.MsgExpectedRFC3986URI, code: "not_uri", en: "Must be a web address.", fr: "Doit être une adresse web."},
	{huma: validation.MsgExpectedRFC4122UUID, code: "not_uuid", en: "Must be a UUID.", fr: "Doit être un UUID."},
	{huma: validation.MsgExpectedRFC6570URITemplate, code: "not_uri_template", en: "Must be a URI template.", fr: "Doit être un modèle d'URI."},
	{huma: validation.MsgExpectedRFC6901JSONPointer, code: "not_json_pointer", en: "Must be a JSON pointer.", fr: "Doit être un pointeur JSON."},
	{huma: validation.MsgExpectedRFC6901RelativeJSONPointer, code: "not_json_pointer", en: "Must be a relative JSON pointer.", fr: "Doit être un pointeur JSON relatif."},
	{huma: validation.MsgExpectedRegexp, code: "not_regexp", en: "Must be a regular expression.", fr: "Doit être une expression régulière."},
	{huma: validation.MsgExpectedBase64String, code: "not_base64", en: "Must be Base64.", fr: "Doit être en Base64."},

	// What Huma says of parameters; these have no names there.
	{huma: "unknown query parameter", code: "unknown_parameter", en: "There is no such parameter.", fr: "Ce paramètre n'existe pas."},
	{huma: "required %s parameter is missing", code: "required", en: "This is required.", fr: "Cette donnée est obligatoire."},
	{huma: "expected at most one value, but received multiple values", code: "repeated", en: "Must be given once.", fr: "Ne doit être indiqué qu'une fois."},
	{huma: "invalid integer", code: "not_integer", en: "Must be a whole number.", fr: "Doit être un nombre entier."},
	{huma: "invalid float", code: "not_number", en: "Must be a number.", fr: "Doit être un nombre."},
	{huma: "invalid floating value", code: "not_number", en: "Must be a number.", fr: "Doit être un nombre."},
	{huma: "invalid boolean", code: "not_boolean", en: "Must be true or false.", fr: "Doit être vrai ou faux."},
	{huma: "invalid date/time for format %s", code: "not_date_time", en: "Must be a date and time such as 2026-03-21T20:30:00Z.", fr: "Doit être une date avec l'heure, comme 2026-03-21T20:30:00Z."},
	{huma: "invalid url.URL value", code: "not_uri", en: "Must be a web address.", fr: "Doit être une adresse web."},

	// Last, for it begins like the pattern above: the words are the schema's own.
	{huma: validation.MsgExpectedBePattern, code: "pattern", en: "Must be $1.", fr: "Doit être : $1."},
}

// unreadable is the reason of what cannot be read at all, and of a message
// that is not in the table.
var unreadable = core.Reason{Code: "unreadable", EN: "This cannot be read.", FR: "Cette donnée est illisible."}

// patterns recognise the messages, in their order. They are made when the
// first one is needed, which keeps them out of the start.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	verb := regexp.MustCompile(`%[vds]`)
	patterns := make([]*regexp.Regexp, len(messages))
	for i, m := range messages {
		patterns[i] = regexp.MustCompile(`(?s)^` + verb.ReplaceAllString(regexp.QuoteMeta(m.huma), `(.*)`) + `$`)
	}
	return patterns
})

// reasonOf returns the reason that Huma means. Neither the value nor Huma's
// text goes into it.
func reasonOf(detail *huma.ErrorDetail) core.Reason {
	for i, pattern := range patterns() {
		found := pattern.FindStringSubmatchIndex(detail.Message)
		if found == nil {
			continue
		}
		expand := func(text string) string {
			return string(pattern.ExpandString(nil, text, detail.Message, found))
		}
		m := messages[i]
		location := detail.Location
		if m.property {
			location += "." + expand("$1")
		}
		return core.Reason{Pointer: pointer(location), Code: m.code, EN: expand(m.en), FR: expand(m.fr)}
	}
	reason := unreadable
	reason.Pointer = pointer(detail.Location)
	return reason
}

// longestPointer bounds how much of a client's own property name comes back.
const longestPointer = 200

// pointer writes Huma's location as ours: body.cast[3].name is /cast/3/name,
// query.limit is query/limit.
func pointer(location string) string {
	part, rest, _ := strings.Cut(location, ".")
	part, index, indexed := strings.Cut(part, "[")
	if indexed {
		rest = "[" + index + "." + rest
	}
	rest = strings.NewReplacer("~", "~0", "/", "~1", "[", ".", "]", "").Replace(strings.TrimSuffix(rest, "."))
	rest = strings.ReplaceAll(strings.TrimPrefix(rest, "."), ".", "/")
	if part == "body" {
		part = ""
	}
	if rest != "" {
		part += "/" + rest
	}
	return shortened(strings.ToValidUTF8(part, ""))
}

func shortened(pointer string) string {
	if runes := []rune(pointer); len(runes) > longestPointer {
		return string(runes[:longestPointer]) + "…"
	}
	return pointer
}
