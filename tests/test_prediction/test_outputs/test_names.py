"""Names of what is made of sources."""

from mmpose_ae.prediction.outputs.names import Names


def test_no_name_is_given_twice(tmp_path):
    names = Names(tmp_path / 'out', '.jpg')
    sources = ['x/a.jpg', 'y/a.png', 'a-2.bmp', 'a', None, None]
    chosen = [names.choose(source).name for source in sources]
    assert chosen == ['a.jpg', 'a-2.jpg', 'a-2-2.jpg', 'a-3.jpg', 'picture.jpg', 'picture-2.jpg']


def test_addresses_and_cameras_give_names_that_files_may_have(tmp_path):
    names = Names(tmp_path, '.mp4')
    for source, expected in (
        ('http://host/a/my%20film.mp4?x=a/b', 'my_20film.mp4'),
        ('rtsp://host', 'picture.mp4'),
        ('webcam:0', 'webcam_0.mp4'),
        ('é ü?.png', 'é_ü_.mp4'),
        ('..', '...mp4'),
    ):
        assert names.choose(source).name == expected


def test_names_are_no_longer_than_files_may_have(tmp_path):
    names = Names(tmp_path, '.json')
    paths = [names.choose(f'http://host/{400 * letter}.jpg') for letter in 'aaü']
    assert len({path.name for path in paths}) == 3
    for path in paths:
        path.write_text('')
