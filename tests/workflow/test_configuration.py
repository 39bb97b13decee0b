"""Configurations that are taken or refused as a whole, and how."""

import subprocess
import sys

import pytest
import yaml
from configuration_cases import DEFAULT, assert_refused, merged
from workflow_checkout import PROJECT

from workflow.configuration import FILES, InvalidConfig, check, default_config


def test_the_default_is_valid():
    check(DEFAULT)


def test_no_two_files_of_the_default_share_a_key():
    keys = [key for file in FILES for key in yaml.safe_load((PROJECT / file).read_text())]
    assert sorted(keys) == sorted(DEFAULT)
    assert len(set(keys)) == len(keys)


def test_systems_that_share_an_anchor_can_be_changed_one_by_one():
    systems = default_config(PROJECT)["systems"]
    assert systems["lotka_volterra"]["simulate"] == systems["lotka_volterra_fixed_start"]["simulate"]
    systems["lotka_volterra"]["simulate"]["train"] = 1
    assert systems["lotka_volterra_fixed_start"]["simulate"]["train"] == 4000


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("claims", "confidence"), 95, "claims.confidence is 95, expected a number below 1"),
        (("claims", "looks"), [10, 0.5], r"claims.looks\[1\] is 0.5, expected a whole number"),
        (("claims", "looks"), [10, 5], r"claims.looks is \[10, 5\], expected increasing numbers"),
        (("chapters",), [], "chapters has 0 entries, expected at least 1"),
        (
            ("scale",),
            "tables",
            "scale is 'tables', the name of a folder of the scale hour's results; choose another name",
        ),
        (
            ("scale",),
            "stability",
            "scale is 'stability', the name of a folder of the scale hour's results; choose another name",
        ),
        (("variation",), "thread", "variation is 'thread', expected one of none, .*; did you mean 'threads'?"),
        (("stability", "changed"), 5, "stability.changed is 5, expected a number at most 1"),
        (
            ("stability", "first_replicate"),
            9,
            "stability.first_replicate is 9, but this run has 10 replicates from 0 on; choose a number",
        ),
        (("first_replicate",), 1009, "stability.first_replicate is 1000, but this run has 10 replicates from 1009 on"),
        (("scale",), "my scale", "scale is 'my scale', expected only letters, digits, underscores"),
        (("claims", "costs"), "prices", "lacks the line '<!-- prices: begin .* of the block 'prices'"),
        (("claims", "figures"), [""], r"claims.figures\[0\] is '', expected a path such as dynamics/systems"),
        (("claims", "readme"), "READM.md", "claims.readme needs the file 'READM.md', which does not exist; create it"),
        (("claims", "pages"), "doc", "claims.pages needs the file 'doc/dynamics.md', which does not exist"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_replicates_that_the_configuration_names_cannot_be_exchanged_for_others():
    named = (("dynamics", "seeds"), [0, 1])
    check(merged(named, (("variation",), "threads")))
    with pytest.raises(InvalidConfig, match="variation is replicates, but dynamics.seeds names the replicates; remove"):
        check(merged(named, (("variation",), "replicates")))


def test_a_check_of_the_configuration_imports_no_tensors():
    """They cost more than all else that a run takes in which nothing is to do."""
    code = "import sys; from workflow.configuration import check, default_config; check(default_config()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "jsonschema" in done.stdout.split()
    assert "torch" not in done.stdout.split()
