import os
import socket
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path

import pytest
from mmengine.registry import DefaultScope

TOOLS = Path(__file__).resolve().parents[2] / 'tools'
PLAIN_DUMPS = Path(__file__).resolve().parents[1] / 'plain_dumps'


@pytest.fixture
def load_tool():
    """Load a script of tools/ as a module."""

    def load(name):
        spec = spec_from_file_location(name, TOOLS / f'{name}.py')
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def run_tool(load_tool, monkeypatch, tmp_path):
    """Run a script of tools/ in this process, in a folder of its own."""

    # MMEngine names runs by the second, and runs of one name share their logger and history.
    runs = count()

    def run(name, *options):
        experiment = f'experiment_name={tmp_path.name}_{next(runs)}'
        argv = [f'{name}.py', *map(str, options), '--cfg-options', experiment]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, 'argv', argv)
        with DefaultScope.overwrite_default_scope('mmpose_ae'):
            load_tool(name).main()

    return run


@pytest.fixture
def run_script(tmp_path):
    """Run a shell script of tools/ in a folder of its own; gives its output."""

    def run(name, *options):
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
        env = dict(os.environ, PYTHON=sys.executable, OMP_NUM_THREADS='1', PORT=str(port))
        env['PYTHONPATH'] = os.pathsep.join(map(str, (PLAIN_DUMPS, TOOLS.parent)))
        command = ['bash', str(TOOLS / f'{name}.sh'), *map(str, options)]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
