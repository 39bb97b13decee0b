"""The list of all that a configuration can name: what it says of an entry, and that it is up to date."""

import re

import pytest
from workflow_checkout import PROJECT

from pathlode import registry
from pathlode.entries import Registry
from pathlode.registry import LOSSES, SOLVERS, SYSTEMS
from workflow.entry_docstrings import about
from workflow.registry_page import KINDS, PAGE, content, missing_from_reference, uses, with_module

NAMED = {title: entries for title, entries in vars(registry).items() if isinstance(entries, Registry)}
ENTRIES = [pytest.param(entries, name, id=f"{title}-{name}") for title, entries in NAMED.items() for name in entries]


@pytest.fixture(scope="module")
def generated():
    return content(PROJECT)


def test_the_page_is_what_docstrings_registries_and_chapters_give(generated):
    shown = (PROJECT / PAGE).read_text().split("edit) -->\n\n")[1].split("\n\n<!--")[0]
    assert shown == generated, "docs/registry.md is not what the code gives: run `make registry`, and look at its diff"


def test_every_entry_is_in_the_reference():
    assert missing_from_reference(PROJECT) == [], "run `make registry`"


@pytest.mark.parametrize(("entries", "name"), ENTRIES)
def test_docstrings_say_what_an_entry_is_its_formula_and_its_source(entries, name):
    told = about(entries, name)
    assert 3 < len(told.what) < 140
    assert re.match(r"ours\b", told.source) or re.search(r"^.*?\b(1[89]|20)\d\d\b[^;]*\(https?://\S+\)", told.source)
    if entries in (*KINDS.values(), SYSTEMS):
        assert re.search("[=Σ‖λ]", told.formula)


def test_an_entry_alone_in_its_module_and_two_that_share_one():
    path = about(LOSSES, "path")
    assert path.what == "The length of the latent path"
    assert path.formula.startswith("λ Σ_i ‖z_{i+1} - z_i‖_Σ, with Σ the diagonal covariance of z0")
    assert path.source == "Sampson & Melchior 2025, the formula of the text (https://arxiv.org/abs/2410.08923)."
    heun, tsit5 = (about(SOLVERS, name) for name in ("reversible_heun", "tsit5"))
    assert heun.what == "Reversible Heun"
    assert heun.formula.startswith("z' = z + h (f(y) + f(y')) / 2 with")
    assert heun.source.startswith("Kidger et al. 2021, Efficient")
    assert tsit5.what == "The Runge-Kutta method of Tsitouras, with its free quartic dense output"
    assert tsit5.formula.startswith("y' = y + h Σ_i b_i k_i of six stages")


def test_lines_of_the_page(generated):
    lines = {line.split("`")[1].split(" ")[0]: line for line in generated.splitlines() if "{py:obj}`" in line}
    assert "an even state" in lines["second_order"]
    assert "| posterior, path |" in lines["path+kl"]
    assert "evaluations a step: 6 |" in lines["tsit5"]
    heun = lines["reversible_heun"]  # the method of one model, which no row names
    assert "[rivals](rivals.md): `latent_sde`; [memory and gradients](costs.md#memory-of-a-training-step) |" in heun
    assert "[Rubanova et al. 2019](<https://arxiv.org/abs/1907.03907>)" in lines["kl"]
    assert "[dynamics](dynamics.md): `path`, " in lines["latent_ode"]
    assert r"z\_{i+1}" in lines["path"]
    assert r"`<\|endoftext\|>`" in lines["tinystories"]
    assert "020%3C0130:DNF%3E2.0.CO;2>)" in lines["lorenz"]


def test_rows_that_name_an_entry_are_found_with_their_defaults():
    config = {
        "dynamics": {
            "trained": ["path", "flat"],
            "rows": {
                "path": {"loss": "path", "train": {"solver": "alf"}},
                "flat": {"model": "constant"},
                "curve": {"model": "curve", "loss": "none"},
            },
        },
        "ecg": {"rows": {"kl": {"encoder": "lstm", "loss": "kl"}}},
        "systems": {"lorenz": {"sizes": {"hidden": 4}, "train": {"solver": "rk4"}, "parts": {"input": "log"}}},
        "rivals": {
            "rows": {
                "neural_flow": {"model": "neural_flow", "loss": "path"},
                "late": {"model": "latent_sde", "loss": "path_kl", "train": {"solver": "reversible_heun"}},
            },
            "systems": ["lorenz"],
            "measured": "vowels",
            "compared": ["path", "neural_flow", "late"],
            "left_out": {"lorenz": ["late"], "vowels": ["late"]},
            "graphs": {"systems": [], "rows": [], "left_out": {}},
            "hybrids": {"training_sets": [], "rows": {"neural": "late"}},
        },
        "chaos": {
            "rows": {"line": {"model": "line"}, "late": {"model": "edmd"}},
            "data": {"grid": {}},
            "fitted": ["line", "late"],
            "left_out": {"grid": ["late"]},
        },
        **{chapter: {} for chapter in ("inference", "scheduler", "real")},
    }
    found = set(uses(config))
    assert {(kind, name) for kind, name, chapter, row in found if (chapter, row) == ("dynamics", "path")} == {
        ("model", "latent_ode"),
        ("encoder", "gru"),
        ("input", "linear"),
        ("field", "bounded"),
        ("decoder", "linear"),
        ("loss", "path"),
        ("solver", "alf"),
    }
    assert ("model", "constant", "dynamics", "flat") in found
    assert {("encoder", "lstm", "ecg", "kl"), ("loss", "kl", "ecg", "kl")} <= found
    assert {("solver", "rk4", "dynamics", "lorenz"), ("input", "log", "dynamics", "lorenz")} <= found
    assert {("model", "neural_flow", "rivals", "neural_flow"), ("model", "line", "chaos", "line")} <= found
    assert not [each for each in found if each[3] in ("curve", "late")]  # they are fitted to no data
    assert all(name in KINDS[kind] for kind, name, *_ in found)


def test_a_module_is_added_to_the_reference_behind_its_neighbours():
    sections = [
        f"## `{name}`\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n" for name in ("a.b.d", "a.b.x", "a.c.a")
    ]
    page = "# A\n\n" + "\n".join(sections)
    assert [*map(str.strip, re.findall("(?m)^#.*", with_module(page, "a.b.e")))] == [
        *("# A", "## `a.b.d`", "## `a.b.e`", "## `a.b.x`", "## `a.c.a`")
    ]
    assert with_module("# A\n\n" + "\n".join(sections[:2]), "a.c.a") == "# A\n\n" + "\n".join(
        [sections[2], *sections[:2]]
    )
    assert with_module("# A\n\n" + "\n".join([sections[0], sections[2]]), "a.b.x") == page
