package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/proofs"
)

type keyCommand struct {
	List   keyList   `cmd:"" help:"List the keys that sign proofs, and those that did."`
	Rotate keyRotate `cmd:"" help:"Retire the key that signs and make the next. Proofs that were made before stay valid."`
}

type keyList struct{}

func (keyList) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	keys, err := p.proofs.Keys(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tSTATE\tMADE\tRETIRED")
	for _, key := range keys {
		retired := ""
		if key.RetiredAt != nil {
			retired = key.RetiredAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", key.ID, key.State, key.CreatedAt.UTC().Format(time.RFC3339), retired)
	}
	return w.Flush()
}

type keyRotate struct {
	Reason string `required:"" help:"Why, for the audit."`
}

func (c keyRotate) Run(ctx context.Context, settings Settings, s streams) error {
	ctx, p, err := open(ctx, settings, s)
	if err != nil {
		return err
	}
	defer p.Close()
	next, err := p.proofs.Rotate(ctx, c.Reason)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, next.ID)
	return nil
}

type proofCommand struct {
	Verify proofVerify `cmd:"" help:"Verify that a film was chosen: print what the proof says. Needs no database and no network."`
}

type proofVerify struct {
	Proof string `arg:"" type:"existingfile" help:"The proof, as the platform answered it."`
	Keys  string `required:"" type:"existingfile" help:"The keys, as /.well-known/jwks.json has them."`
}

func (c proofVerify) Run(s streams) error {
	proof, err := os.ReadFile(c.Proof)
	if err != nil {
		return err
	}
	keys, err := os.ReadFile(c.Keys)
	if err != nil {
		return err
	}
	said, err := proofs.Verify(proofs.RecognitionType, proof, keys)
	if err != nil {
		e := core.AsError(err)
		return fmt.Errorf("%s: %s (%s): %w", c.Proof, strings.TrimSuffix(e.Fault.EN, "."), e.Fault.Code, e.Cause)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, said, "", "  "); err != nil {
		return err
	}
	fmt.Fprintln(s.out, indented.String())
	return nil
}
