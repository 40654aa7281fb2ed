"""What the documents print as configs works as printed."""

import re
from pathlib import Path

import pytest
import torch
from documents import BLOCKS, is_python, is_script
from mmengine.config import Config
from mmengine.registry import HOOKS, OPTIM_WRAPPERS, OPTIMIZERS, VISBACKENDS, DefaultScope
from small_configs import evaluate, make_small, train_step, write_dataset

from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[1]
BASE = 'mmpose_ae::associative_embedding/coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'
BASES = {
    'configs/cid/README.md': 'mmpose_ae::cid/coco/cid_hrnet-w32_8xb20-140e_coco-512x512.py',
    'configs/dekr/README.md': 'mmpose_ae::dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py',
}
SYNTH_CROWD = 'mmpose_ae::associative_embedding/synth_crowd/'


def section(document, title):
    """The text of a document from a heading to the next one."""
    text = (ROOT / document).read_text()
    return text.split(f'\n## {title}\n')[1].split('\n## ')[0]


def blocks(text):
    """The code blocks of Python in a text."""
    return re.findall(r'```python\n(.*?)```', text, re.S)


SWAP = section('README.md', 'Swap parts by config')
ROWS = dict(re.findall(r'^\| (.+?) \| (`.*`) \|$', SWAP, re.M))


def run_as_printed(folder, lines, base=BASE):
    """Train and test a step with a config that has these lines; gives the config."""
    text = lines if '_base_ = ' in lines else f"_base_ = '{base}'\n{lines}"
    (folder / 'mine.py').write_text(text)
    torch.manual_seed(0)
    cfg = Config.fromfile(folder / 'mine.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        write_dataset(make_small(cfg), folder)
        model = MODELS.build(cfg.model)
        train_step(cfg, model)
        assert 'coco/AP' in evaluate(cfg, model)
    return Config.fromfile(folder / 'mine.py')._cfg_dict


def test_every_row_is_read():
    assert len(ROWS) == SWAP.count('\n| ') - 1  # without the heading


@pytest.mark.parametrize('want', ROWS)
def test_row_of_the_readme(want, tmp_path):
    changed = run_as_printed(tmp_path, '\n'.join(re.findall('`(.+?)`', ROWS[want])))
    (tmp_path / 'unchanged.py').write_text(f"_base_ = '{BASE}'\n")
    assert changed != Config.fromfile(tmp_path / 'unchanged.py')._cfg_dict


CONFIGS = [block for block in BLOCKS if is_python(block) and not (is_script(block) or block.needs)]


@pytest.mark.parametrize('block', CONFIGS, ids=str)
def test_lines_of_configs(block, tmp_path):
    """As they are printed, over what the page is about."""
    lines = block.text.replace("_base_ = './", f"_base_ = '{SYNTH_CROWD}")
    run_as_printed(tmp_path, lines, BASES.get(block.document, BASE))


HABITS = blocks((ROOT / 'docs/train.md').read_text())


@pytest.mark.parametrize('lines', HABITS)
def test_habits_of_training_are_built(lines, tmp_path):
    """Hooks and visualizers know the options that they are given; the others change the config."""
    (tmp_path / 'unchanged.py').write_text(f"_base_ = '{BASE}'\n")
    (tmp_path / 'mine.py').write_text(f"_base_ = '{BASE}'\n{lines}")
    before, cfg = (Config.fromfile(tmp_path / f'{name}.py') for name in ('unchanged', 'mine'))
    assert cfg._cfg_dict != before._cfg_dict
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        hooks = [HOOKS.build(hook) for hook in cfg.custom_hooks]
        assert len(hooks) >= len(before.custom_hooks)
        for backend in cfg.visualizer.vis_backends:
            VISBACKENDS.build({**backend, 'save_dir': str(tmp_path)})
        parameter = [torch.nn.Parameter(torch.zeros(1))]
        optimizer = OPTIMIZERS.build({**cfg.optim_wrapper.optimizer, 'params': parameter})
        wrapper = {'type': 'OptimWrapper', **cfg.optim_wrapper, 'optimizer': optimizer}
        assert OPTIM_WRAPPERS.build(wrapper)
