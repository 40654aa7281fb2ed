# %% [markdown]
# # Export, and run without PyTorch
#
# One file that takes pictures and holds everything but the last step, making people of candidates.
# It is compared here with the network that it was made of: what is in it, what it finds, how
# long it takes, and what 8 bits change. `make demo` makes data and weights; the notebook runs in
# the root of the repository, and [the page on exported files](../docs/export.md) has the reasons.

# %%
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

from mmpose_ae import Predictor
from mmpose_ae.runtime import RuntimePredictor, read_description

CONFIG = (
    'configs/associative_embedding/synth_crowd/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
)
CHECKPOINT = os.path.relpath(Path('work_dirs/demo/last_checkpoint').read_text())
FILES = Path('work_dirs/export')
IMAGES = [cv2.imread(f'data/synth_crowd/val/{number:06d}.jpg') for number in range(1, 41)]
FILES.mkdir(exist_ok=True)
torch.set_num_threads(1)  # one thread each, so that times can be compared
set_matplotlib_formats('jpeg')  # small files
plt.rcParams['figure.dpi'] = 80


def export(name, *options):
    """What a terminal does with `mmpose-ae export`; prints what it says."""
    words = ['export', CONFIG, CHECKPOINT, str(FILES / name), *options, '--overwrite']
    call = [sys.executable, '-m', 'mmpose_ae_cli', *words]
    done = subprocess.run(call, capture_output=True, text=True)
    print('$ mmpose-ae', *words, '\n' + (done.stderr if done.returncode else done.stdout))
    done.check_returncode()
    return FILES / name


# %% [markdown]
# ## Export
#
# The command compares the file with the network on drawn crowds of three sizes, and leaves none
# behind that differs. Without `--no-flip` the mirrored picture would be in it, as in the config.

# %%
exported = export('people.onnx', '--no-flip')

# %% [markdown]
# ## What is inside
#
# Standard operators alone, pictures as bytes, and candidates of a fixed size. The metadata say how
# pictures become inputs and how candidates become people, so nothing else is needed.

# %%
graph = onnx.load(exported).graph
for value in [*graph.input, *graph.output]:
    sides = [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
    print(f'{value.name:12}', sides)
print(Counter(node.op_type for node in graph.node).most_common(8))

# %%
about = read_description(exported)
print(about.name, about.keypoint_names[:5], '...')
print('input', about.resize, 'stride', about.stride)
for name, value in about.decoding.to_dict().items():
    print(f'{name:16}', value)

# %% [markdown]
# ## Run it
#
# `RuntimePredictor` needs numpy, OpenCV and onnxruntime, and gives what `Predictor` gives.

# %%
predictors = {
    'PyTorch': Predictor(CONFIG, CHECKPOINT, device='cpu', flip=False, score_threshold=0.2),
    'exported': RuntimePredictor(exported, threads=1, score_threshold=0.2),
}
figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout='constrained')
for panel, (name, predictor) in zip(axes, predictors.items()):
    (prediction,) = predictor(IMAGES[59 % len(IMAGES)])
    panel.imshow(prediction.draw()[..., ::-1])
    panel.set_title(f'{name}: {len(prediction)} people')
    panel.axis('off')
plt.show()

# %% [markdown]
# ## The same people, sooner
#
# Seconds of CPU time for all pictures, from arrays to people, one thread each; the first picture
# comes before the clock starts.

# %%


def find(predictor):
    """All predictions, and the seconds of CPU time that they took."""
    list(predictor(IMAGES[:1]))
    start = time.process_time()
    return list(predictor(IMAGES)), time.process_time() - start


def compare(found, reference):
    """How many people of a reference are found again, and how far off keypoints are at most."""
    moved = []
    for ours, theirs in zip(found, reference):
        for points in theirs.poses.keypoints:
            off = np.linalg.norm(ours.poses.keypoints - points, axis=-1)  # (N, K)
            moved.append(np.median(off, axis=1).min(initial=np.inf))
    moved = np.array(moved)
    again = moved < 3
    return f'{again.mean():.1%} of {len(moved)} people again, {moved[again].mean():.3f} pixels off'


found, seconds = {}, {}
for name, predictor in predictors.items():
    found[name], seconds[name] = find(predictor)
print('exported:', compare(found['exported'], found['PyTorch']))
print(f'as fast as PyTorch: {seconds["PyTorch"] / seconds["exported"]:.2f} times')

# %% [markdown]
# ## 8 bits
#
# `--int8` measures ranges on pictures of the training data. The file is compared with the network
# by the people that it finds, since its numbers cannot be equal. What it gains depends on the CPU:
# one that multiplies 8 bits (AVX512-VNNI, ARM's dot product) gains most.

# %%
small = export('people-int8.onnx', '--no-flip', '--int8')
found['int8'], seconds['int8'] = find(RuntimePredictor(small, threads=1, score_threshold=0.2))
print('int8:', compare(found['int8'], found['PyTorch']))
for name, file in (('exported', exported), ('int8', small)):
    times = seconds['PyTorch'] / seconds[name]
    print(f'{name:9} {file.stat().st_size / 2**20:5.2f} MB, {times:.2f} times as fast as PyTorch')

# %% [markdown]
# What it costs in AP is [measured](../docs/benchmarks.md#exported-files). The same file runs
# [in a browser](../projects/browser/README.md), with OpenVINO, and with `--poses`
# [from C++](../docs/cpp.md).
