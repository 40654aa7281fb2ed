"""Folders of outputs, before anything is made."""

import os

import pytest

from mmpose_ae.prediction.folders import check_folder


def test_folders_that_can_be_made_are_not_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, tmp_path / 'a/b', (tmp_path / 'c').relative_to(tmp_path)):
        check_folder(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_file_or_a_link_to_nothing_in_the_way_is_named(tmp_path):
    (tmp_path / 'file').touch()
    (tmp_path / 'link').symlink_to('gone')
    for name in ('file', 'link'):
        for folder in (tmp_path / name, tmp_path / name / 'a/b'):
            with pytest.raises(ValueError, match=f'{folder} cannot .*: {tmp_path / name} is a'):
                check_folder(folder)


def test_a_folder_without_the_right_to_write_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, 'access', lambda place, mode: place != tmp_path)
    with pytest.raises(ValueError, match=f'a cannot be written to: {tmp_path} does not allow it'):
        check_folder(tmp_path / 'a')
