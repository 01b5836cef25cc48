// Package wire is what the host and a module's process say to each other, and
// nothing of what they mean by it. Only plugins/host and plugins/sdk import it.
//
// There are two planes. The control plane is module.proto over go-plugin. The
// data plane is plain HTTP/1.1 on a listener that the host owns and hands over
// as FDListener; each request names its asker in the header HeaderActor, which
// only the host can sign.
package wire

import (
	"os"
	"strings"

	plugin "github.com/hashicorp/go-plugin"
)

// Command is the word by which one executable that holds several modules is
// told to be one of them: labfilms run-module ecran.
const Command = "run-module"

// The file descriptors that the host hands to a module's process, beside the
// standard ones. Standard output carries the handshake and nothing else,
// standard error the log as JSON lines.
const (
	FDLifeline = 3 // a pipe that never says anything; its end is the end of the host
	FDListener = 4 // a listening unix socket for the data plane
)

// The headers between host and module. The host deletes every header that
// begins with HeaderPrefix from what people send, and from what a module
// answers.
const (
	HeaderPrefix = "X-Labfilms-"
	HeaderActor  = HeaderPrefix + "Actor"
)

// MaxMessage is the greatest message on the control plane, in bytes and both
// ways. Bulk goes over HTTP.
const MaxMessage = 8 << 20

// Handshake is how a process knows that it was started by a host. The host's
// go-plugin client sets the cookie in the environment.
var Handshake = plugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "LABFILMS_MODULE",
	MagicCookieValue: "4f6c7c60",
}

// Inside reports whether this process was started by a host to be a module. It
// must be asked before flags are read and before tests are run: the host starts
// its own executable.
func Inside() bool {
	return os.Getenv(Handshake.MagicCookieKey) == Handshake.MagicCookieValue
}

// Named returns the module that the command line asks for, given as os.Args;
// "" where it asks for none, as an executable of one module's own does.
func Named(args []string) string {
	if len(args) > 2 && args[1] == Command && !strings.HasPrefix(args[2], "-") {
		return args[2]
	}
	return ""
}
