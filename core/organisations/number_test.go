package organisations

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/text"
)

func TestTheNumbersOfFranceAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in      facts
		siren   string
		refused string // pointers
	}{
		{facts{siren: "732 829 320"}, "732829320", ""},
		{facts{siret: "732 829 320 00074"}, "732829320", ""},
		{facts{siren: "356000000", siret: "35600000000048"}, "356000000", ""}, // by both rules
		{facts{siren: "356000000", siret: "35600000049837"}, "356000000", ""}, // by the sum alone
		{facts{siren: "732829321"}, "732829321", "/siren"},
		{facts{siren: "73282932"}, "73282932", "/siren"},
		{facts{siren: "73282932O"}, "73282932O", "/siren"},
		{facts{siren: "000000000"}, "000000000", "/siren"},
		{facts{siren: "732829320", siret: "73282932000075"}, "732829320", "/siret"},
		{facts{siren: "732829321", siret: "73282932000075"}, "732829321", "/siren /siret"},
		{facts{siren: "356000000", siret: "73282932000074"}, "356000000", "/siret"},
		{facts{siren: "356000000", siret: "35600000049838"}, "356000000", "/siret"},
		{facts{siret: "7328293200007"}, "", "/siret"},
		{facts{siret: "73282932100073"}, "", "/siret"}, // of no SIREN, though its own last digit is right
		{facts{rna: "w 751 234 567", naf: "5911b"}, "", "/naf"},
		{facts{rna: "W2A1234567", naf: "59.11b", idcc: "3097"}, "", ""},
		{facts{rna: "W9R1000088", idcc: "16"}, "", ""}, // of La Réunion
		{facts{rna: "W001234567"}, "", "/rna"},
		{facts{rna: "W2C1234567"}, "", "/rna"},
		{facts{rna: "751234567", naf: "59.11B", idcc: "30977"}, "", "/rna /idcc"},
	} {
		f := c.in
		var form text.Form
		f.checkNumbers(&form)
		var refused []string
		if err := form.Err(); err != nil {
			for _, r := range core.AsError(err).Reasons {
				refused = append(refused, r.Pointer)
			}
		}
		if got := strings.Join(refused, " "); got != c.refused || f.siren != c.siren {
			t.Errorf("%+v: SIREN %q, refused %q; want %q, %q", c.in, f.siren, got, c.siren, c.refused)
		}
	}
}

func TestAnIDCCIsKeptInFourDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"16": "0016", " 3097": "3097", "": "", "7": "0007"} {
		f := facts{idcc: in}
		var form text.Form
		f.checkNumbers(&form)
		if err := form.Err(); err != nil || f.idcc != want {
			t.Errorf("%q is kept as %q, %v", in, f.idcc, err)
		}
	}
}

func TestASingleWrongDigitIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{9, 14}).Draw(t, "size")
		digits := rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, size-1)).Draw(t, "digits")
		whole := ""
		for last := range 10 {
			if try := digits + string(rune('0'+last)); luhn(try) {
				whole = try
			}
		}
		at, wrong := rapid.IntRange(0, size-1).Draw(t, "at"), byte('0'+rapid.IntRange(0, 9).Draw(t, "digit"))
		if spoilt := whole[:at] + string(wrong) + whole[at+1:]; wrong != whole[at] && luhn(spoilt) {
			t.Fatalf("%s passes for %s", spoilt, whole)
		}
	})
}
