package core

import (
	"encoding/json"
	"time"
)

// Event is something that happened, in the past tense: "film.released.v1". It
// carries the fields of CloudEvents; readers get it at least once, in order
// for each subject, and recognise a repetition by Source and ID.
type Event struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Source  string          `json:"source"`  // "core", or the module's name
	Subject string          `json:"subject"` // the id of the thing it happened to
	Place   Place           `json:"place"`
	At      time.Time       `json:"time"`
	Actor   string          `json:"actor,omitempty"` // the account, empty for the platform itself
	Data    json.RawMessage `json:"data,omitempty"`
}
