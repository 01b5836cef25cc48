#!/usr/bin/env bash
# Runs the tests of the named packages and fails if one fails or is skipped:
# what is skipped everywhere proves nothing anywhere.
set -euo pipefail
results=.cache/tests.json

# SQLite is C that was translated to Go: no race in it is ours to find, and
# watched for one it takes two thirds of all the time. What is around it stays
# watched: its instances of generic types are everybody's, and by them goroutines
# wait for each other.
unchecked='modernc.org/...=-d=checkptr=0'
unwatched='modernc.org/sqlite/lib=-race=false -d=checkptr=0'

# Two packages at a time: each starts processes and databases of its own.
.cache/gotestsum-*/gotestsum --format standard-quiet --jsonfile "$results" -- \
  -race -gcflags="$unchecked" -gcflags="$unwatched" -shuffle=on -p 2 -timeout 30m "$@"

skipped=$(grep '"Action":"skip"' "$results" | grep -oE '"Package":"[^"]*","Test":"[^"]*"' || true)
if [ -n "$skipped" ]; then
  printf 'skipped, which is a failure here:\n%s\n' "$skipped" >&2
  exit 1
fi
