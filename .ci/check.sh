#!/usr/bin/env bash
# Generates everything anew in a copy of the tree and fails if that changes the
# copy, or if a file is not as gofmt would have it.
set -euo pipefail
cd "$(dirname "$0")/.."
copies=.cache/check
rm -rf "$copies"
mkdir -p "$copies/before"
trap 'rm -rf "$copies"' EXIT

except=(.git .cache .ci bin data)
tar -c "${except[@]/#/--exclude=./}" . | tar -x -C "$copies/before"
cp -r "$copies/before" "$copies/after"
.ci/generate.sh "$copies/after"
if ! diff -r "$copies/before" "$copies/after"; then
  echo "what is generated is not what the tree holds: make generate" >&2
  exit 1
fi

ugly=$(gofmt -l ./*/)
if [ -n "$ugly" ]; then
  printf 'not as gofmt has it:\n%s\n' "$ugly" >&2
  exit 1
fi
