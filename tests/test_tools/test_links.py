"""Addresses that documents name are asked for; here a server of our own answers."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


class Numbers(BaseHTTPRequestHandler):
    """Answers with the status that an address names."""

    def do_GET(self):
        """As HTTP says."""
        self.send_response(int(self.path.strip('/')))
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """The address of a server, which ends with the test."""
    with HTTPServer(('127.0.0.1', 0), Numbers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
        thread.join()


@pytest.fixture
def links(monkeypatch):
    """The tool, which is a script."""
    monkeypatch.syspath_prepend(str(TOOLS / 'docs'))
    return import_module('links')


def test_answers(links, server):
    answers = [links.ask(f'{server}/{status}#part') for status in (200, 404, 410, 403)]
    assert answers == ['', 'gone', 'gone', 'answers 403']
    assert links.ask('http://127.0.0.1:1').startswith('cannot be reached')


def test_it_needs_nothing_installed():
    """As ``make links`` runs it in a fresh clone, where there is no environment yet."""
    subprocess.run([sys.executable, '-S', '-c', 'import links'], cwd=TOOLS / 'docs', check=True)


def test_addresses_are_found(links):
    found = links.find_links()
    assert 'README.md' in found['https://arxiv.org/abs/1611.05424']
    assert len(found) > 30 and all(address[-1] not in ').,' for address in found)


@pytest.mark.parametrize('answer, status', [('', 0), ('answers 403', 0), ('gone', 1)])
def test_what_is_gone_is_an_error(links, monkeypatch, capsys, answer, status):
    monkeypatch.setattr(links, 'find_links', lambda: {'http://a': ['b.md', 'b.md']})
    monkeypatch.setattr(links, 'ask', lambda address: answer)
    with pytest.raises(SystemExit) as end:
        links.main()
    assert int(end.value.code) == status
    assert ('http://a' in capsys.readouterr().out) == bool(answer)
