"""What runs again when code is edited: all files in the table of reruns.md, a few of them asked of Snakemake itself."""

import json
import subprocess
import sys

import pytest
import reruns
import yaml
from workflow_checkout import PROJECT

from pathlode.reporting.identity import PACKAGE


def test_the_table_of_reruns_is_that_of_the_present_code(tmp_path):
    made = tmp_path / "reruns.md"
    done = subprocess.run([sys.executable, reruns.__file__, made], cwd=PROJECT, env=reruns.ENVIRONMENT)
    assert done.returncode == 0
    table, kept = made.read_text(), reruns.TABLE.read_text()
    assert table == kept, (
        "tests/workflow/reruns.md is not what these files give: run `make reruns`, and look at its diff"
    )


@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_profiles_leave_scripts_to_their_digest(profile):
    settings = yaml.safe_load((PROJECT / f"profiles/{profile}/config.yaml").read_text())
    assert set(settings["rerun-triggers"]) == {"input", "mtime", "params", "software-env"}


@pytest.mark.xdist_group("pipeline")
def test_an_edit_for_readers_runs_nothing(finished):
    """Comments, docstrings and formatting of a script, of modules that every job imports or compiles, and a touched file."""
    edits = [
        ("workflow/scripts/train.py", '"""Trains one', '"""Now trains one'),
        ("workflow/scripts/plot_claims.py", "\n\n", "\n\n# a comment\n"),
        ("src/pathlode/errors.py", "Base of every error", "The base of every error"),
        ("src/pathlode/reporting/job.py", "import errno\n", "import errno  # numbers of errors\n"),
        ("src/pathlode/core/kernels/march.c", "#include", "/* what is needed */\n#include"),
    ]
    before = {name: (finished.folder / name).read_text() for name, _, _ in edits}
    (finished.folder / "src/pathlode/training/trainer.py").touch()
    try:
        for edit in edits:
            finished.edit(*edit)
        assert finished.to_run() == {}
    finally:
        for name, text in before.items():
            (finished.folder / name).write_text(text)


EDITS = [
    ("workflow/scripts/evaluate.py", "with job(snakemake)", "more = 1\nwith job(snakemake)"),
    ("src/pathlode/training/losses/kullback_leibler.py", "\n\n\nclass", "\n\nMORE = 1\n\n\nclass"),
    ("src/pathlode/plots/style.py", "WIDTH = 7.1", "WIDTH = 7.0"),
]


@pytest.fixture(scope="module")
def reckoned():
    """What the table's own reckoning says at smoke scale: of an edit of each file, and of what each job reaches."""
    return reruns.in_a_process("smoke", *(file for file, _, _ in EDITS))


@pytest.mark.xdist_group("pipeline")
@pytest.mark.parametrize(("file", "old", "new"), EDITS)
def test_an_edit_of_code_runs_what_the_table_says(finished, reckoned, file, old, new):
    planned = finished.to_run_after(file, old, new)
    assert planned.pop("all") == 1
    assert planned == reckoned["edited"][file]


@pytest.mark.xdist_group("pipeline")
def test_no_job_loads_a_module_that_its_rule_does_not_declare(finished, reckoned):
    """Nor one that only names lead to; else an edit of it would go unnoticed."""
    for log, reached in reckoned["reached"].items():
        record = json.loads((finished.folder / log).with_suffix(".json").read_text())
        loaded = {PACKAGE.joinpath(*name.split(".")[1:]) for name in record["modules"]}
        files = {str(path.with_suffix(".py")) for path in loaded if path.with_suffix(".py").is_file()}
        assert files - {*reached, str(PACKAGE / "registry.py")} == set(), f"{record['rule']}, {log}"
