#!/usr/bin/env bash
# Train with several processes: bash tools/dist_train.sh CONFIG GPUS [options of train.py]
# Without a GPU the processes share the CPU. Across machines set NNODES, NODE_RANK, MASTER_ADDR.
set -euo pipefail

CONFIG=$1
GPUS=$2

"${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$GPUS" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "${@:3}"
