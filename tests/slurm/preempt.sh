#!/usr/bin/env bash
# Train under a real Slurm: a controller and two node daemons on this machine. A job's
# time limit sends the signal ahead of time; the job saves, is requeued and resumes. Its
# last checkpoint must equal that of a job that was never stopped, bit by bit.
#
#     sudo tests/slurm/preempt.sh
#
# Needs root, and Debian's packages: apt install slurm-wlm munge. Takes about ten
# minutes. Nothing of the system's own Slurm is used: all files and sockets are in a
# temporary folder, the ports are 16817, 17001 and 17002. The environment variables
# STEPS (250) and LIMIT (3 minutes) fit it to a slower machine: the job must reach its
# first step within LIMIT - 2 minutes, and not be done by then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ((EUID != 0)); then
  echo 'error: needs root, since node daemons start processes of any user' >&2
  exit 2
fi
for program in slurmctld slurmd sbatch munged; do
  if ! command -v "$program" >/dev/null; then
    echo "error: $program is missing: apt install slurm-wlm munge" >&2
    exit 2
  fi
done

python=${PYTHON:-$PWD/.venv/bin/python}
folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm.XXXXXX")
host=$(hostname -s)
daemons=()

finish() {
  scancel --user root --quiet 2>/dev/null || true
  # Their steps end only while the node daemons run.
  for _ in {1..40}; do
    [[ -n $(squeue --noheader 2>/dev/null) ]] || break
    sleep 1
  done
  ((${#daemons[@]} == 0)) || kill "${daemons[@]}" 2>/dev/null || true
  wait || true
  echo "Logs are in $folder"
}
trap finish EXIT

head -c 1024 /dev/urandom >"$folder/munge.key"
chmod 400 "$folder/munge.key"
mkdir "$folder/state" "$folder/n1" "$folder/n2"
cat >"$folder/slurm.conf" <<EOF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=1
PartitionName=cpu Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF=$folder/slurm.conf
munged --foreground --force --socket="$folder/munge.sock" \
  --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
  --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" \
  2>"$folder/munged.err" &
daemons+=($!)
slurmctld -D >"$folder/slurmctld.log" 2>&1 &
daemons+=($!)
for node in n1 n2; do
  slurmd -D -N "$node" >"$folder/$node.log" 2>&1 &
  daemons+=($!)
done
for _ in {1..30}; do
  [[ $(sinfo --noheader --states=idle --format=%D 2>/dev/null) == 2 ]] && break
  sleep 1
done
sinfo

cat >"$folder/tiny.py" <<EOF
_base_ = '$PWD/configs/upernet_convformer.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    decode_head=dict(in_channels=[32] * 4),
    auxiliary_head=dict(in_channels=32),
)
EOF

# The nodes have names that no resolver knows.
export MASTER_ADDR=127.0.0.1 PYTHONPATH=$PWD PYTHON=$python OMP_NUM_THREADS=1
export GPUS=0 TASKS=2 TASKS_PER_NODE=1 CPUS_PER_TASK=1

submit() {  # NAME, MINUTES: prints the job's number
  SBATCH_ARGS="--parsable --time=$2 --chdir=$PWD --output=$folder/$1.out" AHEAD=60 \
    tools/slurm_train.sh cpu "$1" "$folder/tiny.py" --sample-data "$folder/data" \
    --work-dir "$folder/$1" --cfg-options randomness.seed=1 \
    "train_cfg.max_iters=${STEPS:-250}" "train_cfg.val_interval=100" \
    default_hooks.logger.interval=10 train_dataloader.batch_size=2
}

state_of() { scontrol --oneliner show job "$1" | grep -o "$2=[^ ]*" | cut -d= -f2; }

finished() {  # JOB: waits until it has ended for good
  until [[ $(state_of "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; do
    sleep 2
  done
}

echo '==> A job that is not stopped'
whole=$(submit whole 60)
finished "$whole"
state_of "$whole" JobState
[[ $(state_of "$whole" JobState) == COMPLETED ]] || { tail -n 20 "$folder/whole.out"; exit 1; }

echo '==> A job whose time is up before it is done'
stopped=$(submit stopped "${LIMIT:-3}")
finished "$stopped"
grep -E 'Stopped by|To resume|--resume|requeued' "$folder/stopped.out" || true
echo "$(state_of "$stopped" JobState) after $(state_of "$stopped" Restarts) restarts"
[[ $(state_of "$stopped" JobState) == COMPLETED ]] || { tail -n 20 "$folder/stopped.out"; exit 1; }
if (($(state_of "$stopped" Restarts) == 0)); then
  echo 'error: the job was done before its time was up: set STEPS to more' >&2
  exit 1
fi

echo '==> Comparing the last checkpoints'
"$python" - "$folder"/{whole,stopped}/last_checkpoint <<'EOF'
import sys

import torch

from mmmetaformer import compat

compat.install()
first, second = (
    torch.load(open(path).read(), weights_only=True) for path in sys.argv[1:]
)
assert first['meta']['iter'] == second['meta']['iter'], 'other steps'


def tensors(node, place=''):
    if isinstance(node, torch.Tensor):
        yield place, node
    elif isinstance(node, (dict, list, tuple)):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from tensors(value, f'{place}/{key}')


keys = ('state_dict', 'optimizer')
one, other = (dict(tensors({k: c[k] for k in keys})) for c in (first, second))
assert one.keys() == other.keys(), 'other tensors'
differ = [name for name in one if not torch.equal(one[name], other[name])]
print(f'{len(one) - len(differ)} of {len(one)} tensors are equal')
sys.exit(bool(differ))
EOF
