"""The list of all that a configuration can name, docs/registry.md: of docstrings, the registries, a benchmark and the chapters.

``make registry`` writes it, and a test compares. It also adds modules that the reference lacks.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from snakemake.utils import update_config

from pathlode import registry as registries
from pathlode.core.solvers.tableaus import Tableau
from pathlode.entries import Registry
from pathlode.files import writing
from pathlode.parts import BY_FIELD, OFFERS, PARTS
from pathlode.registry import ADAPTIVE_BACKENDS, MODELS, SOLVERS
from pathlode.reporting.pages import insert
from workflow.chapters import CHAPTERS
from workflow.configuration.chaos import fitted_rows
from workflow.configuration.files import default_config
from workflow.configuration.graphs import graph_rows
from workflow.configuration.parts import model_parts
from workflow.configuration.rivals import compared_rows
from workflow.entry_docstrings import about, linked, markdown_of

PAGE = Path("docs/registry.md")
REFERENCE = Path("docs/reference")
COSTS = Path("benchmarks/entries.csv")
"""What a training step with an entry costs, which ``make bench`` measures."""
SCALES = ("hour", "night", "paper")
"""Scales whose results the chapters show. Those of a later one are named if there are none of an earlier one."""
SHOWN = 3
"""Rows of a chapter that are named for an entry."""
COMPARED = {"solver": "[memory and gradients](costs.md#memory-of-a-training-step)"}
"""Where all entries of a kind stand side by side, besides the chapters."""
KINDS: dict[str, Registry] = {
    "model": MODELS,
    **PARTS,
    "solver": SOLVERS,
    "backend": ADAPTIVE_BACKENDS,
}
"""Registries by the key that names their entries in a row."""


def _offers(entries: Registry, name: str) -> str:
    return ", ".join(word for word in OFFERS if word in entries.words(name))


def _needs(entries: Registry, name: str) -> str:
    return ", ".join(word for word in OFFERS if word in entries.words(name) - {"training"})


def _needs_of_field(entries: Registry, name: str) -> str:
    field, least = entries[name], entries.limit(name, "state", ">=")
    needs = ["an even state"] * (entries.limit(name, "state", "%") == "2")
    needs += [f"a state of {least} or more"] * (least is not None)
    needs += ["τ"] * field.takes_time + ["z0"] * field.takes_context
    has = [word for word in OFFERS if word in entries.words(name) & BY_FIELD]
    return "; ".join(filter(None, [", ".join(needs), f"has {', '.join(has)}" if has else ""]))


def _of_solver(entries: Registry, name: str) -> str:
    method = entries[name]
    stages = len(method.b) if isinstance(method, Tableau) else 1
    return f"order {method.order}, evaluations a step: {stages}"


TRAITS: dict[str, tuple[str, Callable[[Registry, str], str]]] = {
    "model": ("offers", _offers),
    "loss": ("needs of a model", _needs),
    "field": ("needs", _needs_of_field),
    "encoder": ("minds the number of observations", lambda e, name: "yes" if e[name].minds_counts else "little"),
    "decoder": ("values", lambda e, name: "of any sign" if e[name].centred else "positive"),
    "solver": ("order and cost", _of_solver),
}
"""The heading and the text of the column that only entries of this kind have."""


def uses(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """What a configuration names: kind and name of an entry, and the chapter and the row that name it.

    A row that its chapter defines and does not fit is left out.
    """
    fitted = _fitted(config)
    for path, node in _mappings(config):
        chapter = path[0] if path and path[0] in CHAPTERS else "dynamics"
        row, named = path[-1] if path else "", {}
        if path[1:2] == ("rows",) and not fitted.get(chapter, set(path)).issuperset(path[2:3]):
            continue
        if _is(MODELS, node.get("model")) or _is(KINDS["loss"], node.get("loss")):
            named = model_parts(node)
            method = getattr(MODELS[named["model"]], "method", None)  # of a model that has one, whatever trains it
            if method is not None and _is(SOLVERS, method):
                named |= {"solver": method}
        elif row == "parts":
            row, named = path[-2], dict(node)
        elif _is(SOLVERS, node.get("solver")):
            row, named = path[-2], {"solver": node["solver"]}
        elif _is(ADAPTIVE_BACKENDS, node.get("backend")):
            named = {"backend": node["backend"]}
        yield from ((kind, named[kind], chapter, row) for kind in KINDS if kind in named)


def _fitted(config: Mapping[str, Any]) -> dict[str, set[str]]:
    """The rows that are fitted to some data, by chapter, of the chapters that say so."""
    lists = [node.get(key) for _, node in _mappings(config) for key in ("trained", "heads")]
    trained = {name for names in lists if isinstance(names, list) for name in names}
    rivals, chaos = config["rivals"], config["chaos"]
    graphs, hybrids = rivals["graphs"], rivals["hybrids"]
    rows = [compared_rows(config, data) for data in (*rivals["systems"], rivals["measured"])]
    rows += [graph_rows(config, system) for system in graphs["systems"]]
    rows += [[*hybrids["rows"].values()]] if hybrids["training_sets"] else []
    of_flows = [fitted_rows(config, data) for data in chaos["data"]]
    found = {chapter: trained for chapter in CHAPTERS if "trained" in config[chapter]}
    return found | {"rivals": {*chain(*rows)}, "chaos": {*chain(*of_flows)}}


def _is(entries: Registry, name: Any) -> bool:
    return isinstance(name, str) and name in entries


def _mappings(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every mapping in a configuration, and the keys that lead to it."""
    if isinstance(node, Mapping):
        yield path, node
        for key, value in node.items():
            yield from _mappings(value, (*path, key))


def results(folder: Path) -> dict[tuple[str, str], str]:
    """For each kind and name of an entry the chapters that have its results, as links, with the rows."""
    found: dict[tuple[str, str], dict[str, tuple[str, list[str]]]] = {}
    for scale in SCALES:
        config = default_config(folder)
        overlay = folder / f"config/{scale}.yaml"
        update_config(config, yaml.safe_load(overlay.read_text()) if overlay.exists() else {})
        for kind, name, chapter, row in uses(config):
            first, rows = found.setdefault((kind, name), {}).setdefault(chapter, (scale, []))
            if first == scale and row not in rows:
                rows.append(row)
    return {
        entry: "; ".join(_place(chapter, *where) for chapter, where in places.items())
        for entry, places in found.items()
    }


def _place(chapter: str, scale: str, rows: list[str]) -> str:
    link = f"[{chapter}]({chapter}.md)" + ("" if scale == SCALES[0] else f", scale {scale}")
    named = [f"`{row}`" for row in rows if row != chapter]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"{link}: {', '.join(named[:SHOWN])}{more}" if named else link


def costs(path: Path) -> dict[tuple[str, str], str]:
    """What a step with an entry costs, by kind and name, in steps of the default."""
    with path.open() as file:
        return {(row["kind"], row["name"]): f"{float(row['times']):.2g}" for row in csv.DictReader(file)}


def table(
    title: str, entries: Registry, found: Mapping[tuple[str, str], str], steps: Mapping[tuple[str, str], str]
) -> str:
    """The section of a registry."""
    kind = next((kind for kind, known in KINDS.items() if known is entries), None)
    trait, text = TRAITS.get(kind or "", ("", lambda *_: ""))
    heads = ["name", "what it is", "source", trait, "cost of a step" if kind else "", "results"]
    rows = []
    for name in entries:
        told = about(entries, name)
        what = ".<br>".join(markdown_of(text) for text in dict.fromkeys((told.what, told.formula)) if text)
        link = f"{{py:obj}}`{name} <{entries.path(name).replace(':', '.')}>`"
        where = found.get((kind, name), "in no chapter") if kind else _chapter_of(entries.module(name))
        where = "; ".join(filter(None, [where, COMPARED.get(kind or "")]))
        cost = steps.get((kind, name), "–") if kind else ""
        rows.append([link, what, linked(told.source), text(entries, name), cost, where])
    columns = [number for number, head in enumerate(heads) if head]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join([f"## {title}\n", *(f"| {' | '.join(line[number] for number in columns)} |" for line in lines)])


def _chapter_of(module: str) -> str:
    """A link to the chapter that a module belongs to."""
    package = module.split(".")[1]
    chapter = next((name for name in CHAPTERS if name.startswith(package)), package)
    return f"[{chapter}]({chapter}.md)"


def content(folder: Path = Path()) -> str:
    """The generated part of the page, from the project in a folder."""
    found, steps = results(folder), costs(folder / COSTS)
    named = {title: each for title, each in vars(registries).items() if isinstance(each, Registry)}
    return "\n\n".join(table(title.replace("_", " ").capitalize(), each, found, steps) for title, each in named.items())


def missing_from_reference(folder: Path = Path()) -> list[str]:
    """Modules of entries that no page of the reference has."""
    text = "".join(page.read_text() for page in (folder / REFERENCE).glob("*.md"))
    named = [each for each in vars(registries).values() if isinstance(each, Registry)]
    modules = dict.fromkeys(entries.module(name) for entries in named for name in entries)
    return [module for module in modules if f"## `{module}`\n" not in text]


def with_module(page: str, module: str) -> str:
    """A page of the reference with one more module, behind those of its package that precede it in the alphabet."""
    package = module.rpartition(".")[0]
    head, *sections = re.split(r"(?m)^(?=## )", page)
    names = [section.split("`")[1] for section in sections]
    place = max(
        (n + 1 for n, name in enumerate(names) if name.rpartition(".")[0] == package and name < module), default=0
    )
    section = f"## `{module}`\n\n```{{eval-rst}}\n.. automodule:: {module}\n```\n\n"
    return "".join([head, *sections[:place], section, *sections[place:]]).rstrip("\n") + "\n"


def main() -> None:
    """Writes the page, and into the reference the modules that it lacks."""
    changed = {PAGE: insert(PAGE.read_text(), "entries", content(), str(PAGE))}
    for module in missing_from_reference():
        page = REFERENCE / f"{module.split('.')[1]}.md"
        changed[page] = with_module(changed.get(page, page.read_text()), module)
    for page, text in changed.items():
        with writing(page) as temporary:
            temporary.write_text(text)


if __name__ == "__main__":
    main()
