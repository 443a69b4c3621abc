#!/usr/bin/env bash
# Train on several GPUs of a machine, or in several processes on a CPU.
# Usage: tools/dist_train.sh CONFIG GPUS [ARGUMENTS OF tools/train.py ...]
# On several machines, set NNODES, NODE_RANK, MASTER_ADDR and PORT on each.
set -euo pipefail
config=${1:?usage: $0 CONFIG GPUS [ARGUMENTS ...]}
gpus=${2:?usage: $0 CONFIG GPUS [ARGUMENTS ...]}
shift 2

exec "${PYTHON:-python}" -m torch.distributed.run \
  --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
  --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
  --nproc_per_node="$gpus" \
  "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
