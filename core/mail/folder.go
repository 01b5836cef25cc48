package mail

import (
	"context"
	"fmt"
	netmail "net/mail"
	"os"
	"path/filepath"
	"time"
)

// Folder keeps mail as files, *.eml, whose names are in the order in which they
// were sent. It is for trying things out, and for the tests.
type Folder struct {
	path string
	now  func() time.Time
}

// NewFolder returns a sender into the folder at path, which it makes when the
// first mail comes.
func NewFolder(path string, now func() time.Time) *Folder { return &Folder{path, now} }

// Send writes the message. A reader finds it whole or not at all.
func (f *Folder) Send(_ context.Context, m Message) error {
	now := f.now()
	content, err := encode(m, netmail.Address{Name: "LabFilms", Address: "labfilms@localhost"}, now, true)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	part, err := os.CreateTemp(f.path, ".part-*")
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	defer os.Remove(part.Name()) // does nothing once it has its name
	if _, err := part.Write(content); err != nil {
		part.Close()
		return fmt.Errorf("mail: %w", err)
	}
	if err := part.Sync(); err != nil {
		part.Close()
		return fmt.Errorf("mail: %w", err)
	}
	if err := part.Close(); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	name := now.UTC().Format("20060102T150405.000000") + "-" + filepath.Base(part.Name())[len(".part-"):] + ".eml"
	return os.Rename(part.Name(), filepath.Join(f.path, name))
}

// Check returns why the folder cannot be written to.
func (f *Folder) Check(context.Context) error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(f.path, ".part-*")
	if err != nil {
		return err
	}
	part.Close()
	return os.Remove(part.Name())
}

// String names the folder.
func (f *Folder) String() string { return "the folder " + f.path }

var _ Sender = (*Folder)(nil)
