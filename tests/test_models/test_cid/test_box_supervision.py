"""BoxSupervision: boxes teach features in training, and are nothing in testing."""

import fakes
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mmpose_ae.models.cid import box_supervision
from mmpose_ae.models.cid.box_supervision import BoxSupervision

BOXES = np.array([[4, 6, 24, 34], [36, 8, 56, 38]], np.float32)
SMALL = dict(channels=4, rates=[1, 2])


def sample(people=fakes.PEOPLE, boxes=BOXES):
    made = fakes.sample(people)
    if people is not None:
        made.gt_instances.bboxes = boxes[: len(people)]
    return made


def head(**options):
    return fakes.head('CIDHead', box_supervision={**SMALL, **options})


@pytest.mark.parametrize('background', ['image', 'person'])
def test_all_weights_learn_from_batches_and_from_nobody(background):
    built = head(background=background)
    samples = [sample(), sample(fakes.NOBODY), sample(None)]
    for batch in (samples, samples[1:]):
        built.zero_grad()
        losses = built.loss((fakes.features(len(batch)),), batch)
        assert {'loss/box', 'loss/box_embedding'} < losses.keys()
        assert (losses['loss/box'] > 0) == (len(batch) == 3)
        sum(losses.values()).backward()
        for parameter in built.parameters():
            assert torch.isfinite(parameter.grad).all()


def test_embeddings_begin_close_and_boxes_small():
    """Also where the head's own start values have been given to all convolutions."""
    built = head()
    built.init_weights()
    begun = built.box_supervision
    torch.testing.assert_close(begun.embed[-1].bias.sigmoid(), torch.full((4,), 0.01))
    seen = begun.pyramid(fakes.features())
    assert (begun.measure(seen) == 1).all()
    cells = begun.embed(seen)[0].flatten(1)
    assert F.cosine_similarity(cells[:, :1], cells, dim=0).min() > 0.999


def test_testing_knows_nothing_of_it():
    plain, taught = fakes.head('CIDHead').eval(), head().eval()
    left = taught.load_state_dict(plain.state_dict(), strict=False)
    assert not left.unexpected_keys
    assert {key.split('.')[0] for key in left.missing_keys} == {'box_supervision'}
    feats = (fakes.features(),)
    for found, expected in zip(*(h.predict(feats, [fakes.sample()], {}) for h in (plain, taught))):
        np.testing.assert_array_equal(found.keypoints, expected.keypoints)


def test_boxes_are_compared_where_their_center_is():
    """Cells (x, y) whose sides, under softplus, reach the edges of one box lose nothing for it."""
    built = BoxSupervision(8, **SMALL)
    size, box = (6, 5), torch.tensor([0.5, 0.5, 4.5, 3.5])
    x, y = torch.meshgrid(*(torch.arange(s).float() for s in size), indexing='xy')
    lengths = torch.stack([x - box[0], y - box[1], box[2] - x, box[3] - y])
    sides = lengths.clamp(min=1e-3).expm1().log()[None]  # the inverse of softplus
    torch.testing.assert_close(F.softplus(sides[0, :, 2, 2]), lengths[:, 2, 2])
    image, boxes = torch.tensor([0]), box[None]
    lost = [built._compare(sides, image, torch.tensor([c]), boxes) for c in ([2, 2], [5, 4])]
    assert lost[0] < 1e-5 < 0.1 < lost[1]


def test_boxes_end_with_the_map():
    built = BoxSupervision(8, **SMALL)
    image, centers = torch.tensor([0]), torch.tensor([[3, 2]])
    feats, beyond = fakes.features(), torch.tensor([[-9.0, 1, 40, 8]])
    inside = torch.tensor([[0.0, 1, 15, 8]])
    torch.manual_seed(0)
    found, expected = (built.eval()(feats, image, centers, b) for b in (beyond, inside))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('background', ['image', 'person'])
def test_half_precision_is_of_layers_alone(background, monkeypatch):
    built, seen = head(background=background), []
    lost = box_supervision.box_embedding_loss

    def watch(embeddings, *args):
        seen.append((embeddings, args, lost(embeddings, *args)))
        return seen[-1][-1]

    monkeypatch.setattr(box_supervision, 'box_embedding_loss', watch)
    with torch.autocast('cpu', torch.bfloat16):
        losses = built.loss((30 * fakes.features(),), [sample()])
    ((embeddings, args, found),) = seen
    torch.testing.assert_close(found, lost(embeddings, *args))
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in built.parameters())


def test_samples_without_boxes_are_refused():
    with pytest.raises(ValueError, match='gt_instances of the samples lack bboxes'):
        head().loss((fakes.features(),), [fakes.sample()])


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(channels=0), 'channels'),
        (dict(rates=[0]), 'rates'),
        (dict(rates=12), 'rates must be a sequence of whole numbers, got 12'),
        (dict(beta=-1), 'beta'),
        (dict(background='none'), "background.*'image'"),
        (dict(width=3), 'no option width'),
    ],
)
def test_options_that_cannot_be_are_refused(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        BoxSupervision(8, **options)
