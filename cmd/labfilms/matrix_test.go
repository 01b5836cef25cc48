package main

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/labfilms/labfilms/policies"
)

var update = flag.Bool("update", false, "write policies/testdata/matrix.golden anew")

// TestTheMatrixOfOperationsAndRoles holds every operation of the product
// against every role. A change of it is a change of who may do what: read the
// difference, then run the test with -update.
func TestTheMatrixOfOperationsAndRoles(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, Settings{})
	var all []policies.Operation
	for _, op := range operations(t, p) {
		if !op.Public && !slices.Contains(p.gate.Actions(), op.Permission) {
			t.Errorf("%s asks for %s, which no line of the policy names", op.ID, op.Permission)
		}
		all = append(all, policies.Operation{ID: op.ID, Method: op.Method, Path: op.Path, Permission: op.Permission, Public: op.Public})
	}
	const golden = "../../policies/testdata/matrix.golden"
	got := policies.Matrix(p.gate, all)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the matrix is not the golden one; it would be\n%s", got)
	}
}
