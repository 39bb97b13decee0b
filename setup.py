"""The compiled loops; everything else is in pyproject.toml.

Optional: without a C compiler pip still installs the package, which then runs on plain PyTorch operations.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "pathlode._kernels",
            sources=["src/pathlode/kernels.c"],
            depends=["src/pathlode/kernels_loops.h"],
            extra_compile_args=["-O3", "-std=gnu11", "-Wno-psabi"],
            optional=True,
        )
    ]
)
