"""Means of the page against numpy's, to the last bit."""

import numpy as np
from javascript import run

LENGTHS = [1, 2, 3, 5, 7, 8, 9, 14, 15, 16, 17, 21, 23, 24, 127, 128, 129, 133, 137, 300]


def test_means_are_those_of_numpy():
    rng = np.random.default_rng(0)
    rows = [rng.random(length).astype(np.float32) for length in 20 * LENGTHS]
    means = run(
        'decoding/sums.js', 'meanOf', 'given.rows.map((row) => meanOf([...row.data]))', rows=rows
    )
    np.testing.assert_array_equal(means, [row[None].mean(1)[0] for row in rows])


def test_order_counts():
    """In one lane after the other, halves of the last bit would be lost."""
    row = np.float32([1, *[2**-24] * 7])
    (mean,) = run('decoding/sums.js', 'meanOf', '[meanOf([...given.row.data])]', row=row)
    assert mean == row[None].mean(1)[0] == (1 + 6 * 2**-24) / 8
