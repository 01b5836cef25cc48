#!/usr/bin/env bash
# Runs the tests of the named packages and fails if one fails or is skipped:
# what is skipped everywhere proves nothing anywhere.
set -euo pipefail
results=.cache/tests.json

# Two packages at a time: each starts processes and databases of its own.
.cache/gotestsum-*/gotestsum --format standard-quiet --jsonfile "$results" -- \
  -race -shuffle=on -p 2 -timeout 30m "$@"

skipped=$(grep '"Action":"skip"' "$results" | grep -oE '"Package":"[^"]*","Test":"[^"]*"' || true)
if [ -n "$skipped" ]; then
  printf 'skipped, which is a failure here:\n%s\n' "$skipped" >&2
  exit 1
fi
