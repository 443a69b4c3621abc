#!/usr/bin/env bash
# Train on two hosts, lose one of them, and resume.
#
#     sudo tests/multi_node/two_hosts.sh
#
# Two network namespaces on this machine, joined by a pair of virtual network cards, are
# the hosts. They share the work dir, as on a cluster, and nothing else: each has a
# current folder and data of its own. Each trains a tiny UperNet with one CPU process:
#
# 1. to the end;
# 2. until the second host is killed in the middle: the first must end within LIMIT
#    seconds (default 120) and say why;
# 3. resumed on both hosts: the last checkpoint and validation must equal those of 1, bit
#    for bit;
# 4. until the cable is cut in the middle, so that nothing tells the first host that the
#    second is gone: it must end as in 2.
#
# It needs root, iproute2 and an environment with mmmetaformer (PYTHON; default:
# .venv/bin/python). It takes about four minutes, and removes the namespaces and all files
# at the end, unless KEEP is set.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P "$here/../.." && pwd)
export PYTHON=${PYTHON:-$root/.venv/bin/python}
export PYTHONPATH=$root CUDA_VISIBLE_DEVICES='' OMP_NUM_THREADS=1
limit=${LIMIT:-120}
short=(train_cfg.max_iters=40 train_cfg.val_interval=20 train_dataloader.batch_size=2
    default_hooks.checkpoint.interval=10 default_hooks.logger.interval=1
    randomness.seed=0)

cannot() {
    echo "Cannot run: $*" >&2
    exit 2
}
((EUID == 0)) || cannot 'network namespaces need root. Use sudo.'
command -v ip >/dev/null || cannot 'ip is missing: apt install iproute2'
[[ -x $PYTHON ]] || cannot "$PYTHON is missing: run make setup, or set PYTHON"

hosts=("mmf-a-$$" "mmf-b-$$")
cards=("va$$" "vb$$")
# Addresses for documentation, which no real host has.
addresses=(192.0.2.1 192.0.2.2)
folder=$(mktemp -d "${TMPDIR:-/tmp}/two-hosts.XXXXXX")

kill_host() {
    local pids
    pids=$(ip netns pids "$1" 2>/dev/null) || return 0
    # shellcheck disable=SC2086
    [[ -z $pids ]] || kill -KILL $pids 2>/dev/null || true
}
clean_up() {
    local host
    for host in "${hosts[@]}"; do
        kill_host "$host"
        # The cards go with their namespace.
        ip netns delete "$host" 2>/dev/null || true
    done
    wait 2>/dev/null
    [[ -n ${KEEP:-} ]] && echo "Kept: $folder" || rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

ip netns add "${hosts[0]}" 2>"$folder/error" ||
    cannot "no network namespaces here: $(<"$folder/error")"
ip netns add "${hosts[1]}"
ip link add "${cards[0]}" netns "${hosts[0]}" type veth \
    peer name "${cards[1]}" netns "${hosts[1]}"
for i in 0 1; do
    ip -n "${hosts[i]}" address add "${addresses[i]}/24" dev "${cards[i]}"
    ip -n "${hosts[i]}" link set lo up
    ip -n "${hosts[i]}" link set "${cards[i]}" up
    mkdir "$folder/host$i"
done

pids=()
start() {  # NAME_OF_RUN [ARGUMENTS...]: on both hosts, in the background
    local i
    for i in 0 1; do
        cd "$folder/host$i"
        NNODES=2 NODE_RANK=$i MASTER_ADDR=${addresses[0]} PORT=29500 \
            GLOO_SOCKET_IFNAME=${cards[i]} \
            ip netns exec "${hosts[i]}" bash "$root/tools/dist_train.sh" \
            "$here/tiny_upernet.py" 1 --verbose --sample-data "$folder/host$i/data" \
            --work-dir "$folder/$1" "${@:2}" --cfg-options "${short[@]}" \
            >>"$folder/$1.host$i.log" 2>&1 &
        pids[i]=$!
        cd "$folder"
    done
}
status=0
failed() {
    echo "FAILED: $*"
    status=1
}
stop() {  # NAME_OF_RUN WHAT_FAILED
    tail -n 30 "$folder/$1".host*.log
    echo "FAILED: $2"
    exit 1
}
wait_for_step() {  # NAME_OF_RUN STEP: until it is logged
    local second
    for ((second = 0; second < 1200; second++)); do
        if grep -qs "Iter(train) \[ *$2/" "$folder/$1.host0.log"; then
            return
        fi
        kill -0 "${pids[0]}" 2>/dev/null || break
        sleep 0.2
    done
    stop "$1" "step $2 was not reached"
}
finish() {  # NAME_OF_RUN: on both hosts
    wait "${pids[0]}" && wait "${pids[1]}" || stop "$1" 'it did not end well'
}
lose_second() {
    kill_host "${hosts[1]}"
    wait "${pids[1]}" 2>/dev/null || true  # bash would name it
}
must_end() {  # NAME_OF_RUN WHAT_HAPPENED: the first host, by itself
    local begin=$SECONDS ended=0
    while kill -0 "${pids[0]}" 2>/dev/null; do
        if ((SECONDS - begin > limit)); then
            failed "$2: the first host runs on after $limit s"
            kill_host "${hosts[0]}"
            break
        fi
        sleep 0.2
    done
    wait "${pids[0]}" 2>/dev/null || ended=$?
    ((ended != 0)) || failed "$2: the first host ended with status 0"
    echo "$2: the first host ended after $((SECONDS - begin)) s with status $ended:"
    grep -v '^ *$' "$folder/$1.host0.log" | tail -n 2 | cut -c 1-300 | sed 's/^/    /'
    lose_second
}

start whole
finish whole
echo "Trained on two hosts in $SECONDS s: $(grep -o 'mIoU: [0-9.]*' \
    "$folder/whole.host0.log" | tail -n 1)"
[[ ! -e $folder/host0/.dist_test && ! -e $folder/host1/.dist_test ]] ||
    failed 'evaluation wrote to .dist_test'

start broken
wait_for_step broken 25
lose_second
must_end broken 'Second host killed'

start broken --resume
finish broken
echo "Resumed: $(grep -o 'iter_[0-9]*.pth' "$folder/broken.host1.log" | tail -n 1)"
"$PYTHON" "$here/compare_runs.py" "$folder/whole" "$folder/broken" ||
    failed 'the resumed run differs from the one that was not stopped'

start cut
wait_for_step cut 25
ip -n "${hosts[1]}" link set "${cards[1]}" down
must_end cut 'Cable cut'

((status)) || echo 'PASSED'
exit "$status"
