"""What the page does where no browser is needed."""

import pytest
from test_uploads import write_clip

pytest.importorskip('gradio', reason='gradio is not installed (requirements/web.txt)')

from mmpose_ae.web import page  # noqa: E402  (needs gradio)
from mmpose_ae.web.choices import Choice, Models  # noqa: E402
from mmpose_ae.web.uploads import Limits  # noqa: E402


@pytest.fixture(scope='module')
def desk(perfect_model):
    choice = Choice('perfect', str(perfect_model.config), str(perfect_model.checkpoint))
    return page._Desk(Models([choice], device='cpu'), Limits(megapixels=1, frames=8))


def look(desk, path):
    """What is found in an upload, and its name."""
    return desk.look(str(path), 'perfect', None, 0, 0.3)[2:4]


def test_an_upload_whose_time_is_over_is_said_to_be_gone(desk, perfect_model):
    """gradio gives None in place of what it kept."""
    found, name = look(desk, perfect_model.image)
    assert desk.show(found, name, 0, 0, 0.3)[-1].startswith('2 people')
    for *_, json, status in (desk.show(None, name, 0, 0, 0.3), desk.judge(None, name, 0, 0, 0.3)):
        assert status == '0.png is gone: uploads are kept for an hour. Drop it again.'
        assert json['interactive'] is False


def test_a_video_that_was_deleted_is_said_to_be_gone(desk, tmp_path):
    path = write_clip(tmp_path / 'clip.mp4', 4, (64, 64))
    found, name = look(desk, path)
    assert 'frame 3 of 4' in desk.show(found, name, 3, 0, 0.3)[-1]
    (tmp_path / 'clip.mp4').unlink()
    assert desk.judge(found, name, 3, 0, 0.3)[-1].startswith('clip.mp4 is gone')


def test_where_nothing_was_seen_nothing_is_gone(desk, tmp_path):
    (tmp_path / 'text.jpg').write_text('text')
    found, name = look(desk, tmp_path / 'text.jpg')
    assert (found, name) == (None, '')
    assert desk.show(found, name, 0, 0, 0.3) == [page.gr.skip()] * 4
