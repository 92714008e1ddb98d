# Shared by the scripts of this folder; they source it first.
# shellcheck shell=bash

set -euo pipefail

# shellcheck disable=SC2034  # used by the scripts that take a path
called_from=$PWD
script=$(realpath -- "$0")
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '==> %s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
    exit "${2:-3}"
}

# Runs a command and says how long it took. Its exit status is the command's.
timed() {
    local what=$1 begun=$SECONDS status=0
    shift
    "$@" || status=$?
    say "$what: $((SECONDS - begun)) s"
    return "$status"
}

# Prints the comment at the head of a script, which is its help.
usage() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$script"; }

jobs() { echo "${BUILD_JOBS:-$(nproc)}"; }
