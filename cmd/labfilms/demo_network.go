package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
)

// The network to look at: written by hand, as JSON, so that its texts can be
// read and mended without Go. People and institutions are invented.
//
//go:embed demo/*.json
var networkFiles embed.FS

// network is what has been made of the files so far.
type network struct {
	*Program
	cast   map[string]castMember // by handle
	films  map[string]string     // ids, by slug
	owners map[string]castMember // of films, by slug
	labels map[string]networkPlace
	lists  map[string]networkPlace // selections, by label and title
	picks  map[string]string       // ids, by selection and film
}

// networkPlace is something of Écran: its id, and the address of its Écran.
type networkPlace struct{ id, space, ecran, holder string }

// Network fills a platform that has the cast of [Program.Demo] with a network
// to look at, once for a data folder: institutions, people with crafts, films
// at every stage with their credits, labels that vote, ask makers and are
// proposed films, selections with their dates and what is pinned on every page.
// Each does their own part through the API. Nothing of it is past but what ends
// as it is made: Écran begins nothing before now.
func (p *Program) Network(ctx context.Context) error {
	n := &network{
		Program: p, cast: map[string]castMember{}, films: map[string]string{}, owners: map[string]castMember{},
		labels: map[string]networkPlace{}, lists: map[string]networkPlace{}, picks: map[string]string{},
	}
	for _, step := range []func(context.Context) error{n.people, n.make, n.found, n.choose, n.propose, n.pin, n.close} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demonstration: %w", err)
		}
	}
	return nil
}

// read reads one of the files.
func read[T any](name string) ([]T, error) {
	content, err := networkFiles.ReadFile("demo/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var all []T
	if err := json.Unmarshal(content, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}
