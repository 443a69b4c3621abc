#!/usr/bin/env bash
# Test on several GPUs of a machine, or in several processes on a CPU.
# Usage: tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGUMENTS OF tools/test.py ...]
# On several machines, set NNODES, NODE_RANK, MASTER_ADDR and PORT on each.
set -euo pipefail
config=${1:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
checkpoint=${2:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
gpus=${3:?usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS ...]}
shift 3

exec "${PYTHON:-python}" -m torch.distributed.run \
  --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
  --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
  --nproc_per_node="$gpus" \
  "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
