"""MMPose's lists of MPII's people."""

from pathlib import Path

import pytest
from mpii_people import write_list

from mmpose_ae.datasets.annotation_file import load_content

SAMPLE = Path(__file__).resolve().parents[4] / 'shared' / 'data' / 'samples' / 'mpii'


def test_people_of_an_image_are_joined(tmp_path):
    """Pixels are counted from 0; the last joint is unknown."""
    content = load_content(write_list(tmp_path / 'people.json'))
    assert [image['file_name'] for image in content['images']] == ['a.jpg', 'b.jpg']
    assert [ann['image_id'] for ann in content['annotations']] == [1, 1, 2]
    ann = content['annotations'][0]
    assert ann['keypoints'][:6] == [10, 20, 2, 11, 21, 2] and ann['keypoints'][-3:] == [0, 0, 0]
    assert ann['center'] == [30, 20] and ann['num_keypoints'] == 15
    assert ann['bbox'] == [10, 20, 14, 14]


@pytest.mark.parametrize(
    'changes, message',
    [
        (
            dict(joints=[[1, 2]] * 15),
            r'entry 0 \(a.jpg\) has the joints .* expected 16 x 2 numbers',
        ),
        (dict(joints_vis=None), 'has the joints_vis None, expected 16 numbers'),
        (dict(scale='1'), "has the scale '1', expected a number"),
        (dict(center=[1, float('nan')]), r'has the center \[1, nan\], expected 2 numbers'),
    ],
)
def test_entries_that_cannot_be_right_are_named(changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        load_content(write_list(tmp_path / 'people.json', **changes))


@pytest.mark.skipif(not SAMPLE.is_dir(), reason=f'{SAMPLE} is not there')
def test_the_published_sample():
    """The first joint is at (804, 711) in the file."""
    content = load_content(str(SAMPLE / 'test_mpii.json'))
    assert len(content['images']) == len(content['annotations']) == 5
    assert content['annotations'][0]['keypoints'][:3] == [803, 710, 2]
