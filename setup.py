"""Packaging only: metadata, and the ``.mim`` folder in which mim looks for tools and configs."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
EXTRAS = ('export', 'parquet', 'runtime', 'torch', 'video', 'web')  # requirements/NAME.txt
MIM_CONTENT = ('tools', 'configs', 'projects', 'requirements', 'model-index.yml')
UNUSED = ('__pycache__', 'tests', 'vendor', '*.onnx')  # what is not copied of it


class BuildWithMim(build_py):
    """Put what mim looks for, and the projects, into ``mmpose_ae/.mim``.

    They are links in an editable install and copies in a wheel.
    """

    def run(self) -> None:
        """Build the package, then add the folder."""
        super().run()
        package = ROOT if self.editable_mode else Path(self.build_lib)
        mim = package / 'mmpose_ae' / '.mim'
        shutil.rmtree(mim, ignore_errors=True)
        mim.mkdir(parents=True)
        for name in MIM_CONTENT:
            if self.editable_mode:
                (mim / name).symlink_to(Path('..', '..', name))
            elif (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, mim / name, ignore=shutil.ignore_patterns(*UNUSED))
            else:
                shutil.copy(ROOT / name, mim)


def read_version() -> str:
    """Read the version without importing the package, which needs its dependencies."""
    text = (ROOT / 'mmpose_ae' / 'version.py').read_text()
    return re.search(r"__version__ = '(.+)'", text).group(1)


def read_requirements(name: str) -> list:
    """Read the lines of a requirement file, without comments."""
    lines = (ROOT / 'requirements' / name).read_text().splitlines()
    return [line.split('#')[0].strip() for line in lines if line.split('#')[0].strip()]


setup(
    name='mmpose_ae',
    version=read_version(),
    description='Bottom-up multi-person pose estimation for MMPose 1.x',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    author='The mmpose_ae authors',
    license='Apache-2.0',
    license_files=['LICENSE'],
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Operating System :: OS Independent',
        *(f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 14)),
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
    keywords='pose estimation, bottom-up, associative embedding, MMPose',
    packages=find_packages(include=['mmpose_ae*']),
    package_data={'mmpose_ae.report': ['page.html']},
    py_modules=['mmpose_ae_cli'],
    entry_points=dict(console_scripts=['mmpose-ae = mmpose_ae_cli:main']),
    python_requires='>=3.10',
    # Without torch, which exported files do not need, and without OpenMMLab's packages:
    # requirements/mm.txt says why.
    install_requires=read_requirements('base.txt'),
    extras_require={name: read_requirements(f'{name}.txt') for name in EXTRAS},
    cmdclass={'build_py': BuildWithMim},
)
