// Package host runs modules: it starts each as a process of its own, gives it
// a database, routes requests to it, answers what it asks, and starts it again
// when it ends.
//
// # Two planes
//
// The control plane is go-plugin's gRPC and only spawns and configures. Its
// Ping and Kill have no deadline and its logging can be made to panic by what a
// module writes, so neither is used: a process is watched by [os/exec]'s wait,
// ended by its process group, and its output is read here.
//
// The data plane is plain HTTP/1.1. The host opens the listening socket and
// hands it to the process, so that it outlives the process: while a module is
// started again its clients wait in the kernel's queue.
//
// # The life of a module
//
//	Starting -> Migrating -> Ready -> Backoff -> Starting …
//	                                          -> Stopped
//
// One goroutine owns a module's state and is the only one that changes it
// (module.go). What it starts is an instance (instance.go): one process, its
// control connection, and the host's services for it.
//
// # A request
//
// Serve finds the operation in the table made of the module's OpenAPI document
// (routes.go), asks the policy, checks the state of the module in the space and
// the size of the body (serve.go), and sends the request on with a header that
// says who is asking (proxy.go). A GET has no effect by rule, so that one whose
// process ended before it had answered is asked again (replay.go).
package host
