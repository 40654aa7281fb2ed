"""What the fixture of this name does, in processes of their own: configs without a layout."""

from yapf.yapflib import yapf_api

yapf_api.FormatCode = lambda text, **options: (text, True)
