#!/usr/bin/env bash
# Create, extend, update or repair a virtual environment.
#
#     [PYTHON=...] tools/setup_env.sh [--newest|--onedl] DIR EXTRA...
#
# DIR is a folder in the root of the repository, EXTRA an extra of setup.py. `--newest`
# ignores the pins of requirements/constraints.txt, `--onedl` adds those of OneDL's forks.
# What happens to an environment:
#
# - up to date: nothing;
# - extras are missing: they are added;
# - the requirements changed: it is updated;
# - set-up was interrupted, the folder was moved, or its Python is gone: it is removed
#   and created again.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

mode=pinned
if [[ $1 == --* ]]; then
    mode=${1#--}
    shift
fi
case $mode in
    pinned) constraints=(-c requirements/constraints.txt) ;;
    newest) constraints=() ;;
    onedl) constraints=(-c requirements/constraints-onedl.txt) ;;
    *) echo "unknown option --$mode: --newest or --onedl" >&2; exit 2 ;;
esac
venv=$1
extras=("${@:2}")
ready=$venv/.ready            # fingerprint and extras of the finished environment
unfinished=$venv/.unfinished  # exists during a set-up

tried=(3.14 3.13 3.12 3.11 3.10)

say() { printf '==> %s\n' "$*"; }

# The last line that this prints is the real interpreter: the candidate may be a shim, or
# inside the environment that is removed below.
probe='
import sys
version = sys.version_info[:2]
if version < (3, 10):
    sys.exit("is Python %d.%d" % version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("has no venv package: apt install python%d.%d-venv" % version)
print(sys._base_executable)
'

find_python() {  # sets $python
    local candidate output failures='' candidates=("${tried[@]/#/python}" python3)
    if [[ -n ${PYTHON:-} ]]; then
        candidates=("$PYTHON")
    fi
    for candidate in "${candidates[@]}"; do
        if ! command -v "$candidate" >/dev/null; then
            output='not found'
        elif output=$("$candidate" -c "$probe" 2>&1); then
            python=${output##*$'\n'}
            return
        fi
        failures+="  $candidate: ${output%%$'\n'*}"$'\n'
    done
    cat >&2 <<EOF
No usable Python found: it must be 3.10 or newer, with the modules venv and ensurepip.
${failures}On Debian or Ubuntu: apt install python3 python3-venv
If it is installed elsewhere: make PYTHON=/path/to/python3.12 ...
EOF
    exit 1
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

has_wanted_python() {
    local version
    version=$(version_of "$venv/bin/python") && [[ $version == "${wanted:-$version}" ]]
}

can_be_updated() {
    [[ ! -e $unfinished ]] || return 1
    # pip prints its folder: the old one in a moved or copied environment. An environment
    # whose Python was replaced has no pip.
    [[ $("$venv/bin/pip" --version 2>/dev/null) == *" from $PWD/$venv/"* ]]
}

fingerprint() {
    echo "$mode $PWD $(version_of "$venv/bin/python")" \
        "$(cat setup.py pyproject.toml requirements/*.txt tools/setup_env.sh | cksum)"
}

# Two set-ups at once (`make lint` during `make test`) would undo each other's work.
exec 9<setup.py
if ! flock --nonblock 9; then
    say 'Waiting for another set-up of this repository to finish'
    flock 9
fi

wanted=''
if [[ -n ${PYTHON:-} ]]; then
    find_python
    wanted=$(version_of "$python")
fi

made_from='' installed=() missing=()
if [[ -f $ready ]]; then
    { read -r made_from && read -ra installed; } <"$ready" || true
fi
for extra in "${extras[@]}"; do
    [[ " ${installed[*]} " == *" $extra "* ]] || missing+=("$extra")
done

if has_wanted_python && [[ $made_from == "$(fingerprint)" && ${#missing[@]} == 0 ]]; then
    say "$venv is up to date"
    exit
fi

if has_wanted_python && can_be_updated; then
    if [[ $made_from == "$(fingerprint)" ]]; then
        say "Adding to $venv: ${missing[*]}"
    else
        say "Updating $venv"
    fi
    extras=("${installed[@]}" "${missing[@]}")
    rm -f "$ready"
    touch "$unfinished"
else
    find_python
    if [[ -e $venv || -L $venv ]]; then
        say "Removing $venv: incomplete, moved, or its Python is gone or has another version"
        rm -rf "$venv"
    fi
    version=$(version_of "$python")
    say "Making $venv with $python (Python $version)"
    if ((${version#*.} > ${tried[0]#*.})); then
        say "Python $version is newer than the versions this project is tested with," \
            "${tried[-1]} to ${tried[0]}. If something fails, use one of those:" \
            "make PYTHON=python${tried[0]} ..."
    fi
    mkdir "$venv"
    touch "$unfinished"
    "$python" -m venv "$venv"
fi

# pip unpacks gigabytes here. /tmp may be too small, and this folder is removed together
# with an interrupted environment.
export TMPDIR=$PWD/$venv/tmp
mkdir -p "$TMPDIR"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# Saves a fifth of the time: Python compiles modules when it imports them.
pip=("$venv/bin/python" -m pip install --no-compile "${constraints[@]}")

say 'Installing pip: the version that comes with Python can be years old and slow'
"${pip[@]}" --quiet --upgrade pip

say 'Installing mmmetaformer and its requirements: 5 GB and two minutes if all is new'
"${pip[@]}" -e ".[$(IFS=,; echo "${extras[*]}")]"

# mmcv-lite and mmengine require opencv-python, which loads libGL, GLib and X libraries. A
# minimal Debian does not have them, and only root can install them. The headless build
# needs none of them. It is installed over opencv-python, so that pip still finds that.
if ! grep -qs 'headless = True' "$venv"/lib/python3.*/site-packages/cv2/version.py; then
    say 'Replacing OpenCV by its headless build, which needs no system libraries'
    "${pip[@]}" --no-deps --force-reinstall opencv-python-headless
fi

# A compiled mmcv that somebody installed here has ops of its own.
if ! compgen -G "$venv/lib/python3.*/site-packages/mmcv/_ext.*.so" >/dev/null; then
    say "Installing the stand-in for mmcv's compiled operators"
    "$venv/bin/python" -m mmmetaformer ops install
fi

say 'Checking that all packages can be imported'
"$venv/bin/python" -c '
import cv2, mmcv, mmdet, mmengine, mmseg, torch, torchvision
for module in (torch, torchvision, mmengine, mmcv, mmdet, mmseg, cv2):
    print("   ", module.__name__, module.__version__)
'

rm -rf "$TMPDIR"
printf '%s\n%s\n' "$(fingerprint)" "${extras[*]}" >"$ready"
rm "$unfinished"
say "$venv is ready"
