"""The golden vectors themselves: weights of their networks, and the few that are shipped."""

import json
import zlib

import golden
import numpy as np
import pytest


def weight_checks():
    """Lists of keys, seeds and what is known of the weights, of every check in the folder."""
    rows = [
        (*entry.replace('.json', '').split('|seed'), known)
        for path in golden.files('weights_check*.json')
        for entry, known in json.loads(path.read_text()).items()
    ]
    rows = [pytest.param(*row, id=f'{row[0]}-{row[1]}') for row in rows]
    skip = pytest.mark.skip(reason=f'no weights_check*.json in {golden.folder()}')
    return rows or [pytest.param(None, None, None, marks=skip)]


@pytest.mark.parametrize('name, seed, known', weight_checks())
def test_weights_are_those_of_the_vectors(name, seed, known):
    """Bit for bit: a few in clear, all by a sum of their bytes."""
    weights = golden.weights(golden.shapes(name.replace('keys_', '')), int(seed))
    together = known['__all__']
    assert len(weights) == together['n']
    total = 0
    for key in sorted(weights):
        total = zlib.crc32(weights[key].numpy().tobytes(), total)
    assert total == together['crc32']
    for key, expected in known.items():
        if key != '__all__':
            values = weights[key].numpy()
            assert zlib.crc32(values.tobytes()) == expected['crc32']
            assert values.sum(dtype=np.float64) == pytest.approx(expected['sum64'], rel=1e-12)
            assert values.ravel()[:3].tolist() == expected['first']


def test_the_folder_of_the_environment_counts(monkeypatch, tmp_path):
    """Its cases become parameters; a subject that it lacks is skipped, a missing folder is not."""
    arrays = {'a.in.x': 1, 'a.out.c_y': 2, 'b.2.in.x': 3, 'b.2.out.y': 4, 'b.2.out.z.y': 5}
    np.savez(tmp_path / 'sums_new.npz', **arrays)
    monkeypatch.setenv('GOLDEN', str(tmp_path))
    golden.folder.cache_clear()
    try:
        (case,) = golden.find('sums*.npz', 'in.x', 'out.y')
        assert case.name == 'b.2' and 'out.y' in case and 'out.c_y' not in case
        assert case['in.x'] == 3 and case.arrays('out.z.') == {'y': 5}
        (row,) = golden.cases('sums*.npz', 'in.x', 'out.{}_y', of=('c', 'py'))
        assert row.values[0].name == 'a' and row.values[1] == 'c'
        (row,) = golden.cases('products*.npz', 'in.x', of=('c', 'py'))
        assert row.values == (None, None) and row.marks[0].name == 'skip'
        monkeypatch.setenv('GOLDEN', str(tmp_path / 'nowhere'))
        golden.folder.cache_clear()
        with pytest.raises(NotADirectoryError, match='nowhere'):
            golden.folder()
    finally:
        golden.folder.cache_clear()


def test_the_shipped_vectors_are_small():
    sizes = [path.stat().st_size for path in golden.SHIPPED.iterdir()]
    assert len(sizes) > 20 and sum(sizes) < 2e6
