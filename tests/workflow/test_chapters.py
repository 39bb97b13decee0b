"""The manifest of the chapters: all that belongs to a chapter is there, under its name."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib import import_module

import pytest
import yaml
from packaging.requirements import Requirement
from workflow_checkout import PROJECT

from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.pages import markers
from workflow.chapters import CHAPTERS
from workflow.configuration import FILES, default_config
from workflow.configuration.schema import schema

PROFILE = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
GROUPS = {
    rule: group
    for path in (PROJECT / "rules").glob("*.smk")
    for rule, group in re.findall(
        r'^rule (\w+):\n(?:(?: .*)?\n)*?    group:\n        "(\w+)"', path.read_text(), re.MULTILINE
    )
}
"""The rules whose jobs run together on SLURM, and the name of their group."""
EACH = pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=list(CHAPTERS))


@EACH
def test_what_is_named_after_a_chapter_is_there(chapter):
    name = chapter.name
    assert re.search(rf"^rule {name}:", (PROJECT / f"rules/{name}_results.smk").read_text(), re.MULTILINE)
    assert name in yaml.safe_load((PROJECT / f"config/{name}.yaml").read_text())
    assert name in yaml.safe_load((PROJECT / f"workflow/schemas/{name}.yaml").read_text())["properties"]
    assert callable(import_module(f"workflow.configuration.{name}").check)
    assert (PROJECT / f"docs/{name}.md").read_text().startswith(f"# {chapter.title}\n")
    assert f"docs/{name}.md" in (PROJECT / "README.md").read_text()
    assert f"`{name}.yaml`" in (PROJECT / "config/README.md").read_text()
    assert re.search(rf"^# {name}: .* -> claims", (PROJECT / "Snakefile").read_text(), re.MULTILINE)


def test_the_sites_contents_list_the_chapters_in_their_order():
    parts = re.findall(r"^```{toctree}\n(.*?)^```", (PROJECT / "docs/index.md").read_text(), re.MULTILINE | re.DOTALL)
    (listed,) = [part.split("\n\n")[1].split() for part in parts if ":caption: Results" in part]
    assert listed == ["claims", *CHAPTERS]


def test_the_report_has_a_part_for_each_chapter_with_its_captions():
    """A caption begins with its part and its subject, in a comment. A subject names claims of the part that there are."""
    declared = {(claim.target, claim.id.split("-")[0]) for claim in load_claims(PROJECT / "claims.yaml")}
    rules = {part: (PROJECT / f"rules/{part}_results.smk").read_text() for part in CHAPTERS}
    subjects = set()
    for path in set((PROJECT / "workflow/report").glob("*.rst")) - {PROJECT / "workflow/report/workflow.rst"}:
        part, subject = re.match(r"\.\. ([^:]+): (.+)\n\n", path.read_text()).groups()
        subjects.add((part, subject))
        assert {(part, name) for name in re.findall(r"\b[A-F]\d\b", subject)} <= declared, path.name
        named_after = path.stem.split("_")[0]
        assert named_after not in CHAPTERS or named_after == part or path.stem in rules[part], path.name
    assert {part for part, _ in subjects} == {"All claims", *CHAPTERS, "What it cost"}
    words = [(part, re.sub(r"\W+", " ", subject).lower()[:12]) for part, subject in subjects]
    assert len(words) == len(set(words))


@EACH
def test_claims_read_the_tables_that_the_manifest_says(chapter):
    claims = load_claims(PROJECT / "claims.yaml")
    own = [claim for claim in claims if claim.target == chapter.name]
    assert {name for claim in own for name in (claim.table, claim.left_out) if name} == set(chapter.claimed)


def test_the_pipeline_requires_the_extras_of_its_chapters():
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    required = set(Requirement(extras["workflow"][0]).extras)
    assert required == {chapter.extra for chapter in CHAPTERS.values() if chapter.extra} | {
        "koopman",
        "mujoco",
        "onnx",
        "scipy",
        "sde",
        "sindy",
        "torchdiffeq",
    }
    assert required <= extras.keys()


def rules_of(*files):
    text = "".join((PROJECT / f"rules/{file}.smk").read_text() for file in files)
    return re.findall(r"^rule (\w+):", text, re.MULTILINE)


@EACH
def test_tables_and_figures_are_a_group_on_slurm(chapter):
    tables = [rule for rule in rules_of(f"{chapter.name}_results") if rule.startswith("tabulate")]
    assert tables
    assert {GROUPS[rule] for rule in tables} == {f"{chapter.name}_results"}


def test_the_groups_on_slurm_are_those_of_rules():
    assert {entry.split("=")[0] for entry in PROFILE["group-components"]} <= set(GROUPS.values())
    results = {group for group in GROUPS.values() if group.endswith("_results")}
    assert results == {f"{name}_results" for name in CHAPTERS}


def test_the_configuration_knows_all_chapters_and_no_other():
    chapters = list(CHAPTERS)
    assert schema()["properties"]["chapters"]["items"]["enum"] == chapters
    assert default_config(PROJECT)["chapters"] == chapters
    assert [file for file in FILES if file.removeprefix("config/").removesuffix(".yaml") in CHAPTERS] == [
        f"config/{name}.yaml" for name in chapters
    ]


def test_no_two_files_of_rules_define_the_same_name():
    """They share one namespace, in which the later one would win."""
    defined = Counter()
    for path in [PROJECT / "Snakefile", *(PROJECT / "rules").glob("*.smk")]:
        for names in re.findall(r"^(?:def )?(\w+(?:, \w+)*)(?= = |\()", path.read_text(), re.MULTILINE):
            defined.update(set(names.split(", ")) - {"read_texts", "check", "become_own_job"})
    assert len(defined) > 30
    assert [name for name, files in defined.items() if files > 1] == []


def test_no_function_of_the_workflow_has_the_name_of_another_or_of_one_of_the_package():
    """But the checks of the chapters' settings, and the commands."""
    defined = Counter(
        node.name
        for folder in ("workflow", "src/pathlode")
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, places in defined.items() if places > 1} == {"check", "main"}


TOY = {
    "rules/toy.smk": """
rule count:
    output:
        counts=f"{RESULTS}/toy/counts.csv",
    params:
        code=lambda w: code("count"),
        largest=config["toy"]["largest"],
    script:
        "../workflow/scripts/count.py"
""",
    "rules/toy_results.smk": """
rule toy:
    input:
        multiext(f"{TABLES}/toy", ".csv", "_summary.md"),

rule tabulate_toy:
    input:
        rules.count.output.counts,
    output:
        shown(f"{TABLES}/toy.csv"),
        f"{TABLES}/toy_summary.md",
    params:
        code=lambda w: code("tabulate_toy"),
    script:
        "../workflow/scripts/tabulate_toy.py"
""",
    "config/toy.yaml": "toy: { largest: 3 }",
    "workflow/schemas/toy.yaml": "properties: { toy: { type: object, properties: { largest: { type: integer } } } }",
    "workflow/configuration/toy.py": """
from workflow.configuration.schema import InvalidConfig

def check(config):
    if config["toy"]["largest"] == 5:
        raise InvalidConfig("config: toy.largest is 5, expected another number; choose one")
""",
    "workflow/report/toy.rst": ".. toy: Counts\n\nNumbers.",
    "workflow/scripts/count.py": "",
    "workflow/scripts/tabulate_toy.py": "",
    "docs/toy.md": "\n".join(["# Toys", *markers("claims_toy"), *markers("scores_toy")]),
}
"""The files of a chapter that counts."""


@pytest.fixture
def with_toy(checkout):
    """A copy of the project with one chapter more: its files and its entry."""
    for name, text in TOY.items():
        (checkout.folder / name).write_text(text)
    entry = '        Chapter("toy", "Toys", claimed={"toy": "pathlode.reporting.tables:ResultTable"}),\n'
    checkout.edit("workflow/chapters.py", "    )\n}\n", f"{entry}    )\n}}\n")
    return checkout


def test_a_new_chapter_takes_its_own_files_and_an_entry(with_toy):
    planned = with_toy.to_run("--config", "chapters=[toy]", 'toy={"largest": 4}', scale="hour")
    assert planned == dict.fromkeys(["count", "tabulate_toy", "claims", "plot_claims", "trace", "all"], 1)


REFUSE = """
from workflow.configuration import InvalidConfig, check, default_config

for change in ({"toys": 1}, {"toy": {"largest": 4.5}}, {"toy": {"largest": 5}}):
    try:
        check(default_config() | change)
    except InvalidConfig as error:
        print(error)
"""


def test_the_settings_of_a_new_chapter_are_checked(with_toy):
    command = [sys.executable, "-c", REFUSE]
    done = subprocess.run(command, cwd=with_toy.folder, capture_output=True, text=True, check=True)
    unknown, mistyped, inconsistent = done.stdout.splitlines()
    assert "unknown key 'toys'; did you mean 'toy'?" in unknown
    assert (
        "toy.largest is 4.5, expected a whole number (every key is described in workflow/schemas/toy.yaml)" in mistyped
    )
    assert inconsistent == "config: toy.largest is 5, expected another number; choose one"
