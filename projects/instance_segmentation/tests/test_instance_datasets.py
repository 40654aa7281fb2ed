"""Instances of the formats of VOC and SBD."""

import numpy as np
import pytest
from instance_data import build
from PIL import Image
from scipy.io import savemat

from projects.instance_segmentation.datasets import VOID
from projects.instance_segmentation.datasets.voc import read_voc

LABELS = np.array([[0, 1, 1, 255], [2, 2, 1, 255], [2, 2, 0, 0]], np.uint8)
KINDS = np.array([[0, 15, 15, 255], [7, 15, 15, 255], [7, 7, 0, 0]], np.uint8)
EXPECTED = np.where(LABELS == 255, VOID, LABELS.astype(int))


def voc_palette():
    """Of index i the bits, from the top, to red, green and blue in turn: index 1 is 128, 0, 0."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    weights = 2 ** (7 - np.arange(8) // 3)
    return np.stack([(bits * weights)[:, k::3].sum(1) for k in range(3)], 1).astype(np.uint8)


def write_image(path, indices=None):
    """A palette image, or a photograph."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.zeros((3, 4, 3), np.uint8) if indices is None else indices)
    if indices is not None:
        image = image.convert('P')
        image.putdata(indices.ravel().tolist())
        image.putpalette(voc_palette().ravel().tolist())
    image.save(path)


def test_voc(tmp_path):
    (tmp_path / 'names.txt').write_text('2007_000027\n')
    write_image(tmp_path / 'JPEGImages/2007_000027.jpg')
    write_image(tmp_path / 'SegmentationObject/2007_000027.png', LABELS)
    write_image(tmp_path / 'SegmentationClass/2007_000027.png', KINDS)
    dataset = build('VocInstanceDataset', tmp_path)
    assert dataset[0]['img_id'] == 2007000027
    found = dataset[0]['read_instances']()
    np.testing.assert_array_equal(found.labels, EXPECTED)
    assert [dataset.metainfo['classes'][c] for c in found.categories] == ['person', 'car']
    path = tmp_path / 'SegmentationObject/2007_000027.png'
    Image.open(path).convert('RGB').save(path)
    with pytest.raises(ValueError, match='2007_000027.png is an image of mode RGB'):
        dataset[0]['read_instances']()
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ValueError, match='2007_000027.png is not a whole image'):
        dataset[0]['read_instances']()
    path.unlink()
    with pytest.raises(FileNotFoundError, match='2007_000027.png'):
        dataset[0]['read_instances']()


@pytest.mark.parametrize(
    'numbers, kinds, found',
    [
        ([[0, 3, 3, 255]], [[0, 15, 15, 255]], ([[0, 1, 1, VOID]], [14])),  # 1 and 2 left out
        ([[0, 0, 255, 255]], [[0, 15, 15, 255]], ([[0, 0, VOID, VOID]], [])),
        ([[1, 1, 0, 0]], [[255, 255, 0, 0]], 'classes.png has the category 0, expected 1 to 20'),
        ([[1, 1, 0, 0]], [[21, 21, 0, 0]], 'classes.png has the category 21'),
        ([[1, 1, 0, 0]], [[1, 1]], r'objects.png is of size \(1, 4\), but .* of \(1, 2\)'),
    ],
)
def test_objects_and_classes_of_voc(numbers, kinds, found, tmp_path):
    paths = tmp_path / 'objects.png', tmp_path / 'classes.png'
    for path, indices in zip(paths, (numbers, kinds)):
        write_image(path, np.array(indices, np.uint8))
    if isinstance(found, str):
        with pytest.raises(ValueError, match=found):
            read_voc(*paths)
    else:
        labels, categories = read_voc(*paths)
        np.testing.assert_array_equal(labels, found[0])
        assert categories.tolist() == found[1]


def test_images_of_lists_have_numbers(tmp_path):
    """Those of VOC and SBD from their names; names that give none, or equal ones, by position."""
    lists = {'2007_000027\n2008_1': [2007000027, 20081], 'a b 1': [1, 2, 3], '1_2\n12': [1, 2]}
    for text, numbers in lists.items():
        (tmp_path / 'names.txt').write_text(text)
        dataset = build('VocInstanceDataset', tmp_path)
        assert [data['img_id'] for data in dataset] == numbers
    for text, fault in (('', 'names no image'), ('a\nb\na', 'names the image a more than once')):
        (tmp_path / 'names.txt').write_text(text)
        with pytest.raises(ValueError, match=rf'names\.txt {fault}'):
            build('VocInstanceDataset', tmp_path)


def test_sbd(tmp_path):
    (tmp_path / 'names.txt').write_text('2008_000002\n')
    (tmp_path / 'inst').mkdir()
    labels, path = LABELS % 255, tmp_path / 'inst/2008_000002.mat'
    truth = dict(Segmentation=labels, Categories=np.array([[15], [7]], np.uint8))
    savemat(path, dict(GTinst=truth))
    dataset = build('SbdInstanceDataset', tmp_path)
    found = dataset[0]['read_instances']()
    np.testing.assert_array_equal(found.labels, labels)
    assert [dataset.metainfo['classes'][c] for c in found.categories] == ['person', 'car']
    savemat(path, dict(GTinst=dict(truth, Categories=np.array([[15]]))))
    with pytest.raises(ValueError, match='has instance 2, but 1 categories'):
        dataset[0]['read_instances']()
    for content, fault in (
        (dict(GTcls=truth), "has no variable 'GTinst'"),
        (dict(GTinst=dict(Segmentation=labels)), 'has no GTinst with Segmentation and Categories'),
        (dict(GTinst=dict(truth, Segmentation='none')), 'of GTinst is no table of numbers'),
        (dict(GTinst=dict(truth, Categories=np.array([[15], [21]]))), 'has the category 21'),
    ):
        savemat(path, content)
        with pytest.raises(ValueError, match=rf'2008_000002\.mat.* {fault}'):
            dataset[0]['read_instances']()
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(ValueError, match=r'2008_000002\.mat is not a MATLAB file'):
        dataset[0]['read_instances']()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r'2008_000002\.mat'):
        dataset[0]['read_instances']()


@pytest.mark.parametrize(
    'kind', ['CocoInstanceDataset', 'PoseMaskDataset', 'SbdInstanceDataset', 'VocInstanceDataset']
)
def test_datasets_name_the_options_that_they_know(kind, tmp_path):
    with pytest.raises(TypeError, match=f"{kind} has no option ann_fil .*ann_file.*'data_root'"):
        build(kind, tmp_path, ann_fil='names.txt')
