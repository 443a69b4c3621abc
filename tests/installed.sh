#!/usr/bin/env bash
# Install a wheel or a source archive into an empty environment, and use it from there.
#
#     tests/installed.sh wheel|sdist [SITE_PACKAGES]
#
# Builds the archive of this tree, makes a virtual environment in a temporary folder, and
# installs the archive with its extra `lite`: two minutes and 5 GB. With SITE_PACKAGES, the
# folder of packages of another environment, requirements come from there instead. The
# commands run in an empty folder. PYTHON overrides python3, EXTRA=onedl the extra.
set -euo pipefail

kind=${1?"usage: $0 wheel|sdist [SITE_PACKAGES]"}
shared=${2:-}
repository=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}
extra=${EXTRA:-lite}
pins=constraints.txt
if [[ $extra == onedl ]]; then
    pins=constraints-onedl.txt
fi
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/installed.XXXXXX")
trap 'rm -rf "$folder"' EXIT
unset PYTHONPATH

say() { printf '==> %s\n' "$*"; }

say "Building the $kind"
# A copy: setuptools writes to the tree that it builds from.
mkdir "$folder/tree" "$folder/empty"
tar -C "$repository" --exclude='./.*' --exclude=./data --exclude=./work_dirs \
    --exclude=./build --exclude=./dist --exclude='*.egg-info' --exclude=__pycache__ \
    -c . | tar -C "$folder/tree" -x
"$python" -m venv "$folder/venv"
bin=$folder/venv/bin
pip=("$bin/python" -m pip --disable-pip-version-check install --quiet)
if [[ -n $shared ]]; then
    echo "$shared" >"$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/shared.pth"
    pip+=(--no-deps --no-build-isolation)
else
    "${pip[@]}" --upgrade pip
    pip+=(-c "$repository/requirements/$pins")
    TMPDIR=$folder
    export TMPDIR
fi
"${pip[@]}" 'setuptools>=70.1,<82'
case $kind in
    wheel) "$bin/python" -m pip --quiet wheel --no-deps --no-build-isolation \
        --wheel-dir "$folder/dist" "$folder/tree" ;;
    sdist) (cd "$folder/tree" && "$bin/python" setup.py --quiet sdist --dist-dir "$folder/dist") ;;
    *) echo "wheel or sdist, not $kind" >&2; exit 2 ;;
esac
archive=$(ls "$folder"/dist/mmmetaformer-*)

say "Installing $(basename "$archive") into an empty environment"
"${pip[@]}" "$archive[$extra]"
if ! "$bin/python" -c 'import cv2' 2>/dev/null; then
    "${pip[@]}" --no-deps --force-reinstall opencv-python-headless
fi

cd "$folder/empty"
use() {
    say "mmmetaformer $*"
    "$bin/mmmetaformer" "$@"
}
use --help
use configs upernet_convformer
use doctor
use train upernet_convformer --sample-data --cfg-options train_cfg.max_iters=2 \
    train_cfg.val_interval=2 default_hooks.checkpoint.interval=2 param_scheduler=None
use test upernet_convformer work_dirs/upernet_convformer_sample/iter_2.pth --sample-data
echo "_base_ = 'mmmetaformer::upernet_convformer'" >own.py
use complexity own.py --shape 64
say 'Works'
