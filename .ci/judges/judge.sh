#!/usr/bin/env bash
# Lets two programs that are not ours judge the merged OpenAPI document of
# bin/labfilms: redocly's linter, and openapi-typescript, whose types must
# compile. They are installed from the lockfile into .cache.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=.ci/judges
there=.cache/judges
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NO_UPDATE_NOTIFIER=1

mkdir -p "$there"
if ! cmp -s "$here/package-lock.json" "$there/installed.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$there/"
  (cd "$there" && npm ci --ignore-scripts --no-progress)
  cp "$here/package-lock.json" "$there/installed.json"
fi
cp "$here/tsconfig.json" "$here/client.ts" "$there/"

bin/labfilms openapi >"$there/openapi.json"
"$there/node_modules/.bin/redocly" lint --format stylish --config "$here/redocly.yaml" "$there/openapi.json"
"$there/node_modules/.bin/openapi-typescript" "$there/openapi.json" --output "$there/openapi.ts"
"$there/node_modules/.bin/tsc" --project "$there/tsconfig.json"
echo "judges: the document lints, and its types compile ($(wc -l <"$there/openapi.ts") lines)"
