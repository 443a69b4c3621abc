#!/usr/bin/env bash
# Train on several GPUs of a machine, or in several processes on a CPU.
# Usage: tools/dist_train.sh CONFIG GPUS [--max-restarts N] [ARGUMENTS OF tools/train.py ...]
# It takes a free port unless PORT is set. On several machines, set NNODES, NODE_RANK,
# MASTER_ADDR and PORT on each. docs/launching.md has the details.
set -euo pipefail
config=${1:?usage: $0 CONFIG GPUS [ARGUMENTS ...]}
gpus=${2:?usage: $0 CONFIG GPUS [ARGUMENTS ...]}

# What the user typed, for the line that says how to resume.
typed=''
for name in NNODES NODE_RANK MASTER_ADDR PORT; do
  [[ -z ${!name:-} ]] || typed+="$name=${!name} "
done
MMMETAFORMER_COMMAND=$typed$(printf '%q ' "$0" "$@")
export MMMETAFORMER_COMMAND
shift 2

exec "${PYTHON:-python}" -m mmmetaformer.launch "$gpus" \
  "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
