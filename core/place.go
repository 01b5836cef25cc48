package core

// Level is a depth in the tree of spaces.
type Level string

// The three levels, the root first.
const (
	Network     Level = "network"
	Region      Level = "region"
	Institution Level = "institution"
)

// Place is where a row belongs: its space and the spaces above. A row carries
// all three ids, so that the list of a space is one equality on one column.
type Place struct {
	Network string `json:"network"`
	Region  string `json:"region,omitempty"` // empty for what belongs to the network itself
	Space   string `json:"space"`            // the home: the network's, the region's or the institution's id
	Path    string `json:"path,omitempty"`   // of Space, for grants only
}

// Level returns the level of the place's space.
func (p Place) Level() Level {
	switch p.Space {
	case p.Network:
		return Network
	case p.Region:
		return Region
	default:
		return Institution
	}
}

// Scope is what a list covers: a space, alone or with those below it, without
// the spaces in which the listing module is off.
type Scope struct {
	Place
	Subtree bool
	Off     []string // ids of spaces
}
