"""What is written is looked at before minutes or hours of work."""

import pytest

from mmpose_ae.commands.out_file import refuse_taken


def test_files_that_can_be_written(tmp_path):
    (tmp_path / 'there.html').touch()
    refuse_taken(tmp_path / 'new' / 'a.html', overwrite=False)
    refuse_taken(tmp_path / 'there.html', overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ['there.html']


def test_files_that_cannot(tmp_path):
    (tmp_path / 'there.html').touch()
    (tmp_path / 'folder').mkdir()
    for path, overwrite, message in (
        ('there.html', False, 'there.html is there already: --overwrite replaces it'),
        ('there.html/a.html', True, 'there.html is a file'),
        ('folder', True, 'folder is to be a file, but is there already as a folder'),
    ):
        with pytest.raises(ValueError, match=message):
            refuse_taken(tmp_path / path, overwrite)
