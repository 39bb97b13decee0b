import shutil
import subprocess
import sys

import pathlode
from pathlode.reporting import provenance
from pathlode.reporting.provenance import PACKAGE, fingerprint, source_files

LOSSES_AND_ENCODERS = ("pathlode.training.losses.path_length", "pathlode.core.encoders.gru")


def names(*modules):
    return {file.relative_to(PACKAGE).as_posix() for file in source_files(*modules)}


def test_sources_follow_imports_and_take_the_compiled_files_along():
    assert {
        *("core/solve.py", "core/tableaus.py", "core/kernels/bindings.py", "core/kernels/kernels.c"),
        "core/kernels/kernels_loops.h",
    } <= names("pathlode.core.solve")


def test_a_figure_does_not_retrain_a_model_nor_a_loss_resimulate():
    trained = names("pathlode.training.experiment", *LOSSES_AND_ENCODERS)
    assert not any(name.startswith("plots/") or name.startswith("reporting/claims") for name in trained)
    assert not any(
        "losses/" in name
        for name in names("pathlode.dynamics.systems.contract", "pathlode.dynamics.systems.oscillator")
    )


def test_sources_cover_what_python_really_loads():
    """The files found in the text contain every module of the package that an import loads."""
    code = (
        "import sys, pathlode.training.experiment, pathlode.training.losses.path_length, pathlode.core.encoders.gru;"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('pathlode')], sep='\\n')"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = {str(file) for file in source_files("pathlode.training.experiment", *LOSSES_AND_ENCODERS)}
    ignored = ("__init__.py", "registry.py")
    assert {file for file in loaded if not file.endswith(ignored)} <= found


def test_fingerprint_follows_settings_and_code(tmp_path, monkeypatch):
    copy = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "PACKAGE", copy)
    before = fingerprint({"a": 1, "b": 2}, ["pathlode.training.trainer"])
    assert before == fingerprint({"b": 2, "a": 1}, ["pathlode.training.trainer"])
    assert before != fingerprint({"a": 1, "b": 3}, ["pathlode.training.trainer"])
    for file in (
        "training/trainer.py",
        "core/solve.py",
        "core/kernels/kernels_loops.h",
    ):  # itself, what it imports, and what that compiles
        text = (copy / file).read_text()
        (copy / file).write_text(text + "\n")
        assert before != fingerprint({"a": 1, "b": 2}, ["pathlode.training.trainer"]), file
        (copy / file).write_text(text)
    (copy / "reporting/claims.py").write_text("")
    assert before == fingerprint({"a": 1, "b": 2}, ["pathlode.training.trainer"])


def test_every_name_of_the_package_can_be_imported():
    for name in pathlode.__all__:
        assert getattr(pathlode, name) is not None


def test_the_typed_names_are_the_lazy_ones():
    typed = {
        line.split()[-1]
        for line in (PACKAGE / "__init__.py").read_text().splitlines()
        if line.startswith("    from pathlode.")
    }
    assert typed == set(pathlode.__all__)


def test_importing_the_package_or_its_registry_does_not_import_torch():
    code = "import sys, pathlode, pathlode.registry, pathlode.reporting.provenance; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
