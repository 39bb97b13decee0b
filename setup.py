"""The compiled loops; everything else is in pyproject.toml.

The same C sources make an extension for any processor of the machine's kind and, on x86-64, one for AVX2 and one for AVX-512.
The package chooses when it runs, so a wheel serves all. They are optional: without a C compiler pip still installs the package,
which then runs on plain PyTorch operations.
"""

import hashlib
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

FOLDER = Path("src/pathlode/core/kernels")
FLAGS = {"baseline": []}
if sysconfig.get_platform().endswith(("x86_64", "amd64")):
    FLAGS["avx2"] = ["-mavx2", "-mfma"]
    FLAGS["avx512"] = [*FLAGS["avx2"], "-mavx512f", "-mavx512dq"]

files = sorted((Path(__file__).parent / FOLDER).glob("*.[ch]"))
digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def built(build: str) -> Extension:
    """The extension of one build."""
    return Extension(
        f"pathlode.core.kernels._{build}",
        sources=[f"{FOLDER}/{file.name}" for file in files if file.suffix == ".c"],
        depends=[f"{FOLDER}/{file.name}" for file in files if file.suffix == ".h"],
        define_macros=[("SOURCE_HASH", f'"{digest}"')],
        extra_compile_args=["-O3", "-std=gnu11", "-fno-math-errno", "-Wno-psabi", *FLAGS[build]],
        optional=True,
    )


setup(ext_modules=[built(build) for build in FLAGS])
