#!/usr/bin/env bash
# Generates what is generated in this tree, or in the one named: ent from its
# schemas, the wire from its protobuf.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "${1:-$here}"

tools=$here/.cache/protoc-v1.6.0
if [ ! -x "$tools/protoc-gen-go-grpc" ]; then
  GOBIN=$tools CGO_ENABLED=0 go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.0
fi
CGO_ENABLED=0 go build -o "$tools/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go # as go.mod has it

# The wire first: schemas of modules are made of what imports it.
(
  cd plugins/internal/wire
  PATH=$tools:$PATH protoc --go_out=. --go_opt=paths=source_relative \
    --go-grpc_out=. --go-grpc_opt=paths=source_relative ./*.proto
)
CGO_ENABLED=0 go generate ./...
