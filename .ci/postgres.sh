#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which is named to it as
# LABFILMS_TEST_POSTGRES and gone with it:
#
#   .ci/postgres.sh go test ./core/db
#
# If LABFILMS_TEST_POSTGRES is set already, that server is used and left alone.
set -euo pipefail

[ -z "${LABFILMS_TEST_POSTGRES:-}" ] || exec "$@"

# Debian keeps the server off PATH.
initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)
bin=$(dirname "$(readlink -f "${initdb:-$(command -v initdb || true)}")")
if [ ! -x "$bin/initdb" ]; then
  echo "no PostgreSQL server is installed: .ci/install.sh postgresql" >&2
  exit 1
fi

# The server refuses to run as root. It dies with this script however that
# ends, kill -9 included, where the kernel can promise it.
as=() dies_with_us=()
if [ "$(id -u)" = 0 ]; then
  owner=nobody
  ! id postgres >/dev/null 2>&1 || owner=postgres
  as=(setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups --)
fi
! command -v setpriv >/dev/null || dies_with_us=(setpriv --pdeathsig INT --)

dir=$(mktemp -d "${TMPDIR:-/tmp}/labfilms-postgres.XXXXXX")
server=
stop() {
  trap - EXIT INT TERM HUP
  if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ ${#as[@]} -eq 0 ] || chown "$owner" "$dir"
cd "$dir"
"${as[@]}" "$bin/initdb" --pgdata data --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync >initdb.log 2>&1 || { cat initdb.log >&2; exit 1; }

ready=
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  "${as[@]}" "${dies_with_us[@]}" "$bin/postgres" -D data -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >server.log 2>&1 &
  server=$!
  for _ in {1..150}; do
    kill -0 "$server" 2>/dev/null || break # the port was taken: the next one
    if "$bin/pg_isready" -q -h "$dir" -p "$port"; then
      ready=yes
      break 2
    fi
    sleep 0.1
  done
  kill -INT "$server" 2>/dev/null && wait "$server" || true
done
if [ -z "$ready" ]; then
  cat server.log >&2
  exit 1
fi
cd "$OLDPWD"

# In the background and waited for: bash acts on a signal at once only there.
LABFILMS_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres" "$@" &
command=$!
trap 'kill -TERM "$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; exit 130' INT
trap 'kill -TERM "$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; exit 143' TERM HUP
wait "$command"
