#!/usr/bin/env bash
# A quarter of an hour on a CUDA device: bash tools/benchmark/on_gpu.sh FOLDER [options of methods.py]
# The first rows of the table of methods, in bfloat16, and the GPU's rows of docs/benchmarks.md; an interrupted
# training goes on. With --small after the folder it tries on a CPU that all of it runs.
set -euo pipefail

FOLDER=$1
shift
FORM=--gpu
case " $* " in *" --small "*) FORM= ;; esac
HERE=$(dirname "$0")

"${PYTHON:-python}" "$HERE/methods.py" $FORM --methods ae ae-tag8 swahr --data crowded --seeds 0 \
    --work-dir "$FOLDER/methods" "$@"
for tool in decode loss propose; do
    "${PYTHON:-python}" "$HERE/$tool.py" --threads 1 --repeats 3 --people 1 30 \
        --json "$FOLDER/$tool.json"
done
