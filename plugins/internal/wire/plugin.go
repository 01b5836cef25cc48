package wire

import (
	"context"
	"math"

	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Dispensed is the one name under which a process dispenses its module.
const Dispensed = "module"

// Remote is a module's process as its host sees it. Broker serves Host to it:
// serve on an id of Broker.NextId, then tell the id in the Configuration.
type Remote struct {
	ModuleClient
	Broker *plugin.GRPCBroker
}

// ModulePlugin is the go-plugin shell of a module: Dispense(Dispensed) returns
// a *Remote on the host's side, and Open is asked for the server on the
// module's. The host leaves Open nil.
type ModulePlugin struct {
	plugin.NetRPCUnsupportedPlugin
	Open func(*plugin.GRPCBroker) ModuleServer
}

// GRPCServer registers the module on the process's server.
func (p *ModulePlugin) GRPCServer(broker *plugin.GRPCBroker, s *grpc.Server) error {
	RegisterModuleServer(s, p.Open(broker))
	return nil
}

// GRPCClient returns the *Remote.
func (p *ModulePlugin) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return &Remote{ModuleClient: NewModuleClient(c), Broker: broker}, nil
}

// Plugins is the plugin set of either side.
func Plugins(open func(*plugin.GRPCBroker) ModuleServer) plugin.PluginSet {
	return plugin.PluginSet{Dispensed: &ModulePlugin{Open: open}}
}

// Server returns a gRPC server with the sizes of this wire: for plugin.Serve,
// and for Host on the broker.
func Server(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(math.MaxInt32))...)
}

var _ plugin.GRPCPlugin = (*ModulePlugin)(nil)
