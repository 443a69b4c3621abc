#!/usr/bin/env bash
# Test on several GPUs of a machine, or in several processes on a CPU.
# Usage: tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGUMENTS OF tools/test.py ...]
# It takes a free port unless PORT is set. On several machines, set NNODES, NODE_RANK,
# MASTER_ADDR and PORT on each. docs/launching.md has the details.
set -euo pipefail
config=${1:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
checkpoint=${2:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
gpus=${3:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
shift 3

exec "${PYTHON:-python}" -m mmmetaformer.launch "$gpus" \
  "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
