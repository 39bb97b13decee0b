from pathlib import Path

import pytest
from workflow_checkout import Checkout, copy_project


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy, in which nothing has run."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy in which the smoke scale has run to its end. Tests leave it as they found it."""
    copy = copy_project(tmp_path_factory.mktemp("finished"))
    done = copy.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return copy
