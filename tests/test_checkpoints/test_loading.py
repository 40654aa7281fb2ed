"""Published files where a user gives them: to a runner, to ``init_model``, and back again."""

from pathlib import Path

import golden
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample

from mmpose_ae.checkpoints import (
    CheckpointError,
    convert_coupled_embedding,
    convert_higher_hrnet,
    convert_pose_ae_train,
    load_from_local,
)
from mmpose_ae.registry import MODELS

HIGHER_HRNET = (
    Path(__file__).resolve().parents[2]
    / 'configs/associative_embedding/coco/ae_higherhrnet-w32_4xb12-300e_coco-512x512-released.py'
)


def publish(folder, seed=0):
    """A file as HigherHRNet publishes it, with the weights of the golden vectors."""
    path = folder / 'pose_higher_hrnet_w32_512.pth'
    torch.save(golden.weights(golden.shapes('higherhrnet_w32_coco'), seed), path)
    return path


@pytest.fixture(scope='module')
def published(tmp_path_factory):
    """A published file."""
    return publish(tmp_path_factory.mktemp('published'))


@pytest.mark.parametrize(
    'case', golden.cases('net_higherhrnet_w32*.npz', 'in.x', 'out.final_heatmaps_p2i')
)
def test_init_model_takes_the_published_file(case, tmp_path):
    """From the file to the merged maps of image and mirrored image, as the original."""
    published = publish(tmp_path, int(case['in.weight_seed']))
    model = init_model(str(HIGHER_HRNET), str(published), device='cpu')
    image = case.tensor('in.x')
    flip_indices = model.dataset_meta['flip_indices']
    sample = PoseDataSample(
        metainfo=dict(img_shape=tuple(image.shape[2:]), flip_indices=flip_indices)
    )
    with torch.no_grad():
        views = [model.extract_feat(x) for x in (image, image.flip(-1))]
        settings = dict(model.test_cfg, output_heatmaps=True)
        _, (maps,) = model.head.predict(views, [sample], settings)
    expected = case['out.final_heatmaps_p2i'][0]
    np.testing.assert_allclose(maps.heatmaps, expected, atol=1e-3, rtol=0)
    tags = maps.tags.unflatten(0, (2, -1))[..., ::8, ::8].permute(1, 2, 3, 0)
    np.testing.assert_allclose(tags, case['out.final_tags_p2i_sub'][0], atol=1e-3, rtol=0)


def load_from(path, config, work_dir):
    """What a runner's model holds after ``load_from``, as in tools/train.py and tools/test.py."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        settings = Config.fromfile(config).model
        settings.backbone.init_cfg = None
        model = MODELS.build(settings)
    runner = Runner(
        model,
        str(work_dir),
        load_from=str(path),
        experiment_name=work_dir.name,
        default_scope='mmpose_ae',  # it stays for the tests after this one
    )
    runner.load_or_resume()
    return runner.model.state_dict()


def test_load_from_takes_the_published_file(published, tmp_path):
    loaded, original = load_from(published, HIGHER_HRNET, tmp_path), torch.load(published)
    for ours, theirs in (
        ('head.final_layer.bias', 'final_layers.0.bias'),
        ('head.upsample_modules.0.blocks.3.conv2.weight', 'deconv_layers.0.4.0.conv2.weight'),
        ('backbone.stage4.2.fuse_layers.0.3.1.running_var',) * 2,
    ):
        assert torch.equal(loaded[ours], original[theirs.replace('backbone.', '')])


def test_load_from_refuses_what_does_not_fit(published, tmp_path):
    crowdpose = str(HIGHER_HRNET).replace('coco', 'crowdpose')
    with pytest.raises(CheckpointError, match=r'final_layer\.bias \(34,\) instead of \(28,\)'):
        load_from(published, crowdpose, tmp_path)


def shrink(shapes):
    """Fewer channels, so that whole networks are quick to fill."""
    return {key: [max(1, size // 16) for size in shape] for key, shape in shapes.items()}


@pytest.mark.parametrize('name', golden.key_lists('higherhrnet_*', 'posenet_full'))
def test_round_trip_of_names(name, tmp_path):
    """Converted, saved, loaded and named as before: every tensor is identical."""
    convert = convert_pose_ae_train if name == 'posenet_full' else convert_higher_hrnet
    weights = golden.weights(shrink(golden.shapes(name)))
    torch.save(dict(state_dict=convert(weights)), tmp_path / 'converted.pth')
    loaded = load_from_local(tmp_path / 'converted.pth')['state_dict']
    back = {
        original: loaded[ours] for ours, original in convert(dict(zip(weights, weights))).items()
    }
    assert back.keys() == weights.keys()
    assert all(torch.equal(back[key], value) for key, value in weights.items())


@pytest.mark.parametrize('name', golden.key_lists('ce_hrnet*'))
def test_round_trip_of_coupled_embedding(name, tmp_path):
    """The layer of heatmaps and tags is split, and its tags ordered by keypoint again."""
    shapes = {k: shape for k, shape in golden.shapes(name).items() if k.startswith('head.')}
    num_keypoints = shapes['head.hms_pred_layers.weight'][0]
    weights = golden.weights(shapes)
    torch.save(convert_coupled_embedding(weights), tmp_path / 'converted.pth')
    loaded = load_from_local(tmp_path / 'converted.pth')
    for parameter in ('weight', 'bias'):
        layer = loaded[f'head.final_layer.{parameter}']
        heatmaps, tags = layer[:num_keypoints], layer[num_keypoints:]
        by_keypoint = tags.unflatten(0, (8, num_keypoints)).transpose(0, 1).flatten(0, 1)
        assert torch.equal(heatmaps, weights[f'head.hms_pred_layers.{parameter}'])
        assert torch.equal(by_keypoint, weights[f'head.tms_pred_layers.{parameter}'])
