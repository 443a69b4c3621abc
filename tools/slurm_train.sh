#!/usr/bin/env bash
# Train under Slurm.
# Usage: tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGUMENTS OF tools/train.py ...]
# Environment variables and defaults: GPUS (8), GPUS_PER_NODE (8), CPUS_PER_TASK (5),
# SRUN_ARGS (none).
set -euo pipefail
usage="usage: $0 PARTITION JOB_NAME CONFIG [ARGUMENTS ...]"
partition=${1:?$usage}
job_name=${2:?$usage}
config=${3:?$usage}
shift 3
gpus=${GPUS:-8}
gpus_per_node=${GPUS_PER_NODE:-$((gpus < 8 ? gpus : 8))}

# SRUN_ARGS is unquoted because it can hold several words.
# shellcheck disable=SC2086
exec srun --partition="$partition" --job-name="$job_name" \
  --gres="gpu:$gpus_per_node" --ntasks="$gpus" --ntasks-per-node="$gpus_per_node" \
  --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 ${SRUN_ARGS:-} \
  "${PYTHON:-python}" -u "$(dirname "$0")/train.py" "$config" --launcher slurm "$@"
