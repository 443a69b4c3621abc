#!/usr/bin/env bash
# Predict on several GPUs of a machine, or in several processes on a CPU.
# Usage: tools/dist_predict.sh CONFIG_OR_CHECKPOINT GPUS FILES ... [ARGUMENTS OF tools/predict.py ...]
# It takes a free port unless PORT is set. On several machines, which share the output
# folder, set NNODES, NODE_RANK, MASTER_ADDR and PORT on each. docs/launching.md has the
# details.
set -euo pipefail
source=${1:?usage: $0 CONFIG_OR_CHECKPOINT GPUS FILES ... [ARGUMENTS ...]}
gpus=${2:?usage: $0 CONFIG_OR_CHECKPOINT GPUS FILES ... [ARGUMENTS ...]}
shift 2

exec "${PYTHON:-python}" -m mmmetaformer.launch "$gpus" \
  "$(dirname "$0")/predict.py" "$source" "$@" --launcher pytorch
