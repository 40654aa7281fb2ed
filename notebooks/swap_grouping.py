# %% [markdown]
# # Swap the grouping and compare
#
# The network stays as it is; one line of the config says how its candidates become people. Here two
# strategies are tested on the same images and looked at where they differ. `make demo` makes
# data and weights; the notebook runs in the root of the repository.

# %%
import json
import os
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

from mmpose_ae import Predictor
from mmpose_ae.coco_evaluation import COCO, COCOeval

CONFIG = (
    'configs/associative_embedding/synth_crowd/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
)
CHECKPOINT = os.path.relpath(Path('work_dirs/demo/last_checkpoint').read_text())
DATA = Path('data/synth_crowd')
NUM_IMAGES = 40
set_matplotlib_formats('jpeg')  # small files
plt.rcParams['figure.dpi'] = 80

# %% [markdown]
# ## The same network twice
#
# `cfg_options` overrides settings of the config, as `--cfg-options` of the commands does. Nothing
# is trained anew. All people are kept, as the metric ranks them itself.

# %%
STRATEGIES = {
    'density': dict(type='DensityGrouping'),
    'greedy': dict(type='GreedyGrouping', max_open=30),
}
images = json.loads((DATA / 'annotations/val.json').read_text())['images'][:NUM_IMAGES]
paths = [DATA / 'val' / image['file_name'] for image in images]
found = {}
for name, grouping in STRATEGIES.items():
    predictor = Predictor(
        CONFIG,
        CHECKPOINT,
        device='cpu',
        score_threshold=0,
        batch_size=8,
        cfg_options={'model.head.decoder.grouping': grouping},
    )
    found[name] = list(predictor(paths))
    print(name, sum(map(len, found[name])), 'people in', len(paths), 'images')

# %% [markdown]
# ## Average precision

# %%
truth = COCO(str(DATA / 'annotations/val.json'))
for name, predictions in found.items():
    results = [
        person
        for image, prediction in zip(images, predictions)
        for person in prediction.to_coco(image['id'])
    ]
    metric = COCOeval(truth, truth.loadRes(results), 'keypoints')
    metric.params.imgIds = [image['id'] for image in images]
    metric.evaluate()
    metric.accumulate()
    metric.summarize()
    print(f'{name}: AP {metric.stats[0]:.3f}, AP of OKS 0.5 {metric.stats[1]:.3f}')

# %% [markdown]
# ## Where they differ
#
# The images whose numbers of confident people differ most. Greedy grouping takes nothing back: a
# tag that is off splits a person, and both parts collect keypoints.

# %%
counts = {
    name: np.array([len(each.best(0.2)) for each in predictions])
    for name, predictions in found.items()
}
most = np.argsort(-np.abs(counts['density'] - counts['greedy']), kind='stable')[:3]
figure, axes = plt.subplots(2, len(most), figsize=(9, 6), layout='constrained')
for row, (name, predictions) in zip(axes, found.items()):
    for panel, index in zip(row, most):
        panel.imshow(predictions[index].best(0.2).draw()[..., ::-1])
        panel.set_title(f'{name}: {counts[name][index]} people')
        panel.axis('off')
plt.show()

# %% [markdown]
# These are few images and one training: what is better on your data, your own validation set
# says. [The page on grouping](../docs/grouping.md) has all strategies and their options.
