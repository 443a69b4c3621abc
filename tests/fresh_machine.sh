#!/usr/bin/env bash
# Prove the README's commands on a fresh Debian.
#
#     tests/fresh_machine.sh SUITE [COMMAND...]
#
# SUITE is bookworm, trixie, testing or another that debootstrap finds. This makes a
# minimal Debian in a temporary folder, installs the packages that the README names, and
# runs the README's commands on a clone of the last commit, as a user with an empty home.
# COMMANDs, if any, run instead of those that follow the clone. At the end it prints how
# long each took and removes the folder.
#
# Run it as root, with debootstrap, git and 10 GB in TMPDIR or /var/tmp. The mirror of
# apt (MIRROR overrides it), proxies, certificates and pip's configuration are the host's.
set -euo pipefail

say() { printf '==> %s\n' "$*"; }

suite=${1?"usage: $0 SUITE [COMMAND...]"}
repository=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Once more in namespaces of its own: when that process ends, for any reason, its
# mounts and all processes that it started are gone.
if [[ -z ${FRESH_ROOT:-} ]]; then
    export FRESH_ROOT
    child=''
    FRESH_ROOT=$(mktemp -d "${TMPDIR:-/var/tmp}/fresh-machine.XXXXXX")
    clean_up() {
        kill -KILL "$child" 2>/dev/null || true  # unshare ignores the others
        wait
        rm -rf --one-file-system "$FRESH_ROOT"
    }
    trap clean_up EXIT
    trap 'exit 130' INT TERM
    unshare --mount --pid --fork --kill-child bash "$0" "$@" &
    child=$!
    wait "$child"
    exit
fi
root=$FRESH_ROOT

readme=$(git -C "$repository" show HEAD:README.md)
packages=$(sed -n 's/.*`apt install \([^`]*\)`.*/\1/p' <<<"$readme" | head -n 1)
mapfile -t commands < <(sed -n '/^## Two commands/,/^## /p' <<<"$readme" |
    sed -n '/^```bash/,/^```/p' | sed '/^```/d')
if [[ -z $packages || ${commands[0]:-} != 'git clone <'* ]]; then
    echo 'README.md names no packages, or no commands that start with git clone' >&2
    exit 1
fi
commands[0]=${commands[0]/<*>//srv/mmmetaformer}
if (($# > 1)); then
    commands=("${commands[0]}" "${@:2}")
fi
if [[ -n $(git -C "$repository" status --porcelain) ]]; then
    say 'The clone has the last commit only: there are changes that are not committed'
fi

# The host's way to the network, as environment variables for the root.
settings=()
for name in {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY \
    SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO "${!PIP_@}"; do
    [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
done
while IFS='=' read -r key value; do  # such as global.extra-index-url='a b'
    name=${key##*.} value=${value//\\n/ }
    name=PIP_${name^^} name=${name//-/_}
    [[ -n ${!name:-} ]] || settings+=("$name=${value:1:-1}")
done < <(python3 -m pip config list 2>/dev/null || true)

# Show files of the host at the same place in the root: what is a path in a setting.
share_paths() {
    local word path
    for word in ${settings[*]#*=}; do
        path=$word
        if [[ $word == file://* ]]; then
            path=$(dirname "${word#file://}")  # an index links to files beside it
        fi
        [[ $path == /* && -e $path ]] || continue
        if [[ -d $path ]]; then
            mkdir -p "$root$path"
        else
            mkdir -p "$root$(dirname "$path")"
            touch "$root$path"
        fi
        mount --bind "$path" "$root$path"
    done
}

in_root() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive "$@"
}

say "Making a root of Debian $suite in $root"
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' \
    'Label: Debian' 2>/dev/null | sed -n 1p)}
script=()
if [[ ! -e /usr/share/debootstrap/scripts/$suite ]]; then
    script=(/usr/share/debootstrap/scripts/sid)
fi
debootstrap --variant=minbase "$suite" "$root" "$mirror" "${script[@]}" | tail -n 3
chmod 755 "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
cp /etc/hosts /etc/resolv.conf "$root/etc/"
apt-config dump | grep -E '^Acquire::(https?::|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true

say "apt install $packages"
in_root apt-get -q update
# Unquoted: several words.
in_root apt-get -q -y install $packages >"$root/apt.log" || {
    cat "$root/apt.log"
    exit 1
}
in_root sh -c '. /etc/os-release; echo "$PRETTY_NAME, $(python3 --version)"'

in_root useradd --create-home user
git clone --quiet --bare "$repository" "$root/srv/mmmetaformer"
in_root chown -R user: /srv/mmmetaformer
share_paths

chroot --userspec=user "$root" env -i HOME=/home/user PATH=/usr/local/bin:/usr/bin:/bin \
    "${settings[@]}" bash -c '
cd
times=()
for command; do
    printf "\n==> %s\n" "$command"
    start=$SECONDS
    eval "$command" || {
        printf "\n==> Failed: %s\n" "$command"
        exit 1
    }
    times+=("$((SECONDS - start)) s: $command")
done
printf "\n==> Done\n"
printf "%s\n" "${times[@]}"
' bash "${commands[@]}"
