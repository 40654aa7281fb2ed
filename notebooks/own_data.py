# %% [markdown]
# # Your own data in ten minutes
#
# From pictures and annotations to a network that finds your keypoints: check, a config of a few
# lines, training, testing, predicting. `make demo` makes the weights to start from; the notebook
# runs in the root of the repository, on a CPU, and
# [the page on own keypoints](../docs/custom_dataset.md) has the reasons.

# %%
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

from mmpose_ae import Predictor

DATA = Path('work_dirs/own_data')
CHECKPOINT = os.path.relpath(Path('work_dirs/demo/last_checkpoint').read_text())
set_matplotlib_formats('jpeg')  # small files
plt.rcParams['figure.dpi'] = 80


def run(command, lines=2):
    """What a terminal does with `mmpose-ae COMMAND`; prints the last lines."""
    call = [sys.executable, '-m', 'mmpose_ae_cli', *shlex.split(command)]
    done = subprocess.run(call, capture_output=True, text=True)
    said = done.stdout if done.returncode == 0 else done.stdout + done.stderr
    print(f'$ mmpose-ae {command}', *said.splitlines()[-lines:], sep='\n')
    done.check_returncode()


# %% [markdown]
# ## Pictures and annotations
#
# Here they are drawn: animals of four keypoints, in COCO's format. In place of this cell put your
# pictures into `images`, and what your annotation tool exports into `annotations`.

# %%
TURNED = 0.7  # radians, at most
KEYPOINTS = np.array([[34, -8], [16, 20], [-16, 20], [-36, -14]])  # nose, left and right paw, tail


def draw_animal(image, rng):
    """Draw one somewhere; gives its keypoints, (4, 2), in pixels."""
    shape = KEYPOINTS * rng.uniform(0.6, 1.2)
    if rng.random() < 0.5:
        shape[[0, 3], 0] *= -1  # it looks the other way, and its left is where it was
    turn = rng.uniform(-TURNED, TURNED)
    cos, sin = np.cos(turn), np.sin(turn)
    center = rng.uniform((50, 50), np.array(image.shape[1::-1]) - 50)
    points = shape @ np.array([[cos, sin], [-sin, cos]]) + center
    fur, dark, white = rng.integers(90, 200, 3).tolist(), (40, 40, 40), (250, 250, 250)
    pixels, middle = points.round().astype(int).tolist(), center.round().astype(int).tolist()
    for point, color in zip(pixels, (dark, white, white, fur)):
        cv2.line(image, middle, point, fur, 5, cv2.LINE_AA)
        cv2.circle(image, point, 5, color, -1, cv2.LINE_AA)
    cv2.ellipse(image, middle, (22, 12), np.degrees(turn), 0, 360, fur, -1, cv2.LINE_AA)
    return points


def draw_data(name, count, seed):
    """Draw pictures of one to three animals, and write what is where."""
    rng = np.random.default_rng(seed)
    images, annotations = [], []
    for number in range(count):
        meadow = rng.normal((70, 130, 90), 12, (24, 32, 3)).clip(0, 255).astype(np.uint8)
        image = cv2.resize(meadow, (256, 192), interpolation=cv2.INTER_CUBIC)
        for _ in range(rng.integers(1, 4)):
            points = draw_animal(image, rng)
            annotation = dict(id=len(annotations) + 1, image_id=number, category_id=1)
            annotation['keypoints'] = np.column_stack([points, [2] * 4]).ravel().tolist()
            annotation['bbox'] = [*points.min(0), *np.ptp(points, 0)]
            annotations.append(annotation)
        images.append(dict(id=number, file_name=f'{name}_{number}.png', width=256, height=192))
        cv2.imwrite(str(DATA / 'images' / images[-1]['file_name']), image)
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='animal')])
    (DATA / 'annotations' / f'{name}.json').write_text(json.dumps(content))


for folder in ('images', 'annotations'):
    (DATA / folder).mkdir(parents=True, exist_ok=True)
draw_data('train', 160, seed=0)
draw_data('val', 40, seed=1)

# %% [markdown]
# ## What the keypoints are
#
# The metainfo names them, and says which are mirrored by a flip, what is drawn, and how exactly
# each can be labeled. This one comes with the package.

# %%
METAINFO = 'configs/_base_/datasets/four_keypoint_animals.py'
print(Path(METAINFO).read_text())

# %% [markdown]
# ## Check before training
#
# Boxes that are a bit off, areas that are missing, pictures that cannot be read: this says what is
# repaired, and what must be mended by hand.

# %%
for name in ('train', 'val'):
    run(f'check --ann {DATA}/annotations/{name}.json --images {DATA}/images --metainfo {METAINFO}')

# %% [markdown]
# ## The config
#
# A child of the demo's: your data, your keypoints, and the demo's weights to start from. The small
# hourglass predicts the maps itself, so it must know how many: a heatmap and a tag for each
# keypoint. With a GPU and more pictures take a config of COCO, whose head has a layer for that.

# %%
CONFIG = DATA / 'own.py'
CONFIG.write_text(f"""
_base_ = (
    'mmpose_ae::associative_embedding/synth_crowd/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
)
metainfo = dict(from_file='{METAINFO}')
data = dict(data_root='{DATA}/', metainfo=metainfo, data_prefix=dict(img='images/'))

model = dict(
    backbone=dict(out_channels=8),
    head=dict(in_channels=8, decoder=dict(metainfo=metainfo, keypoint_order=None)),
    init_cfg=dict(type='Pretrained', checkpoint='{CHECKPOINT}'),
)
train_dataloader = dict(dataset=dict(data, ann_file='annotations/train.json'))
val_dataloader = dict(dataset=dict(data, ann_file='annotations/val.json'))
test_dataloader = val_dataloader
val_evaluator = [
    dict(_base_.val_evaluator, ann_file='{DATA}/annotations/val.json'),
    dict(type='KeypointErrorMetric'),  # PCK and the mean error in pixels
]
test_evaluator = val_evaluator

EPOCHS = 30
train_cfg = dict(max_epochs=EPOCHS, val_interval=EPOCHS)
warm_up, decay = _base_.param_scheduler
param_scheduler = [warm_up, dict(decay, end=EPOCHS, T_max=EPOCHS)]
""")

# %% [markdown]
# ## Train
#
# Minutes on two cores. The log, and checkpoints, are in the folder of the run.

# %%
run(f'train {CONFIG} --work-dir {DATA}/run --cfg-options randomness.seed=0')

# %% [markdown]
# ## Test, and choose who is shown
#
# With `--choose-threshold` the least score of an animal that is worth showing is chosen on the
# validation pictures, and written into the checkpoint.

# %%
TRAINED = os.path.relpath((DATA / 'run/last_checkpoint').read_text())
run(f'test {CONFIG} {TRAINED} --choose-threshold', lines=1)

# %% [markdown]
# ## Predict
#
# As for any other picture: a color is an animal.

# %%
predictor = Predictor(CONFIG, TRAINED, device='cpu')
figure, axes = plt.subplots(2, 3, figsize=(9, 5), layout='constrained')
paths = [DATA / 'images' / f'val_{number}.png' for number in range(axes.size)]
for panel, prediction in zip(axes.flat, predictor(paths)):
    panel.imshow(prediction.draw()[..., ::-1])
    panel.set_title(f'{len(prediction)} animals')
    panel.axis('off')
plt.show()

# %% [markdown]
# `mmpose-ae predict FOLDER --config own.py --checkpoint FILE` writes the same to files;
# `mmpose-ae report` says what the rest of the AP is lost to, and [the next
# notebook](export.ipynb) makes a file that runs without PyTorch.
