"""The compiled loops; everything else is in pyproject.toml.

Optional: without a C compiler pip still installs the package, which then runs on plain PyTorch operations.
"""

import hashlib
from pathlib import Path

from setuptools import Extension, setup

SOURCES = ["src/pathlode/core/kernels/kernels.c", "src/pathlode/core/kernels/kernels_loops.h"]
digest = hashlib.sha256(b"".join((Path(__file__).parent / source).read_bytes() for source in SOURCES)).hexdigest()[:16]

setup(
    ext_modules=[
        Extension(
            "pathlode._kernels",
            sources=SOURCES[:1],
            depends=SOURCES[1:],
            define_macros=[("SOURCE_HASH", f'"{digest}"')],
            extra_compile_args=["-O3", "-std=gnu11", "-Wno-psabi"],
            optional=True,
        )
    ]
)
