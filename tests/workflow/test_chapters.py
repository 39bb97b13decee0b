"""The manifest of the chapters: all that belongs to a chapter is there, under its name."""

import re
import tomllib
from collections import Counter
from importlib import import_module

import pytest
import yaml
from workflow_checkout import PROJECT

from pathlode.reporting.claim_entries import read_claims
from workflow.chapters import CHAPTERS
from workflow.configuration import FILES, default_config
from workflow.configuration.schema import schema

EACH = pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=list(CHAPTERS))


@EACH
def test_what_is_named_after_a_chapter_is_there(chapter):
    name = chapter.name
    for file in (f"config/{name}.yaml", f"rules/{name}.smk", f"rules/{name}_results.smk", f"docs/{name}.md"):
        assert (PROJECT / file).is_file(), file
    included = re.findall(r'^include: "rules/(\w+).smk"', (PROJECT / "Snakefile").read_text(), re.MULTILINE)
    assert included.index(name) < included.index(f"{name}_results")
    assert re.search(rf"^rule {name}:", (PROJECT / f"rules/{name}_results.smk").read_text(), re.MULTILINE)
    assert name in default_config(PROJECT)
    assert callable(import_module(f"workflow.configuration.{name}").check)
    assert f"docs/{name}.md" in (PROJECT / "README.md").read_text()


@EACH
def test_claims_read_the_tables_that_the_manifest_says(chapter):
    claims = read_claims(yaml.safe_load((PROJECT / "claims.yaml").read_text()), "claims.yaml")
    assert {claim.table for claim in claims if claim.target == chapter.name} == set(chapter.claimed)


@EACH
def test_the_extra_is_the_packages(chapter):
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert chapter.extra is None or f"pathlode[{chapter.extra}]" in extras["workflow"][0].replace(",", "]pathlode[")


@EACH
def test_tables_and_figures_are_a_group_on_slurm(chapter):
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    groups = dict(entry.split("=") for entry in profile["groups"])
    rules = re.findall(r"^rule (\w+):", (PROJECT / f"rules/{chapter.name}_results.smk").read_text(), re.MULTILINE)
    tables = [rule for rule in rules if rule.startswith("tabulate")]
    assert tables
    assert {groups[rule] for rule in tables} == {f"{chapter.name}_results"}


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
