#!/usr/bin/env bash
# Sees to it that this machine has the named tools, among: cc postgresql curl
# pkill protoc node npm make.
#
#   .ci/install.sh cc postgresql
#
# On Debian, as root or with sudo, it installs what is missing without asking.
# Elsewhere it says in one message what is missing, and fails.
set -euo pipefail

# has says whether a tool is here. The race detector needs a C compiler with
# its headers; of PostgreSQL we need the server, which Debian keeps off PATH.
has() {
  case $1 in
    cc) echo '#include <stdlib.h>' | ${CC:-gcc} -E - >/dev/null 2>&1 ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

packages() {
  case $1 in
    cc) echo gcc libc6-dev ;;
    pkill) echo procps ;;
    protoc) echo protobuf-compiler ;;
    node) echo nodejs ;;
    *) echo "$1" ;;
  esac
}

missing=()
for tool in "$@"; do
  has "$tool" || missing+=("$tool")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  echo "missing here: ${missing[*]}. Install them and try again; on Debian, as root or with sudo, this is done for you." >&2
  exit 1
fi

wanted=()
for tool in "${missing[@]}"; do
  read -ra names <<<"$(packages "$tool")"
  wanted+=("${names[@]}")
done
echo "installing: ${wanted[*]}"

# Debian starts a PostgreSQL of its own with the package. Ours come and go with
# the tests: this machine need not run one for ever.
no_cluster=/etc/postgresql-common/createcluster.d/labfilms.conf
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  "${as_root[@]}" mkdir -p "${no_cluster%/*}"
  echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_cluster" >/dev/null
  trap '"${as_root[@]}" rm -f "$no_cluster"' EXIT
fi

log=$(mktemp)
if ! {
  "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"
} </dev/null >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
rm -f "$log"

for tool in "${missing[@]}"; do
  has "$tool" || { echo "$tool is still missing after installing ${wanted[*]}" >&2; exit 1; }
done
