"""Config files that are no Python."""

import pytest

from mmpose_ae.config_files import ConfigError, read_config_file


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
