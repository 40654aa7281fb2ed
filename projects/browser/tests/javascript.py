"""The page's modules, run by node."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGE = Path(__file__).resolve().parents[1] / 'page'
TYPES = {'float32': 'Float32Array', 'uint8': 'Uint8Array', 'bool': 'Uint8Array'}
# Arrays come as onnxruntime-web gives them: {data, dims}.
SCRIPT = """
import {{ readFileSync }} from 'node:fs';
{imports}
const types = {{ Float32Array, Uint8Array }};
const revive = (_, value) => {{
  if (value?.base64 === undefined) return value;
  const bytes = new Uint8Array(Buffer.from(value.base64, 'base64'));
  return {{ data: new types[value.type](bytes.buffer), dims: value.dims }};
}};
const given = JSON.parse(readFileSync(0), revive);
const answer = {body};
console.log(JSON.stringify(answer));
"""


def run(module: str, names: str, body: str, **given: Any) -> Any:
    """Evaluate an expression.

    Args:
        module (str): A module below the page.
        names (str): What is imported from it.
        body (str): The expression, of these names and of ``given``.
        **given: What JSON can hold, and arrays.

    Returns:
        Any: What JSON can hold.
    """
    node = shutil.which('node')
    if node is None:
        pytest.skip('node is not installed (apt-get install nodejs)')
    imports = f"import {{ {names} }} from '{(PAGE / module).as_uri()}';"
    done = subprocess.run(
        [node, '--input-type=module', '--eval', SCRIPT.format(imports=imports, body=body)],
        input=json.dumps(given, default=_describe),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _describe(array: np.ndarray) -> dict:
    content = base64.b64encode(np.ascontiguousarray(array)).decode()
    return dict(type=TYPES[str(array.dtype)], dims=array.shape, base64=content)
