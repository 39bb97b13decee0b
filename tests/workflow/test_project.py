"""What must agree across the project's files."""

import ast
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement
from workflow_checkout import PROJECT, TIME_LIMIT, copy_project

from pathlode.column_kinds import Flag, Text
from pathlode.entries import Registry
from pathlode.errors import ConfigError
from pathlode.reporting.claim_families import BY_NAME, load_claims, whole_entries
from pathlode.reporting.claim_tables import as_markdown, in_short
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.pages import markers, typed_numbers
from pathlode.reporting.verdicts import VERDICTS
from workflow.chapters import CHAPTERS
from workflow.configuration import default_config

README = (PROJECT / "README.md").read_text()
CLAIMS = load_claims(PROJECT / "claims.yaml")


def pins(text):
    return {name.lower(): version for name, version in re.findall(r"^\s*(?:- )?([\w.-]+)==(\S+)$", text, re.MULTILINE)}


PUBLISHED = DecidedClaims.load(PROJECT / "published.csv").table


def block(page, name):
    begin, end = markers(name)
    return (PROJECT / page).read_text().split(begin)[1].split(end)[0]


def test_every_name_in_the_file_of_claims_is_used():
    """Without it, some claim could not be read."""
    given = yaml.safe_load((PROJECT / "claims.yaml").read_text())
    for part in ("families", *BY_NAME.values(), "rivals"):
        for name in given[part]:
            fewer = given | {part: {other: value for other, value in given[part].items() if other != name}}
            with pytest.raises(ConfigError, match=f"is '{name}'"):
                whole_entries(fewer, "claims.yaml")


@pytest.mark.skipif(
    PUBLISHED.empty, reason="no verdicts are published yet: `make pages` publishes those of a finished run"
)
def test_the_pages_show_the_published_verdicts():
    """A chapter that the published run left out says on its page that its table is of an earlier one, or of none."""
    for chapter in default_config(PROJECT)["chapters"]:
        verdicts = PUBLISHED[PUBLISHED["target"] == chapter]
        first, _, shown = block(f"docs/{chapter}.md", f"claims_{chapter}").strip().partition("\n")
        page = (PROJECT / f"docs/{chapter}.md").read_text()
        without = ("from an earlier run, by an earlier rule", "No run of this chapter has been published yet")
        earlier = any(sentence in page for sentence in without)
        assert earlier or re.fullmatch(r"\*The run at the scale `\w+`\.\*", first)
        assert earlier == verdicts[verdicts["n"] > 0].empty
        assert earlier or shown.strip() == as_markdown(verdicts).strip()
    assert block("README.md", "claims").strip() == in_short(PUBLISHED, "docs").strip()


def test_every_claim_is_a_sentence_of_its_own():
    """As it stands alone in claims.csv and in agreement.md."""
    said = [claim.claim for claim in CLAIMS]
    assert [sentence for sentence in said if re.match("the same|they |it ", sentence)] == []
    assert not [sentence for sentence in said if "{" in sentence]
    assert len(said) == len(set(said))


def test_published_verdicts_are_of_declared_claims():
    declared = {(claim.id, system) for claim in CLAIMS for system in claim.systems}
    assert set(zip(PUBLISHED["id"], PUBLISHED["where"], strict=True)) <= declared
    assert set(PUBLISHED["verdict"]) <= {*VERDICTS}


def test_the_claims_of_a_paper_are_on_its_systems():
    """[A]: harmonic oscillators, predators and prey, a self-gravitating fluid."""
    systems = {
        system
        for claim in CLAIMS
        for system in claim.systems
        if claim.made_by(system) == "A" and claim.column == "system"
    }
    assert systems == {
        "coupled_oscillator",
        "damped_oscillator",
        "lotka_volterra_fixed_start",
        "lotka_volterra",
        "lane_emden",
    }


@pytest.mark.parametrize(("scale", "folder"), [("hour", "results"), ("default", "results"), ("paper", "results/paper")])
def test_only_make_pages_writes_into_the_checkout(scale, folder):
    """From the declared outputs of a rule that is no part of `make reproduce`."""
    commands = {
        target: subprocess.run(
            ["make", "--dry-run", "--silent", target, f"SCALE={scale}"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for target in ("reproduce", "pages")
    }
    assert f"cp -R {folder}/pages/. ." in commands["pages"]
    assert "cp " not in commands["reproduce"]


def test_every_claims_target_is_a_rule():
    rules = "".join(path.read_text() for path in (PROJECT / "rules").glob("*.smk"))
    assert all(f"\nrule {claim.target}:" in rules for claim in CLAIMS)


def test_every_column_that_a_claim_reads_is_described():
    kinds = Registry("table", {name: kind for chapter in CHAPTERS.values() for name, kind in chapter.claimed.items()})
    for claim in CLAIMS:
        columns = kinds[claim.table].columns
        for name in ("seed", claim.column, claim.metric, *claim.rows, *claim.ours, *claim.rival):
            assert len(columns.get(name, "")) > 5, f"{claim.id}: {name}"
        assert not isinstance(columns[claim.metric], (Text, Flag)), claim.id
        for rule in claim.adequacy:
            columns, rows = kinds[rule.table or claim.table].columns, claim.rows if rule.rows is None else rule.rows
            sides = (*claim.ours, *claim.rival, *(rule.trivial or {}))
            for name in (claim.column, rule.metric or claim.metric, *rows, *sides):
                assert len(columns.get(name, "")) > 5, f"{claim.id}, adequacy: {name}"
        if claim.left_out:
            needed = {"seed", "without", claim.column, *claim.ours, *claim.rival}
            assert needed <= set(kinds[claim.left_out].columns), claim.id


def test_conda_pins_what_pip_pins():
    pinned = pins((PROJECT / "requirements/workflow.txt").read_text())
    conda = pins((PROJECT / "envs/pathlode.yaml").read_text())
    assert len(conda) >= 10
    assert {name: pinned[name] for name in conda} == conda


def test_the_readme_is_a_first_screen():
    assert len(README.splitlines()) <= 130


PAGES = [
    path.relative_to(PROJECT)
    for path in (*(PROJECT / name for name in ("README.md", "CONTRIBUTING.md")), *sorted(PROJECT.glob("docs/**/*.md")))
]
TESTED = Path("docs/faults_table.md")  # which tests write as a whole


@pytest.mark.parametrize("page", [page for page in PAGES if page != TESTED], ids=str)
def test_numbers_in_sentences_come_from_a_run_or_the_configuration(page):
    assert typed_numbers((PROJECT / page).read_text()) == []


def test_every_direct_requirement_is_pinned():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for names, files in (
        *(
            (extras[name], ["workflow"])
            for name in ("workflow", "ecg", "inference", "real", "schedule", "sde", "torchdiffeq")
        ),
        (project["dependencies"], ["workflow"]),
        (extras["slurm"], ["workflow", "slurm"]),
        (extras["bench"], ["workflow", "bench"]),
        (extras["docs"], ["workflow", "docs"]),
        *(
            (extras[name], ["workflow", "dev"])
            for name in (
                "dev",
                "cli",
                "onnx",
                "parquet",
                "tensorboard",
                "wandb",
                "mlflow",
                "lightning",
                "transformers",
                "optuna",
            )
        ),
    ):
        names = [name for name in names if not name.startswith("pathlode[")]
        pinned = pins("".join((PROJECT / "requirements" / f"{file}.txt").read_text() for file in files))
        assert {re.split(r"[><=]", name)[0].lower() for name in names} <= set(pinned)


def test_the_scheduler_examples_run(tmp_path):
    blocks = (PROJECT / "docs/learning_rates.md").read_text().split("```python\n")[1:]
    training, planning = (block.split("```")[0] for block in blocks)
    assert len(training.splitlines()) <= 22
    (tmp_path / "logs").mkdir()
    step = np.arange(10, 210, 10)
    for peak in (0.003, 0.01, 0.03):
        for name, rates in (("constant", np.full(20, peak)), ("falling", peak * (1.01 - step / 200))):
            learnt = 1 - np.exp(-np.cumsum(rates))
            run = {"step": step, "lr": rates, "train_loss": 0.7 - 0.5 * learnt, "val_metric": 0.5 + 0.4 * learnt}
            pd.DataFrame(run).to_csv(tmp_path / f"logs/{name} {peak}.csv", index=False)
    command = [sys.executable, "-c", f"{training}{planning}print(log_rates.shape)"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *decisions, shape = done.stdout.splitlines()
    assert shape == "(100,)"
    assert len(decisions) == 4
    assert all(line.startswith("Decision(step=") for line in decisions)


def test_the_table_of_faults_is_that_of_the_tests():
    tried = {
        (*(argument.value for argument in mark.args), f"{test.name[5:].replace('_', ' ')} (`{file.name}`)")
        for file in (PROJECT / "tests").rglob("test_*.py")
        for test in ast.walk(ast.parse(file.read_text()))
        if isinstance(test, ast.FunctionDef)
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault"
    }
    table = (PROJECT / "docs/faults_table.md").read_text().splitlines()[2:]
    assert {tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table} == tried


def test_the_changelog_names_modules_that_there_are():
    moved = re.findall(r"^\| `pathlode.*? \| (.*) \|$", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    names = {name for cell in moved for name in re.findall(r"`(pathlode\.[\w.]+)`", cell)}
    assert len(names) >= 10
    for name in names:
        home, _, last = name.rpartition(".")
        assert find_spec(name) or hasattr(import_module(home), last), name


TEXTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "config/README.md"]


@pytest.mark.parametrize("page", [*TEXTS, *(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md"))])
def test_files_named_on_a_page_exist(page):
    for name in re.findall(r"\]\(([\w./]+)\)", (PROJECT / page).read_text()):
        assert (PROJECT / page).parent.joinpath(name).exists(), name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    copy = copy_project(folder / "copy")
    copy.edit("setup.py", '"-O3"', '"-O1"')  # most of the time goes into making the loops fast
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder]  # the wheel from the source archive
    subprocess.run([*command, copy.folder], check=True, capture_output=True, timeout=TIME_LIMIT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_the_compiled_loops_and_their_source(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    sources = {
        f"pathlode/core/kernels/{name}" for name in ("vectors.h", "products.h", "library.c", "march.c", "scan.c")
    }
    assert {"pathlode/py.typed", "pathlode/core/solve.py", *sources} <= set(names)
    built = {Path(name).name.partition(".")[0] for name in names if name.endswith((".so", ".pyd"))}
    expected = {"_baseline", "_avx2", "_avx512"} if platform.machine() == "x86_64" else {"_baseline"}
    assert built == (expected if shutil.which("cc") else set())
    assert all(name.startswith("pathlode") for name in names)


def required(*names):
    """Distributions that some need, themselves among them, without extras."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            requirements = map(Requirement, metadata.requires(name) or [])
            waiting += [
                each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})
            ]
    return found


@pytest.mark.xdist_group("wheel")
def test_the_wheel_works_where_nothing_is_but_what_it_requires(wheel, tmp_path):
    """The README's example in an environment of its own, without Snakemake, pandas or any other part of an extra."""
    others = tmp_path / "others"  # which are lent to the environment, as downloading them would take long
    others.mkdir()
    needs = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    for name in required(*(Requirement(need).name for need in needs)):
        for top in {file.parts[0] for file in metadata.files(name)} - {"..", "__pycache__"}:
            if not (others / top).exists():
                (others / top).symlink_to(metadata.distribution(name).locate_file(top))
    venv.create(tmp_path / "env")
    python = [tmp_path / "env/bin/python", "-I"]

    def run(*command):
        done = subprocess.run([*python, *command], capture_output=True, text=True, timeout=TIME_LIMIT)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    site = Path(run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "others.pth").write_text(str(others))
    pip = [sys.executable, "-m", "pip", "--python", python[0], "install", "--quiet", "--no-index", wheel]
    done = subprocess.run(
        pip, capture_output=True, text=True, timeout=TIME_LIMIT
    )  # which finds that all it requires is there
    assert done.returncode == 0, done.stderr
    assert run("-c", README.split("```python\n")[1].split("```")[0]) == "torch.Size([3, 500, 50, 2])\n"
    assert Path(run("-c", "import pathlode; print(pathlode.__file__)").strip()).is_relative_to(site)
    for absent in ("pandas", "snakemake", "sklearn", "matplotlib"):
        assert not (others / absent).exists()
