"""What tests of annotation files share."""

import cases
import pytest


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A folder with images of people, and their annotations."""
    root = tmp_path_factory.mktemp('people')
    return root, cases.draw(root)
