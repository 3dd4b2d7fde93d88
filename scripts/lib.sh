# Shared by the scripts of this folder: packages of the machine, build directories, messages. Sourced, not run.
# shellcheck shell=bash

# CDPATH would make cd print, and a script must work from any folder.
unset CDPATH
AAIGW_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

die()
{
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# packages_of GROUP... : the names that packages.txt lists for these groups.
packages_of()
{
    awk -v groups=" $* " '!/^#/ && NF && index(groups, " " $1 " ") { print $2 }' \
        "$AAIGW_ROOT/scripts/packages.txt"
}

# missing_packages GROUP... : those of packages_of that are not installed.
missing_packages()
{
    local wanted
    wanted=$(packages_of "$@")
    # dpkg-query fails when it knows none of a name; what it does print is right all the same.
    # shellcheck disable=SC2086
    { dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } |
        awk '$1 == "installed" { print $2 }' | sort -u |
        comm -13 - <(sort -u <<<"$wanted")
}

as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "not root and no sudo; run as root: $*"
    fi
}

# install_packages GROUP... : needs the network only when something is missing.
install_packages()
{
    if ! command -v dpkg-query >/dev/null; then
        say "Not a Debian machine: install what scripts/packages.txt lists ($*) by other means."
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing: ${missing[*]}"
    as_root apt-get update --quiet || die "apt-get update failed; missing: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}" ||
        die "apt-get install failed; missing: ${missing[*]}"
}

# configure DIR [MESON_OPTION...] : makes the build directory, or changes its options; quiet unless it fails.
configure()
{
    local dir=$1 mode=() output
    shift
    [ ! -f "$dir/meson-private/coredata.dat" ] || mode=(--reconfigure)
    say "Configuring $dir"
    if ! output=$(meson setup "${mode[@]}" "$@" "$dir" "$AAIGW_ROOT" 2>&1); then
        printf '%s\n' "$output"
        die "configuring failed"
    fi
}
