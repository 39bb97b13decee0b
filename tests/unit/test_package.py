"""The package as a whole: who may import whom, and where names live."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pathlode
import pathlode.schedule

PROJECT = Path(__file__).parents[2]
PACKAGE = Path(pathlode.__file__).parent
MODULES = {
    ".".join(file.relative_to(PACKAGE).with_suffix("").parts): ast.parse(file.read_text())
    for file in sorted(PACKAGE.rglob("*.py"))
    if file.name != "__init__.py"
}
MAY_IMPORT = {
    "core": {"core"},
    "models": {"core", "models"},
    "training": {"core", "models", "training"},
    "uncertainty": {"core", "models", "uncertainty"},
    "forecasting": {"core", "models", "training", "uncertainty", "forecasting"},
    "cli": {"core", "models", "training", "forecasting", "ecg", "schedule", "plots", "cli"},
    "dynamics": {"core", "models", "training", "dynamics", "reporting"},
    "ecg": {"core", "models", "training", "ecg", "reporting"},
    "inference": {"core", "models", "training", "dynamics", "inference", "reporting"},
    "schedule": {"core", "models", "training", "schedule", "reporting"},
    "real": {"core", "models", "training", "dynamics", "inference", "reporting", "real"},
    "rivals": {"core", "models", "training", "uncertainty", "dynamics", "reporting", "real", "rivals"},
    "chaos": {"core", "models", "dynamics", "reporting", "rivals", "chaos"},
    "reporting": {"reporting"},
    "plots": {
        *("core", "dynamics", "ecg", "inference", "real", "rivals", "chaos"),
        *("schedule", "training", "reporting", "plots"),
    },
}
"""Packages that the modules of each may import, besides the modules of the ground floor."""


def imported(tree):
    """Modules of the package that a module imports, but for those that it only needs for its types."""
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in typing_only:
            if node.module.startswith("pathlode."):
                yield node.module.removeprefix("pathlode.")
            elif node.module == "pathlode":
                yield from (alias.name for alias in node.names if not alias.name.startswith("__"))


def test_a_module_imports_what_lies_below_it_only():
    for name, tree in MODULES.items():
        owner, _, inner = name.partition(".")
        for other in imported(tree):
            package = other.partition(".")[0]
            if inner:
                assert package not in MAY_IMPORT or package in MAY_IMPORT[owner], f"{name}: {other}"
            else:
                assert package not in MAY_IMPORT, f"{name}: {other}"  # the ground floor knows no chapter


def defined(tree):
    """Names that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))


def test_no_public_name_is_defined_twice():
    homes = defaultdict(list)
    for module, tree in MODULES.items():
        for name in defined(tree):
            if not name.startswith("_") and name != "logger":
                homes[name].append(module)
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_the_first_line_of_an_artefact_s_docstring_is_its_name():
    """Messages on a damaged file say it in the middle of a sentence."""
    classes = {node.name: node for tree in MODULES.values() for node in tree.body if isinstance(node, ast.ClassDef)}

    def is_file(name):
        bases = [ast.unparse(base) for base in classes[name].bases] if name in classes else []
        return "_File" in bases or any(map(is_file, bases))

    files = {name: ast.get_docstring(classes[name]) for name in classes if is_file(name)}
    assert {"Scores", "Evaluations"} < set(files)
    assert [name for name, text in files.items() if not re.match(r"[^:;]+\.(\n|$)", text or "")] == []


FACADES = {"pathlode": pathlode.__all__, "pathlode.schedule": pathlode.schedule.__all__}
"""Packages that users may import names from, and these names. The package itself does not."""


def written_code():
    """Every file of Python of the project, and the Python in its pages, each by its path."""
    for folder in ("src", "workflow", "tests", "benchmarks", "examples"):
        yield from ((file, file.read_text()) for file in (PROJECT / folder).rglob("*.py"))
    for page in (PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")):
        yield from ((page, block) for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))


def test_a_name_is_imported_from_the_module_that_defines_it():
    """Pages may import from a file that they tell their reader to write."""
    known = {f"pathlode.{module}": {*defined(tree)} for module, tree in MODULES.items()}
    wrong = []
    for file, text in written_code():
        facades = {} if file.is_relative_to(PACKAGE) and file.name != "__init__.py" else FACADES
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pathlode":
                names = {each.name for each in node.names} - {*facades.get(node.module, ())}
                inner = {name for name in names if (PACKAGE.parent / node.module.replace(".", "/") / name).is_dir()}
                inner |= {name for name in names if f"{node.module}.{name}" in known} | {"__version__"}
                if f"`src/{node.module.replace('.', '/')}.py`" in file.read_text():
                    continue
                if lost := names - inner - known.get(node.module, set()):
                    wrong.append(
                        f"{file.relative_to(PROJECT)}: {node.module} does not define {', '.join(sorted(lost))}"
                    )
    assert wrong == []


def test_every_test_file_is_named_after_what_it_tests():
    here = Path(__file__).parent
    packages = {".".join(file.parent.relative_to(PACKAGE).parts) for file in PACKAGE.rglob("*.py")}
    for file in here.rglob("test_*.py"):
        name = ".".join((*file.parent.relative_to(here).parts, file.stem.removeprefix("test_")))
        assert name in MODULES or name in packages or file == Path(__file__), name


def test_the_ground_floor_and_the_systems_do_without_torch():
    floor = [name for name in MODULES if "." not in name or name.startswith("dynamics.systems.")]
    code = f"import sys, {', '.join(f'pathlode.{name}' for name in floor)}; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
