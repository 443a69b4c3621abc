#!/usr/bin/env bash
# Train under a real Slurm: a controller and two node daemons on this machine. One job's
# time limit sends the signal ahead of time, another is preempted by a job of a partition
# with a higher priority. Both save, are requeued and resume. Their last checkpoints must
# equal that of a job that was never stopped, bit by bit.
#
#     sudo tests/multi_node/slurm_preempt.sh
#
# Needs root, and Debian's packages: apt install slurm-wlm munge. Takes about 15
# minutes. Nothing of the system's own Slurm is used: all files and sockets are in a
# temporary folder, the ports are 16817, 17001 and 17002. The environment variables
# STEPS (800) and LIMIT (3 minutes) fit it to a slower machine: the job must reach its
# first step within LIMIT - 2 minutes, and not be done by then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cannot() {
  echo "Cannot run: $*" >&2
  exit 2
}
((EUID == 0)) || cannot 'node daemons need root. Use sudo.'
for program in slurmctld slurmd sbatch munged; do
  command -v "$program" >/dev/null ||
    cannot "$program is missing: apt install slurm-wlm munge"
done

python=${PYTHON:-$PWD/.venv/bin/python}
folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm.XXXXXX")
host=$(hostname -s)
daemons=()
passed=

finish() {
  scancel --user root --quiet 2>/dev/null || true
  # Their steps end only while the node daemons run.
  for _ in {1..40}; do
    [[ -n $(squeue --noheader 2>/dev/null) ]] || break
    sleep 1
  done
  ((${#daemons[@]} == 0)) || kill "${daemons[@]}" 2>/dev/null || true
  wait || true
  if [[ -n $passed && -z ${KEEP:-} ]]; then
    rm -rf "$folder"
  else
    echo "Logs are in $folder"
  fi
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
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=cpu Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=60
PartitionName=urgent Nodes=n[1-2] MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
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

# The nodes have names that no resolver knows.
export MASTER_ADDR=127.0.0.1 PYTHONPATH=$PWD PYTHON=$python OMP_NUM_THREADS=1
export GPUS=0 TASKS=2 TASKS_PER_NODE=1 CPUS_PER_TASK=1

submit() {  # NAME, MINUTES: prints the job's number
  SBATCH_ARGS="--parsable --time=$2 --chdir=$PWD --output=$folder/$1.out" AHEAD=60 \
    tools/slurm_train.sh cpu "$1" tests/multi_node/tiny_upernet.py --sample-data "$folder/data" \
    --work-dir "$folder/$1" --cfg-options randomness.seed=1 \
    "train_cfg.max_iters=${STEPS:-800}" "train_cfg.val_interval=100" \
    default_hooks.logger.interval=10 train_dataloader.batch_size=2
}

state_of() { scontrol --oneliner show job "$1" | grep -o "$2=[^ ]*" | cut -d= -f2; }

completed() {  # JOB, NAME: waits until it has ended for good, and requires that it is done
  until [[ $(state_of "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; do
    sleep 2
  done
  grep -E 'Stopped by|To resume|--resume|requeued' "$folder/$2.out" || true
  echo "$(state_of "$1" JobState) after $(state_of "$1" Restarts) restarts"
  [[ $(state_of "$1" JobState) == COMPLETED ]] || { tail -n 20 "$folder/$2.out"; exit 1; }
}

compare() {  # JOB, NAME: with the job that was not stopped
  if (($(state_of "$1" Restarts) == 0)); then
    echo 'error: the job was done before it was stopped: set STEPS to more' >&2
    exit 1
  fi
  "$python" tests/multi_node/compare_runs.py "$folder"/{whole,"$2"}
}

echo '==> A job that is not stopped'
completed "$(submit whole 60)" whole

echo '==> A job whose time is up before it is done'
stopped=$(submit stopped "${LIMIT:-3}")
completed "$stopped" stopped
compare "$stopped" stopped

echo '==> A job that is preempted'
preempted=$(submit preempted 60)
until grep -qs 'Iter(train)' "$folder"/preempted/*/*.log; do
  sleep 1
done
sbatch --parsable --partition=urgent --ntasks=2 --ntasks-per-node=1 \
  --output="$folder/urgent.out" --wrap='sleep 20'
completed "$preempted" preempted
compare "$preempted" preempted
passed=yes
echo PASSED
