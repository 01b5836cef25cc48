package policies

import (
	"io/fs"

	"github.com/labfilms/labfilms/core"
)

// Files are the embedded policy files; LoadFrom loads others.
var (
	Files    fs.FS = files
	LoadFrom       = load
)

// Casbin answers by itself, without When.
func (g *Gate) Casbin(roles []core.Role, action string, facts core.Relations) (bool, error) {
	return g.actions[action].enforce(g.closure(roles), facts)
}

// Remembered counts the answers that are kept for the action.
func (g *Gate) Remembered(action string) int {
	if known := g.actions[action].answers.Load(); known != nil {
		return len(*known)
	}
	return 0
}
