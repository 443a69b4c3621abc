#!/usr/bin/env bash
# Makes, updates or repairs a virtual environment with all that `make` needs.
#
#     [PYTHON=...] tools/setup_env.sh DIR [newest]
#
# DIR is a folder in the root of the repository. With `newest` the pins of
# requirements/constraints.txt are left out. An environment that is up to date is
# left alone, one whose requirements changed is updated, one that was interrupted,
# moved or lost its Python is made anew.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

venv=$1
mode=${2:-pinned}
ready=$venv/.ready            # holds what the finished environment was made from
unfinished=$venv/.unfinished  # is there while one is being made

say() { printf '==> %s\n' "$*"; }

# The last line printed is the interpreter itself: the candidate may be a shim, or
# the one inside the environment that is about to be removed.
probe='
import sys
version = sys.version_info[:2]
if not (3, 10) <= version <= (3, 12):
    sys.exit("is Python %d.%d" % version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("lacks its venv package: apt install python%d.%d-venv" % version)
print(sys._base_executable)
'

find_python() {  # sets $python
    local candidate output tried='' candidates=(python3.12 python3.11 python3.10 python3)
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
        tried+="  $candidate: ${output%%$'\n'*}"$'\n'
    done
    cat >&2 <<EOF
No fitting Python: it must be 3.10, 3.11 or 3.12 and have the modules venv and ensurepip.
${tried}On Debian or Ubuntu: apt install python3 python3-venv
If it lies elsewhere, name it: make PYTHON=/path/to/python3.11 ...
EOF
    exit 1
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

python_fits() {  # the environment's own
    local version
    version=$(version_of "$venv/bin/python") || return 1
    [[ $version == "${wanted:-$version}" && $version =~ ^3\.1[0-2]$ ]]
}

can_be_updated() {
    [[ ! -e $unfinished ]] || return 1
    # pip knows where it lies: a moved or copied environment still points to the old place.
    [[ $("$venv/bin/pip" --version 2>/dev/null) == *" from $PWD/$venv/"* ]]
}

# Two at once, say `make lint` beside `make test`, must not undo each other's work.
exec 9<setup.py
if ! flock --nonblock 9; then
    say 'Waiting for another set-up of this repository to end'
    flock 9
fi

wanted=''
if [[ -n ${PYTHON:-} ]]; then
    find_python
    wanted=$(version_of "$python")
fi
fingerprint="$mode $PWD $(cat setup.py pyproject.toml requirements/*.txt tools/setup_env.sh | cksum)"

if python_fits && [[ -f $ready && $(<"$ready") == "$fingerprint" ]]; then
    say "$venv is up to date"
    exit
fi

if python_fits && can_be_updated; then
    say "Updating $venv"
    rm -f "$ready"
    touch "$unfinished"
else
    find_python
    if [[ -e $venv || -L $venv ]]; then
        say "Removing $venv: interrupted, moved, or its Python is gone or another version"
        rm -rf "$venv"
    fi
    say "Making $venv with $python (Python $(version_of "$python"))"
    mkdir "$venv"
    touch "$unfinished"
    "$python" -m venv "$venv"
fi

# Gigabytes pass through here: on the disk of the environment rather than in a /tmp
# that may be small, and gone with it when interrupted.
export TMPDIR=$PWD/$venv/tmp
mkdir -p "$TMPDIR"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# Not compiling ahead saves a fifth of the time: Python compiles what it imports.
pip=("$venv/bin/python" -m pip install --no-compile)
if [[ $mode != newest ]]; then
    pip+=(-c requirements/constraints.txt)
fi

say 'Installing pip: the one that came with Python may be years old and half as fast'
"${pip[@]}" --quiet --upgrade pip

say 'Installing mmmetaformer and what it needs, about 5 GB: two minutes the first time'
"${pip[@]}" -e '.[lite,tests]'

# The opencv-python that mmcv-lite and mmengine ask for loads libGL, GLib and X
# libraries, which a bare Debian lacks and only root can add. The headless build has
# the same files less the windows and loads none of them, so it goes on top: pip
# goes on counting opencv-python as installed.
say 'Putting the OpenCV that needs no system libraries in place'
"${pip[@]}" --no-deps --force-reinstall opencv-python-headless

say 'Checking that everything can be imported'
"$venv/bin/python" -c '
import cv2, mmcv, mmdet, mmengine, mmseg, torch, torchvision
for module in (torch, torchvision, mmengine, mmcv, mmdet, mmseg, cv2):
    print("   ", module.__name__, module.__version__)
'

rm -rf "$TMPDIR"
printf '%s\n' "$fingerprint" >"$ready"
rm "$unfinished"
say "$venv is ready"
