#!/usr/bin/env bash
# Train under Slurm, in a batch job that is requeued and resumes by itself when its time
# is up or it is preempted.
# Usage: tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGUMENTS OF tools/train.py ...]
# Environment variables and defaults: GPUS (8; 0 for CPUs), GPUS_PER_NODE (8), TASKS (GPUS)
# and TASKS_PER_NODE (GPUS_PER_NODE; on CPUs, Slurm decides), CPUS_PER_TASK (5), AHEAD
# (120: seconds before the time limit at which training saves and stops), SBATCH_ARGS and
# SRUN_ARGS (none; such as SBATCH_ARGS='--time=8:00:00 --account=mine').
set -euo pipefail
usage="usage: $0 PARTITION JOB_NAME CONFIG [ARGUMENTS ...]"
partition=${1:?$usage}
job_name=${2:?$usage}
config=${3:?$usage}
# What the user typed, for the line that says how to resume.
typed=''
for name in GPUS GPUS_PER_NODE TASKS TASKS_PER_NODE CPUS_PER_TASK AHEAD SBATCH_ARGS \
  SRUN_ARGS; do
  [[ -z ${!name:-} ]] || typed+="$name=$(printf '%q' "${!name}") "
done
typed+=$(printf '%q ' "$0" "$@")
shift 3
gpus=${GPUS:-8}
gpus_per_node=${GPUS_PER_NODE:-$((gpus < 8 ? gpus : 8))}
tasks=${TASKS:-$gpus}
if ((tasks == 0)); then
  echo "error: GPUS=0 trains on CPUs: set TASKS, the number of processes" >&2
  exit 2
fi
resources=()
if ((gpus > 0)); then
  resources=("--gres=gpu:$gpus_per_node" "--ntasks-per-node=${TASKS_PER_NODE:-$gpus_per_node}")
elif [[ -n ${TASKS_PER_NODE:-} ]]; then
  resources=("--ntasks-per-node=$TASKS_PER_NODE")
fi

# Status 75: the run was asked to stop, and has saved a checkpoint. srun returns the
# highest status of all tasks, so none of them may be killed because another has ended.
# SBATCH_ARGS is unquoted because it can hold several words.
# shellcheck disable=SC2086
exec sbatch --partition="$partition" --job-name="$job_name" "${resources[@]}" \
  --ntasks="$tasks" \
  --cpus-per-task="${CPUS_PER_TASK:-5}" --requeue --open-mode=append \
  --signal="USR1@${AHEAD:-120}" --output='%x-%j.out' ${SBATCH_ARGS:-} <<EOF
#!/usr/bin/env bash
trap : TERM  # that of a preemption is for the training
export MMMETAFORMER_COMMAND=$(printf '%q' "$typed")
srun --kill-on-bad-exit=0 --wait=60 --cpus-per-task="${CPUS_PER_TASK:-5}" \
  ${SRUN_ARGS:-} $(printf '%q ' "${PYTHON:-python}" -u "$(dirname "$0")/train.py" \
    "$config" --launcher slurm "$@")
status=\$?
# 143: preempted before the first step.
if ((status == 75 || status == 143)); then
  echo "Job \$SLURM_JOB_ID is requeued and will resume."
  scontrol requeue "\$SLURM_JOB_ID"
fi
exit \$status
EOF
