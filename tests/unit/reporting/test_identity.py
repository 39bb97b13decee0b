import ast
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pathlode import registry
from pathlode.entries import Registry
from pathlode.reporting import identity as module
from pathlode.reporting.identity import PACKAGE, code_digest, identity, reached_files

SCRIPTS = Path(__file__).parents[3] / "workflow/scripts"
TRAINED = ("pathlode.training.losses.path_length:PathLength", "pathlode.core.encoders.gru:GRU", registry.TRAINED_BY)
CODE = '''"""A module."""

from typing import TYPE_CHECKING


class Line:
    slope = 2.0

    def at(self, x):
        """Its value."""
        return self.slope * x  # no intercept
'''


@pytest.fixture
def fresh():
    """Makes the module read its files again."""

    def forget():
        for function in (module._read, module._file, module._compiled):
            function.cache_clear()

    yield forget
    forget()


@pytest.fixture
def digest_of(tmp_path, fresh):
    def digest(text, entries=()):
        fresh()
        (tmp_path / "script.py").write_text(text)
        return code_digest(tmp_path / "script.py", entries)

    return digest


@pytest.fixture
def package(tmp_path, monkeypatch, fresh):
    """A copy of the package, and a function that edits it and gives the digest of a training by the named loss."""
    copy = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "PACKAGE", copy)

    def digest_after(file="", old="", new="", loss=TRAINED[0]):
        text = (copy / file).read_text() if file else ""
        if file:
            assert old in text
            (copy / file).write_text(text.replace(old, new, 1))
        fresh()
        try:
            return code_digest(SCRIPTS / "train.py", [loss, *TRAINED[1:]])
        finally:
            if file:
                (copy / file).write_text(text)

    return digest_after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # no intercept", ""),
        ('        """Its value."""\n', ""),
        ('"""Its value."""', '"""Its value at x."""'),
        ('"""A module."""\n', ""),
        ("slope = 2.0\n", 'slope = 2.0\n    """Of the line."""\n'),
        ("self.slope * x", "(\n            self.slope\n            * x\n        )"),
        ("import TYPE_CHECKING\n", "import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pathlode.schedule.runs import Runs\n"),
    ],
)  # fmt: skip
def test_what_is_for_readers_and_type_checkers_does_not_count(digest_of, old, new):
    assert old in CODE
    assert digest_of(CODE.replace(old, new)) == digest_of(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2.0", "2"),
        ("self.slope * x", "x * self.slope"),
        ("self.slope * x", "self.slope + x"),
        ("return self.slope", "yield self.slope"),
        ("def at(self, x)", "def at(self, x=0)"),
        ("return self", 'print("text")\n        return self'),
        ("class Line:", "class Line(dict):"),
        ("import TYPE_CHECKING\n", "import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    x = 1\nelse:\n    x = 2\n"),
    ],
)
def test_code_counts(digest_of, old, new):
    assert old in CODE
    assert digest_of(CODE.replace(old, new)) != digest_of(CODE)


def test_a_syntax_tree_as_text_is_the_same_in_every_version_of_python():
    """Written down here, where the tests of all versions compare it."""
    text = module._tree_text(ast.parse("def f(x=None):\n    return f'{x!r}: {x:>{3}}', -1e-9"), [])
    one, two = "conversion=114", "conversion=-1,format_spec=JoinedStr(values=[Constant(value='>'),FormattedValue("
    assert text == (
        "Module(body=[FunctionDef(name='f',args=arguments(args=[arg(arg='x')],defaults=[Constant()]),body=["
        f"Return(value=Tuple(elts=[JoinedStr(values=[FormattedValue(value=Name(id='x'),{one}),Constant(value=': '),"
        f"FormattedValue(value=Name(id='x'),{two}value=Constant(value=3),conversion=-1)]))]),"
        "UnaryOp(op=USub(),operand=Constant(value=1e-09))]))])])"
    )


def test_c_counts_without_its_comments():
    code = 'int f(void) /* one\ntwo */ {\n  return g("// no comment", \'"\'); // the end\n}\n'
    assert module._c_text(code) == 'int f(void)   {\nreturn g("// no comment", \'"\');\n}'


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("training/losses/path_length.py", "return", "pass\n    return"),  # the entry itself
        ("training/trainer.py", "import math\n", "import math\nimport cmath\n"),  # what the script imports
        ("core/solve.py", "import torch\n", "import torch\nimport cmath\n"),  # what that imports
        ("core/kernels/march.c", "#include", "#include <float.h>\n#include"),  # what that compiles
        ("core/kernels/vectors.h", "static", "extern int more;\nstatic"),
    ],
)
def test_what_a_training_reaches_counts(package, file, old, new):
    assert package(file, old, new) != package()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("errors.py", "Base of every error", "The base of every error"),
        ("training/trainer.py", "import math\n", "import math  # of floats\n"),
        ("core/kernels/march.c", "#include", "/* what is needed */\n#include"),
        ("training/losses/kullback_leibler.py", "return", "pass\n    return"),
        ("registry.py", "ENCODERS =", "MORE = {}\nENCODERS ="),
        ("__init__.py", "_HOMES =", "_MORE = {}\n_HOMES ="),
        ("reporting/claims.py", "def ", "more = 1\n\n\ndef "),
        ("dynamics/systems/contract.py", "class System", "MORE = 1\n\n\nclass System"),
    ],
)
def test_what_a_training_does_not_reach_does_not_count(package, file, old, new):
    assert package(file, old, new) == package()


def test_another_entry_is_another_code_though_both_are_reached(package):
    assert package(loss="pathlode.training.losses.path_length:relative_length") != package()


def test_a_name_imported_from_a_folder_brings_what_its_init_imports():
    found = reached_files(SCRIPTS / "train.py", TRAINED)
    assert {Path("core/kernels/__init__.py"), Path("core/kernels/march.py")} <= set(found)


def test_files_reached_cover_what_python_really_loads():
    """Those found in the text contain every module of the package that imports load."""
    modules = [entry.partition(":")[0] for entry in TRAINED]
    code = f"import sys, pathlode.training.experiment, {', '.join(modules)};"
    code += "print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('pathlode')], sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = {str(PACKAGE / file) for file in reached_files(SCRIPTS / "train.py", TRAINED)}
    assert {file for file in loaded if not file.endswith(("__init__.py", "registry.py"))} <= found


@pytest.mark.parametrize("file", sorted((*PACKAGE.rglob("*.py"), *SCRIPTS.glob("*.py"))), ids=lambda file: file.stem)
def test_imports_can_be_followed(file):
    """None is relative, and a name that a folder lends lazily is imported from where it is."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not node.level
            folder = PACKAGE.joinpath(*(node.module or "").split(".")[1:])
            if (node.module or "").partition(".")[0] == PACKAGE.name and folder.is_dir():
                bound = {*module_names(folder / "__init__.py"), *(path.stem for path in folder.iterdir())}
                assert {alias.name for alias in node.names} <= bound, f"{file} imports from {node.module}"


def module_names(file):
    """What a module's first level binds."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def test_every_entry_of_a_registry_has_a_file_to_reach():
    entries = [each.path(name) for each in vars(registry).values() if isinstance(each, Registry) for name in each]
    assert len(entries) > 30
    for entry in entries:
        assert module._file(entry.partition(":")[0]) not in (None, Path("__init__.py")), entry


def test_a_jobs_identity_is_what_its_result_depends_on(tmp_path):
    file = tmp_path / "data.csv"

    def job(**changes):
        given = {"rule": "train", "wildcards": {"system": "lorenz"}, "params": {"code": "0f", "steps": 10}}
        return SimpleNamespace(**given | {"input": [str(file)], "threads": 1, "log": ["a.log"]} | changes)

    file.write_text("1")
    one = identity(job())
    assert one == identity(job(threads=4, log=["other.log"]))
    changes = [
        {"rule": "tune"},
        {"wildcards": {"system": "lotka"}},
        {"params": {"code": "1f", "steps": 10}},
        {"params": {"code": "0f", "steps": 11}},
        {"input": []},
    ]
    assert len({one, *(identity(job(**change)) for change in changes)}) == 1 + len(changes)
    file.write_text("2")
    assert one != identity(job())
