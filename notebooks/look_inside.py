# %% [markdown]
# # Look inside a prediction
#
# Heatmaps, tags and grouping of one generated crowd, step by step. `make demo` makes data and
# weights; the notebook runs in the root of the repository.

# %%
import os
from pathlib import Path

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats
from mmengine.dataset import Compose, pseudo_collate

from mmpose_ae import Predictor
from mmpose_ae.cli.command_line import read_config
from mmpose_ae.grouping import Candidates, GreedyGrouping
from mmpose_ae.models.heads.views import nest_views
from mmpose_ae.pictures.components import first_component

CONFIG = (
    'configs/associative_embedding/synth_crowd/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
)
CHECKPOINT = os.path.relpath(Path('work_dirs/demo/last_checkpoint').read_text())
IMAGE = 'data/synth_crowd/val/000060.jpg'
set_matplotlib_formats('jpeg')  # small files
plt.rcParams['figure.dpi'] = 80

# %% [markdown]
# ## The answer first
#
# The predictor does everything that follows. A score of a keypoint says how sure the heatmap is.

# %%
predictor = Predictor(CONFIG, CHECKPOINT, device='cpu')
(prediction,) = predictor(IMAGE)
picture = prediction.draw()
print(len(prediction), 'people, scores', prediction.poses.instance_scores.round(2))
plt.imshow(picture[..., ::-1])
plt.axis('off')
plt.show()

# %% [markdown]
# ## What the network says
#
# One heatmap and one tag map for each keypoint type, a fourth as large as the input. Both come
# from the same features in one pass, however many people there are.

# %%
cfg = read_config(CONFIG, {})
model = predictor.model
pipeline = Compose(cfg.test_dataloader.dataset.pipeline)
packed = pipeline(dict(img_path=IMAGE, **model.dataset_meta))
with torch.no_grad():
    batch = model.data_preprocessor(pseudo_collate([packed]))
    samples = batch['data_samples']
    options = model.head.read_test_cfg(model.test_cfg)
    metainfo = samples[0].metainfo
    features = nest_views([batch['inputs']], model.extract_feat, metainfo, dict(model.test_cfg))
    predicted = model.head.predict_maps(features, samples, options)
heatmaps, tags = (
    maps[0].float().numpy() for maps in (predicted.maps.heatmaps, predicted.maps.tags)
)
names = prediction.keypoint_names
print('input', tuple(batch['inputs'].shape), 'heatmaps', heatmaps.shape, 'tags', tags.shape)

shown = [names.index(name) for name in ('nose', 'left_wrist', 'left_knee')]
figure, axes = plt.subplots(2, 3, figsize=(9, 6), layout='constrained')
for column, k in zip(axes.T, shown):
    column[0].imshow(heatmaps[k], cmap='gray', vmin=0, vmax=1)
    column[1].imshow(np.where(heatmaps[k] > 0.1, tags[k], np.nan), cmap='turbo')
    column[0].set_title(f'heatmap of {names[k]}')
    column[1].set_title('its tags, where the heatmap is high')
plt.show()

# %% [markdown]
# ## Candidates
#
# The peaks of each heatmap, with their scores and the tags that lie under them. The codec of the
# head finds them, on the device, as tensors of a fixed size; a score of 0 is padding.

# %%
codec = model.head.decoder
proposals = codec.propose(predicted.maps)
candidates = Candidates(*(values[0].numpy() for values in proposals.candidates))
found = candidates.scores > 0
print(found.sum(), 'candidates of', found.size, 'places; of each type', found.sum(1))

# %%
types, _ = found.nonzero()
figure, axes = plt.subplots(figsize=(8, 4), layout='constrained')
first = first_component(candidates.tags[found], np.ones(found.sum(), bool))
axes.scatter(first, types, s=60 * candidates.scores[found], c=first, cmap='turbo', edgecolors='k')
axes.set_yticks(range(len(names)), names)
axes.set_xlabel('tag')
axes.set_title('candidates: a column is a person, or two whose tags are close')
plt.show()

# %% [markdown]
# ## Grouping, step by step
#
# Greedy grouping takes one keypoint type after another. What has a tag close to the mean tag of an
# instance joins it, and what is farther than the threshold starts one. To see how far it is after
# some types, it is given the candidates of those alone. A color is a group; what is left over in
# the end are tags that were off, in groups of their own with low scores.

# %%
order = list(codec.decoding.keypoint_order)
threshold = codec.decoding.tag_threshold
image = packed['inputs'].flip(0).permute(1, 2, 0).numpy()
pixels = predicted.grid.to_pixels(candidates.cells.reshape(-1, 2)).reshape(candidates.cells.shape)
figure, axes = plt.subplots(1, 4, figsize=(14, 4), layout='constrained')
for panel, count in zip(axes, (1, 7, 13, len(order))):
    seen = np.zeros(len(names), bool)
    seen[order[:count]] = True
    scores = np.where(seen[:, None], candidates.scores, 0)
    groups = GreedyGrouping()(candidates._replace(scores=scores), order, threshold)
    panel.imshow(image, alpha=0.4)
    for color, members in enumerate(groups):
        (present,) = (members >= 0).nonzero()
        points = pixels[present, members[present]]
        panel.scatter(*points.T, color=plt.cm.tab10(color % 10), s=30)
    panel.set_title(f'after {count} of {len(order)} types: {len(groups)}')
    panel.axis('off')
plt.show()

# %% [markdown]
# ## People
#
# The codec does the same with the grouping of the config, looks for keypoints that are missing,
# and ranks. What it gives are the poses of the predictor above, in pixels of the input.

# %%
(poses,) = codec.group(proposals, predicted.grid)
print(len(poses.keypoints), 'people, scores', poses.instance_scores.round(2))
kept = poses.instance_scores >= prediction.poses.instance_scores.min()
assert np.allclose(poses.instance_scores[kept], prediction.poses.instance_scores, atol=1e-3)
