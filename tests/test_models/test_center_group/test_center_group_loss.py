"""CenterGroupLoss against the release, and where the release is wrong."""

import golden
import numpy as np
import pytest
import torch
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae.models.center_group import CenterTargets, GroupingOutputs, collect_targets
from mmpose_ae.registry import MODELS


def sigmas_of(num_keypoints):
    """Tolerances of COCO's or CrowdPose's keypoints, as MMPose has them."""
    path = f'configs/_base_/datasets/{golden.DATASETS[num_keypoints]}.py'
    return parse_pose_metainfo(dict(from_file=path))['sigmas'].tolist()


def build(**options):
    return MODELS.build(dict(type='mmpose_ae.CenterGroupLoss', **options))


def golden_targets(data):
    """Of one image with all centers; the release's last keypoint is the center."""
    positive = data['person_tp_target'] > 0
    boxes = data['boxes']
    targets = CenterTargets(
        data['loc_target'][:, :-1].float(),
        data['vis_target'][:, :-1],
        (boxes[:, 1, :2] - boxes[:, 0, :2]).prod(-1).float(),
        positive,
        data['ignore_person'] > 0,
    )
    return CenterTargets(*(value[None] for value in targets))


@pytest.mark.parametrize(
    'case, name',
    golden.cases(
        'centergroup_loss*.npz', 'in.loc_pred', 'out.{}_overall', of=('mask_vis', 'nomask_vis')
    ),
)
def test_golden_losses(case, name):
    data = case.tensors('in.')
    predicted = [data[key].requires_grad_() for key in ('loc_pred', 'viz_pred', 'person_tp_pred')]
    locations, visibility, centers = predicted
    layers = [
        GroupingOutputs(xy[None], None, seen[None, ..., 0], is_center[None, :, 0], None)
        for xy, seen, is_center in zip(locations, visibility, centers)
    ]
    sigmas = sigmas_of(locations.shape[2]) if name == 'mask_vis' else None
    losses = build(sigmas=sigmas)(layers, golden_targets(data))

    expected = case.arrays(f'out.{name}_')
    assert losses['loss_location'].item() == pytest.approx(0.02 * expected['loc_loss'], rel=1e-5)
    assert losses['loss_visibility'].item() == pytest.approx(expected['vis_loss'], rel=1e-5)
    assert losses['loss_center'].item() == pytest.approx(expected['person_loss'], rel=1e-5)
    overall = sum(losses.values())
    assert overall.item() == pytest.approx(expected['overall'], rel=1e-5)
    overall.backward()
    for value, key in zip(predicted, ('loc_pred', 'viz_pred', 'person_tp_pred')):
        np.testing.assert_allclose(value.grad, expected[f'grad_{key}'], rtol=1e-4, atol=1e-7)


def random_layers(batch=2, centers=3, keypoints=4, layers=2):
    torch.manual_seed(0)
    shapes = (batch, centers, keypoints, 2), (batch, centers, keypoints), (batch, centers)
    values = [[torch.randn(s).requires_grad_() for s in shapes] for _ in range(layers)]
    return [GroupingOutputs(xy, None, seen, center, None) for xy, seen, center in values]


def random_targets(batch=2, centers=3, keypoints=4):
    return CenterTargets(
        torch.randn(batch, centers, keypoints, 2),
        torch.ones(batch, centers, keypoints, dtype=torch.bool),
        torch.full((batch, centers), 1e4),
        torch.ones(batch, centers, dtype=torch.bool),
        torch.ones(batch, centers, dtype=torch.bool),
    )


@pytest.mark.parametrize('changed, zero', [
    (dict(positive=False), ['loss_location', 'loss_visibility']),
    (dict(mask=False), ['loss_location', 'loss_visibility', 'loss_center']),
    (dict(visible=False), ['loss_location']),
])  # fmt: skip
def test_nothing_to_learn_is_no_loss_but_in_the_graph(changed, zero):
    layers, targets = random_layers(), random_targets()
    values = {key: torch.full_like(getattr(targets, key), value) for key, value in changed.items()}
    losses = build(sigmas=[0.1] * 4)(layers, targets._replace(**values))
    assert [key for key, loss in losses.items() if loss == 0] == zero
    sum(losses.values()).backward()
    grads = [v.grad for out in layers for v in (out.locations, out.visibility, out.center_logits)]
    assert all(grad.isfinite().all() for grad in grads)


def test_no_centers_at_all():
    layers, targets = random_layers(centers=0), random_targets(centers=0)
    losses = build(sigmas=[0.1] * 4)(layers, targets)
    assert set(losses) == {'loss_location', 'loss_visibility', 'loss_center'}
    sum(losses.values()).backward()
    assert all(loss == 0 for loss in losses.values())


def test_what_fills_up_a_batch_changes_nothing():
    layers, targets = random_layers(batch=1), random_targets(batch=1)
    alone = build(sigmas=[0.1] * 4)(layers, targets)
    filled_layers = [
        GroupingOutputs(*(None if v is None else torch.cat([v, 9 + v], 1) for v in layer))
        for layer in layers
    ]
    filled = CenterTargets(*(torch.cat([v, v], 1) for v in targets))
    filled.mask[:, 3:] = False
    together = build(sigmas=[0.1] * 4)(filled_layers, filled)
    assert {k: v.item() for k, v in alone.items()} == pytest.approx(
        {k: v.item() for k, v in together.items()}
    )


def test_predictions_that_are_switched_off_have_no_loss():
    layers = [layer._replace(visibility=None, center_logits=None) for layer in random_layers()]
    assert set(build(sigmas=[0.1] * 4)(layers, random_targets())) == {'loss_location'}


def test_targets_of_matches():
    locations = torch.arange(8.0).view(1, 2, 2, 2)
    visible = torch.tensor([[[True, False], [True, True]]])
    matches, mask = torch.tensor([[1, -1, 0]]), torch.tensor([[True, True, False]])
    targets = collect_targets(matches, locations, visible, torch.tensor([[5.0, 6.0]]), mask)
    assert targets.locations.flatten(2).tolist() == [[[4, 5, 6, 7], [0, 0, 0, 0], [0, 1, 2, 3]]]
    assert targets.visible.tolist() == [[[True, True], [False, False], [True, False]]]
    assert targets.box_areas.tolist() == [[6, 0, 5]]
    assert targets.positive.tolist() == [[True, False, True]]
    nobody = collect_targets(matches.fill_(-1), locations[:, :0], visible[:, :0],
                             torch.zeros(1, 0), mask)  # fmt: skip
    assert not nobody.positive.any() and nobody.locations.shape == (1, 3, 2, 2)
