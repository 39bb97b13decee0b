"""Digests of code that are remembered from one process to the next."""

import shutil

import pytest

from pathlode.reporting import identity
from pathlode.reporting.identity import code_digest
from workflow import code as module
from workflow.code import REMEMBERED, SCRIPTS, code

KINETIC = "pathlode.training.losses.kinetic:Kinetic"


def forget():
    for function in (module.code, module._known, module._sources, identity._read):
        function.cache_clear()


@pytest.fixture
def process(tmp_path, monkeypatch):
    """Begins in a folder as a new process does; its scripts are copies."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "SCRIPTS", tmp_path / "scripts")

    def begin(asked=code_digest):
        forget()
        monkeypatch.setattr(module, "code_digest", asked)

    begin()
    yield begin
    forget()


def not_asked(*_):
    raise AssertionError("code was parsed again")


def test_a_digest_is_found_once_while_no_source_changes(process):
    found = [code("tune"), code("train", KINETIC)]
    assert found == [code_digest(SCRIPTS / "tune.py"), code_digest(SCRIPTS / "train.py", [KINETIC])]
    process(not_asked)
    assert [code("tune"), code("train", KINETIC)] == found
    with pytest.raises(AssertionError, match="parsed again"):
        code("train")


def test_after_an_edit_no_digest_is_remembered(process, tmp_path):
    before = code("tune")
    with (tmp_path / "scripts/tune.py").open("a") as file:
        file.write("\nprint(1)\n")
    process()
    assert code("tune") != before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sources": 1}'])
def test_a_damaged_memory_is_made_anew(process, text):
    found = code("split_beats")
    REMEMBERED.write_text(text)
    process()
    assert code("split_beats") == found
    process(not_asked)
    assert code("split_beats") == found


def test_a_folder_that_cannot_be_written_costs_time_only(process, tmp_path):
    (tmp_path / ".snakemake").write_text("a file in its place")
    assert code("split_beats") == code_digest(SCRIPTS / "split_beats.py")
