"""What is said of names that are left out, missing, or in lists and patterns of any kind."""

import warnings
from pathlib import Path

import cv2
import fakes
import pytest

from mmpose_ae.prediction import open_source
from mmpose_ae.prediction.listing import list_names


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A picture, other files and two folders, in a name that looks like a pattern."""
    folder = tmp_path / 'Müllers Fotos [1]'
    (folder / 'below').mkdir(parents=True)
    (folder / 'empty').mkdir()
    cv2.imwrite(str(folder / 'a.JPG'), fakes.image())
    cv2.imwrite(str(folder / 'below/b.png'), fakes.image())
    for name in ('notes.md', 'x.json', 'y.json', 'README'):
        (folder / name).write_text('{}')
    monkeypatch.chdir(tmp_path)
    return Path(folder.name)


def names(source):
    """Names without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        return list(list_names(str(source)))


def error_of(source):
    (picture,) = open_source(str(source))
    return picture.error


def test_what_is_left_out_is_counted_and_passed_over_folders_are_told(folder):
    with pytest.warns(UserWarning) as said:
        assert list(list_names(str(folder))) == [str(folder / 'a.JPG')]
    assert [str(each.message) for each in said] == [
        f'{folder}: 4 files are left out by their ending: .json (2), .md (1), no ending (1); '
        f"2 folders passed over, into which the pattern '{folder}/**/*' goes"
    ]


def test_patterns_tell_files_that_are_left_out_but_no_folders(folder):
    with pytest.warns(UserWarning) as said:
        assert len(list(list_names(f'{folder}/**'))) == 2
    assert 'folders' not in str(said[0].message) and '4 files' in str(said[0].message)
    with pytest.warns(UserWarning, match=r'1 file is left out by its ending: no ending \(1\)$'):
        list(list_names(f'{folder}/[aR]*'))


def test_patterns_in_folders_with_brackets(folder):
    assert names(f'{folder}/*.JPG') == [str(folder / 'a.JPG')]
    assert names(f'{folder}/[b]*/*.png') == [str(folder / 'below/b.png')]
    assert names(f'{folder.absolute()}/**/*.png') == [str(folder.absolute() / 'below/b.png')]


@pytest.mark.parametrize(
    'ending', ['jfif', 'jpe', 'jp2', 'avif', 'heic', 'HEIF', 'jpeg', 'webp', 'tiff']
)
def test_pictures_of_any_kind_are_taken_whether_they_can_be_read_or_not(tmp_path, ending):
    (tmp_path / f'a.{ending}').write_bytes(b'any')
    assert names(tmp_path) == [str(tmp_path / f'a.{ending}')]


def test_links_to_nothing_are_told(folder):
    link = folder / 'below/c.jpg'
    link.symlink_to('gone.jpg')
    assert names(folder / 'below') == [str(folder / 'below/b.png'), str(link)]
    assert error_of(link) == f'{link} is a link to gone.jpg, which does not exist'


def test_a_folder_of_folders_is_refused_with_the_pattern_that_goes_into_them(folder):
    (folder / 'a.JPG').unlink()
    assert error_of(folder) == (
        f"{folder} has no picture or video; the pattern '{folder}/**/*' goes into its 2 folders; "
        '4 files are left out by their ending: .json (2), .md (1), no ending (1)'
    )
    assert error_of(folder / 'empty') == f'{folder}/empty has no picture or video'


def write_list(folder, content, name='list.txt'):
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_errors_name_the_list_and_the_line(folder):
    listed = write_list(folder, b'# mine\n\na.JPG\nabsent.png\nempty\n', 'list.TXT')
    whole, absent, empty = open_source(listed)
    assert (whole.path, whole.error) == (str(folder / 'a.JPG'), None) and type(whole.path) is str
    assert absent.error == f'absent.png does not exist ({listed}, line 4)'
    assert empty.error == f'{folder}/empty has no picture or video ({listed}, line 5)'


def test_a_list_in_a_list_names_its_own_line(folder):
    inner = write_list(folder, b'\nabsent.png\n', 'inner.txt')
    assert error_of(write_list(folder, b'inner.txt\n')) == (
        f'absent.png does not exist ({inner}, line 2)'
    )


def test_comments_alone_are_an_empty_list(folder):
    assert 'is empty' in error_of(write_list(folder, b'# nothing\n'))


def test_lists_in_other_encodings_are_told(folder):
    listed = write_list(folder, 'Müller.jpg\n'.encode('latin-1'))
    assert error_of(listed).endswith(f'({listed}, line 1, which is not UTF-8)')
