"""Config files that are no Python, that lack something, and settings that have no place."""

import pytest
from mmengine.config import Config

from mmpose_ae.config_files import ConfigError, config_part, override, read_config_file


def test_a_config_is_read_with_its_base(tmp_path):
    (tmp_path / 'base.py').write_text('a = 1\nb = 2\n')
    (tmp_path / 'own.py').write_text("_base_ = 'base.py'\nb = 3\n")
    assert read_config_file(tmp_path / 'own.py').to_dict() == dict(a=1, b=3)


@pytest.mark.parametrize('own', ['a = 1\nb = dict(c=2\n', "_base_ = 'base.py'"])
def test_the_line_that_is_no_python_is_named(own, tmp_path):
    """It may be that of a base, whose name MMEngine does not say."""
    (tmp_path / 'base.py').write_text('\nb = dict(c=2\n')
    (tmp_path / 'own.py').write_text(own)
    place = rf'^config {tmp_path}/own\.py, or one of its _base_: line 2 is no Python: .+'
    with pytest.raises(ConfigError, match=place):
        read_config_file(tmp_path / 'own.py')


def test_a_module_that_is_no_python_is_named(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'own_module.py').write_text('a = 1\nb = (\n')
    (tmp_path / 'own.py').write_text("custom_imports = dict(imports=['own_module'])")
    with pytest.raises(ConfigError, match=rf'^{tmp_path}/own_module\.py: line 2 is no Python'):
        read_config_file(tmp_path / 'own.py')


@pytest.mark.parametrize('own', ['a = dict(b=1)["c"]', "_base_ = 'base.py'"])
def test_what_the_code_of_a_config_raises_is_told(own, tmp_path):
    (tmp_path / 'base.py').write_text('a = dict(b=1)["c"]')
    (tmp_path / 'own.py').write_text(own)
    with pytest.raises(ConfigError, match=r"own\.py, or one of its _base_, fails: KeyError: 'c'$"):
        read_config_file(tmp_path / 'own.py')
    with pytest.raises(FileNotFoundError):
        read_config_file(tmp_path / 'absent.py')


def test_settings_have_their_places():
    cfg = Config(dict(a=dict(b=1, c=[dict(d=2), dict(d=3)])))
    override(cfg, {'a.b': 4, 'a.c.1.d': 5, 'a.e.f': 6})
    assert cfg.to_dict() == dict(a=dict(b=4, c=[dict(d=2), dict(d=5)], e=dict(f=6)))


@pytest.mark.parametrize('key, value, reason', [
    ('a.c.d', 1, r'a\.c is a list of 2, so say which of them: a\.c\.0\.d$'),
    ('a.c.d.e', 1, r'a\.c is a list of 2, so say which of them: a\.c\.0\.d\.e$'),
    ('a.c.2.d', 1, 'Index 2 exceeds the length of list'),
    ('a.b.c', 1, 'b is a dict in the child config but is of type'),
    ('a.c.0', 'text', 'no attribute'),
])  # fmt: skip
def test_settings_without_a_place_are_named(key, value, reason):
    cfg = Config(dict(a=dict(b=1, c=[dict(d=2), dict(d=3)])))
    with pytest.raises(ConfigError, match=f'^{key} cannot be set in the config: .*{reason}'):
        override(cfg, {key: value})


def test_what_a_config_lacks_is_named(tmp_path):
    (tmp_path / 'own.py').write_text('a = dict(b=None, c=0)\n')
    cfg = read_config_file(tmp_path / 'own.py')
    assert config_part(cfg, 'a.c') == 0
    for place in ('d', 'a.b', 'a.b.e', 'a.c.e'):
        with pytest.raises(ConfigError, match=rf'own\.py has no {place}, which is needed here'):
            config_part(cfg, place)
