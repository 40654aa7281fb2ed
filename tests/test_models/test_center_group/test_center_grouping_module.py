"""The grouping module against the release, and what must hold for any weights."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.checkpoints import convert_center_group
from mmpose_ae.models.center_group import CenterGroupingModule, EmbeddingNet, Nodes
from mmpose_ae.registry import MODELS


def golden_nodes(data, kind, embedding, encoding):
    mask = data[f'{kind}_keep_mask']
    locations = data.get(f'{kind}_coords', torch.zeros(*mask.shape, 2, dtype=torch.float64))
    return Nodes(data[embedding], data[encoding], locations, mask)


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_grouping*.npz', 'in.kp_embed', 'out.loc_attn_weights')
)
def test_golden_grouping(case):
    """Every layer's predictions equal the release's, also of an image with padding alone."""
    data = case.tensors('in.')
    types = int(data['K']) + 1  # keypoints and the center
    shapes = golden.matching_shapes(
        'centergroup_group_model_*',
        lambda keys: keys['kp_encoder.type_embed.weight'][0] == types,
    )
    weights = golden.weights(shapes, int(data['weight_seed']))
    named = convert_center_group({f'group_model.{k}': v for k, v in weights.items()})
    module = CenterGroupingModule(num_keypoints=int(data['K'])).eval()
    module.load_state_dict({k.replace('head.grouping.', ''): v for k, v in named.items()})
    keypoints = golden_nodes(data, 'kp', 'kp_embed', 'kp_pos_embed')
    centers = golden_nodes(data, 'person', 'person_embed', 'person_pos')
    with torch.no_grad():
        layers = module(keypoints, centers)
    expected = case.tensors('out.')
    assert len(layers) == len(expected['loc_pred']) == 4
    places = keypoints.locations.flatten(1, 2)  # of candidates, (B, K * M, 2)
    for i, outputs in enumerate(layers):
        members = outputs.members.flatten(1)[..., None].expand(-1, -1, 2)
        chosen = places.gather(1, members).unflatten(1, outputs.members.shape[1:])
        for ours, name, tolerance in (
            (outputs.attention, 'loc_attn_weights', 1e-4),
            (outputs.locations, 'loc_pred', 0.05),
            (chosen, 'hard_loc_pred', 0),
            (outputs.visibility[..., None], 'viz_pred', 1e-3),
            (outputs.center_logits[..., None], 'person_tp_pred', 1e-3),
        ):
            np.testing.assert_allclose(ours, expected[name][i], atol=tolerance, rtol=0)


def random_nodes(batch, types, count, dim=16):
    mask = torch.rand(batch, types, count) > 0.3
    mask[:, :, 0] = True
    locations = torch.randint(0, 512, (batch, types, count, 2))
    return Nodes(*torch.randn(2, batch, types, count, dim), locations, mask)


def build(**options):
    torch.manual_seed(0)
    small = dict(num_keypoints=3, dim=16, head_dim=8, num_layers=2, feedforward_dim=32)
    return MODELS.build(dict(type='mmpose_ae.CenterGroupingModule', **{**small, **options}))


def pad(nodes, count):
    """Fill up to a number of candidates with anything."""
    padded = [value.new_zeros(*value.shape[:2], count, *value.shape[3:]) for value in nodes]
    for value, original in zip(padded, nodes):
        if value.is_floating_point():
            value.normal_(std=100)
        value[:, :, : original.shape[2]] = original
    return Nodes(*padded)


@pytest.mark.parametrize('type_agnostic', [True, False])
def test_padding_does_not_change_results(type_agnostic):
    """An image alone, and filled up in a batch with another one."""
    module = build(type_agnostic=type_agnostic).eval()
    keypoints, centers = random_nodes(2, 3, 4), random_nodes(2, 1, 3)
    keypoints.mask[0, 2] = False  # a type that was not detected
    alone = module(*(Nodes(*(value[:1] for value in nodes)) for nodes in (keypoints, centers)))
    together = module(pad(keypoints, 9), pad(centers, 5))
    for one, batch in zip(alone, together):
        attention = batch.attention.unflatten(-1, (3, 9))[:1, :3, :, :, :4].flatten(3)
        torch.testing.assert_close(one.attention, attention, rtol=1e-4, atol=1e-5)
        types, rank = batch.members[:1, :3] // 9, batch.members[:1, :3] % 9
        assert torch.equal(one.members, 4 * types + rank)
        for field in ('locations', 'visibility', 'center_logits'):
            torch.testing.assert_close(
                getattr(one, field), getattr(batch, field)[:1, :3], rtol=1e-4, atol=1e-3
            )


@pytest.mark.parametrize('type_agnostic', [True, False])
def test_an_image_without_candidates(type_agnostic):
    """Its outputs and all gradients are finite, and the other image's are not touched."""
    module = build(type_agnostic=type_agnostic).eval()
    keypoints, centers = random_nodes(2, 3, 4), random_nodes(2, 1, 3)
    expected = module(keypoints, centers)
    keypoints.mask[1], centers.mask[1] = False, False
    layers = module(keypoints, centers)
    for outputs, before in zip(layers, expected):
        for value, same in zip(outputs, before):
            assert value.isfinite().all()
            torch.testing.assert_close(value[0], same[0])
    values = [value for outputs in layers for value in outputs if value.is_floating_point()]
    sum(value.sum() for value in values).backward()
    assert all(p.grad.isfinite().all() for p in module.parameters())


@pytest.mark.parametrize('options', [
    dict(type_agnostic=False, type_encoding=False, position_encoding=False, num_layers=0),
    dict(type_encoding=False, position_encoding=False, num_layers=0),
    dict(position_encoding=False, num_layers=0),
    dict(position_encoding=False),
    dict(),
    dict(classify_centers=False, visibility=None),
    dict(visibility=None),
    dict(visibility='mlp'),
])  # fmt: skip
def test_rows_of_tables_1_and_2(options):
    """Every parameter gets a gradient from the outputs, as distributed training needs."""
    module = build(**options)
    layers = module(random_nodes(2, 3, 4), random_nodes(2, 1, 5))
    assert len(layers) == 1 + options.get('num_layers', 2)
    for outputs in layers:
        assert outputs.locations.shape == (2, 5, 3, 2)
        assert outputs.members is None  # training has no use for them
        torch.testing.assert_close(outputs.attention.sum(-1), torch.ones(2, 5, 3))
        shapes = [
            None if v is None else v.shape for v in (outputs.visibility, outputs.center_logits)
        ]
        assert shapes == [
            None if options.get('visibility', '') is None else (2, 5, 3),
            (2, 5) if options.get('classify_centers', True) else None,
        ]
    outputs = [value for outputs in layers for value in outputs if value is not None]
    sum(value.square().sum() for value in outputs).backward()
    assert all(p.grad is not None for p in module.parameters())


def test_encodings_that_are_switched_off_do_nothing():
    keypoints, centers = random_nodes(1, 3, 4), random_nodes(1, 1, 3)
    moved = keypoints._replace(position_encodings=keypoints.position_encodings + 1)
    for enabled in (True, False):
        module = build(position_encoding=enabled).eval()
        first, second = module(keypoints, centers)[-1], module(moved, centers)[-1]
        assert torch.equal(first.attention, second.attention) != enabled


def test_the_last_layer_alone():
    module, nodes = build().eval(), (random_nodes(2, 3, 4), random_nodes(2, 1, 3))
    (alone,) = module(*nodes, all_layers=False)
    for value, expected in zip(alone, module(*nodes)[-1]):
        assert torch.equal(value, expected)


def test_unknown_visibility():
    with pytest.raises(ValueError, match="visibility must be one of .*, got 'cnn'"):
        build(visibility='cnn')


def test_nodes_of_wrong_types():
    with pytest.raises(ValueError, match=r'keypoints of 3 types and centers of one, got \(3, 2\)'):
        build()(random_nodes(1, 3, 4), random_nodes(1, 2, 4))


def test_bfloat16():
    """Positions stay exact; attention is that of float32 but for bfloat16's precision."""
    module = build().eval()
    keypoints, centers = random_nodes(2, 3, 4), random_nodes(2, 1, 3)
    expected = module(keypoints, centers)[-1]
    with torch.autocast('cpu', torch.bfloat16):
        found = module(keypoints, centers)[-1]
    torch.testing.assert_close(found.attention.float(), expected.attention, atol=0.05, rtol=0)
    assert found.locations.dtype == torch.float32
    weighted = torch.einsum(
        'bcks,bsd->bckd', found.attention.float(), keypoints.locations.flatten(1, 2).float()
    )
    torch.testing.assert_close(found.locations, weighted, atol=1e-3, rtol=1e-5)
    real = keypoints.mask.flatten(1)[:, None].expand(-1, 3, -1)
    assert real.gather(2, found.members.flatten(2)).all()


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_of_table_7():
    """In thousands. The release has the residual block and the predictions several times.

    It embeds keypoints and centers by a net each, predicts at four depths with weights of their
    own, and projects position encodings by a layer of 17K that the table does not list.
    """
    module = MODELS.build(dict(type='mmpose_ae.CenterGroupingModule', num_keypoints=17))
    assert round(count(EmbeddingNet(32)) / 1e3) == 595
    assert round(count(module.initial_mlp) / 1e3) == 33
    assert round(count(module.encoder) / 1e3) in (594, 595)  # 594,816
    assert len(module.predictions) == 4
    for prediction in module.predictions:
        assert round(count(prediction.attention) / 1e3) in (420, 421)  # 421,056 with biases
        assert round(count(prediction.center_mlp) / 1e3) == 33
        assert round(count(prediction.visibility_mlp) / 1e3) == 41
    assert count(module.position_layer) == 16512 and count(module.type_encodings) == 18 * 128
