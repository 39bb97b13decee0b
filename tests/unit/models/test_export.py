"""Every registered encoder in both formats, and predictors."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from combinations import with_an_effect

from pathlode.core.context import Context
from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.core.solvers.tableaus import Tableau
from pathlode.errors import ConfigError
from pathlode.models.constant import Constant
from pathlode.models.curve import Curve
from pathlode.models.export import export_encoder, export_predictor
from pathlode.models.latent_ebm import LatentEBM
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latent_sde import LatentSDE
from pathlode.models.latents import encode
from pathlode.models.neural_flow import NeuralFlow
from pathlode.models.settings import ModelConfig
from pathlode.registry import ENCODERS, FIELDS, SOLVERS

SIZES = {"features": 2, "hidden": 5, "encoder_hidden": 7, "latent": 4, "width": 6, "depth": 1}
SHAPES = ((1, 1, 1), (1, 6, 3), (5, 2, 7), (6, 9, 2))
"""Series, observations and query times; none is that of the recorded example."""
SOLVER = FixedStep("rk4", 2)
EULER = Tableau(order=1, a=(), b=(1.0,), dense=((1.0, 0.0), (1.0, -1.0), (-1.0, 1.0)))
"""The explicit Euler method: each evaluation of a field is recorded on its own, which takes most of the time."""

RUN = """
import sys
import numpy as np

given = np.load(sys.argv[1])
parts = [given[name] for name in ("times", "values", "query")]
if sys.argv[2].endswith("onnx"):
    import onnxruntime

    session = onnxruntime.InferenceSession(sys.argv[2])
    (found,) = session.run(None, dict(zip(("times", "values", "query"), parts, strict=True)))
else:
    import torch

    found = torch.export.load(sys.argv[2]).module()(*map(torch.from_numpy, parts)).numpy()
np.save(sys.argv[3], found)
assert "pathlode" not in sys.modules
"""


def cases(missing, dtype, offset=0.0):
    """Times, values and query times of each of SHAPES."""
    generator = torch.Generator().manual_seed(0)
    for batch, count, asked in SHAPES:
        times = torch.rand(batch, count, generator=generator, dtype=torch.float64).cumsum(dim=1) + offset
        values = torch.randn(batch, count, 2, generator=generator, dtype=torch.float64)
        query = times[:, :1] + torch.rand(batch, asked, generator=generator, dtype=torch.float64).cumsum(dim=1)
        if missing and count > 2:
            values[torch.rand(values.shape, generator=generator) < 0.3] = torch.nan
            values[:, 0, 0] = 0.5
            times[0, count - 2 :] = values[0, count - 2 :] = torch.nan
            values[-1, 1] = torch.nan
        yield times.to(dtype), values.to(dtype), query.to(dtype)


def results(file, given, known=None):
    """What an exported file gives for each of the cases, and for what is known besides."""
    names = ["times", "values"] if file.stem == "encoder" else ["times", "values", "query"]
    if known:
        given = [(*parts[: len(names)], *more) for parts, more in zip(given, known, strict=True)]
        names += ["static", "input_times", "inputs"]
    if file.suffix == ".pt2":
        program = torch.export.load(file).module()
        return [program(*parts[: len(names)]) for parts in given]
    import onnxruntime

    session = onnxruntime.InferenceSession(file)
    arrays = [{name: part.numpy() for name, part in zip(names, parts, strict=False)} for parts in given]
    return [torch.from_numpy(session.run(None, each)[0]) for each in arrays]


def trained(kind=LatentODE, missing=False, dtype=torch.float32, offset=0.0, **changes):
    model = with_an_effect(kind(ModelConfig(**SIZES | {"gaps": missing} | changes), seeds=(3, 4)))
    *_, (times, values, _) = cases(missing, dtype, offset)
    model.standardise(TimeSeries(times, 10 + 3 * values))
    return model


def close(found, expected):
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.fixture(params=["pt2", "onnx"], scope="module")
def suffix(request):
    if request.param == "onnx":
        pytest.importorskip("onnxruntime")
        pytest.importorskip("onnxscript")
    return request.param


@pytest.fixture
def euler(monkeypatch):
    """One step of it."""
    monkeypatch.setitem(SOLVERS._entries, "euler", f"{__name__}:EULER")
    return FixedStep("euler", 1)


UNIX = {"missing": True, "dtype": torch.float64, "offset": 1.7e9}
"""Seconds since 1970, for weights in single precision."""


@pytest.fixture(scope="module")
def unix():
    """A model of such times."""
    return trained(**UNIX)


@pytest.fixture(scope="module")
def written(unix, suffix, tmp_path_factory):
    """Its predictor in a folder of its own, with plain values."""
    file = tmp_path_factory.mktemp("written") / f"predictor.{suffix}"
    export_predictor(unix, file, SOLVER, origin={"rule": "fit"}, unit="hours")
    return file


@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_exported_encoder_gives_the_members_z0(encoder, tmp_path):
    """Of complete series. Both formats begin with this recording; translating it to ONNX takes most of the time."""
    model, given = trained(encoder=encoder), list(cases(False, torch.float32))
    file = tmp_path / "encoder.pt2"
    export_encoder(model, file, member=1, missing=False)
    close(results(file, given), [model.encode(*parts[:2]).z0[1].detach() for parts in given])


@pytest.fixture
def onnx():
    """Needs the packages of that format."""
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")


@pytest.mark.usefixtures("onnx")
@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_exported_encoder_reads_gaps(encoder, tmp_path, caplog):
    """Of series that differ in length, for the whole stack, in ONNX; other tests here have predictors, which go on from z0."""
    caplog.set_level("INFO")
    model, given = trained(encoder=encoder, missing=True), list(cases(True, torch.float32))
    file = tmp_path / "encoder.onnx"
    export_encoder(model, file)
    assert not caplog.messages  # the exporter logs hundreds of lines
    close(results(file, given), [model.encode(*parts[:2]).z0.detach() for parts in given])


OTHERS = {
    "other parts": (LatentODE, {"field": "controlled", "decoder": "squareplus", "input": "log", "variational": True}),
    "curve": (Curve, {}),
    "neural flow": (NeuralFlow, {}),
}
FIELDS_ALONE = {name: (LatentODE, {"field": name, "hidden": 4}) for name in FIELDS if name != "controlled"}


@pytest.mark.usefixtures("onnx")
@pytest.mark.parametrize(("kind", "changes"), OTHERS.values(), ids=OTHERS)
def test_other_models_are_exported_as_well(kind, changes, euler, tmp_path):
    """In ONNX, which is translated from the recording that the other format stores."""
    same_predictions(trained(kind, **changes), tmp_path / "predictor.onnx", euler)


@pytest.mark.parametrize(("kind", "changes"), FIELDS_ALONE.values(), ids=FIELDS_ALONE)
def test_every_field_can_be_recorded(kind, changes, euler, tmp_path):
    same_predictions(trained(kind, **changes), tmp_path / "predictor.pt2", euler)


def same_predictions(model, file, solver):
    given = list(cases(False, torch.float32))
    export_predictor(model, file, solver, member=0, missing=False)
    close(results(file, given), [model(*parts, solver=solver).values[0].detach() for parts in given])


def driven(given):
    """Static covariates and inputs, of two lengths, that cover the times of each of the cases."""
    generator = torch.Generator().manual_seed(1)
    for times, _, query in given:
        last = torch.maximum(times.nan_to_num().amax(dim=1), query[:, -1])[:, None]
        own = times[:, :1] - 1 + (last - times[:, :1] + 2) * torch.linspace(0, 1, 4).to(times)
        inputs = torch.randn(len(times), 4, 2, generator=generator).to(times)
        if len(times) > 1:
            inputs[0, 2:] = own[0, 2:] = torch.nan
            own[0, 1] = last[0, 0] + 1
        yield torch.randn(len(times), 1, generator=generator).to(times), own, inputs


@pytest.mark.usefixtures("onnx")
def test_static_covariates_and_inputs_are_parts_of_a_file(euler, tmp_path):
    """Of an encoder's program, and of a predictor in ONNX, of which an encoder is part."""
    reads = {"static": 1, "inputs": 2, "interpolation": "cubic", "field": "controlled"}
    given = list(cases(True, torch.float32))
    known = list(driven(given))
    model = LatentODE(ModelConfig(**SIZES, gaps=True, **reads), seeds=(3, 4))
    (times, values, _), (static, *inputs) = given[-1], known[-1]
    model.standardise(TimeSeries(times, values, static=static, inputs=tuple(inputs)))
    both = list(zip(given, known, strict=True))
    export_encoder(model, tmp_path / "encoder.pt2")
    expected = [model.encode(*parts[:2], context=Context(*more)).z0.detach() for parts, more in both]
    close(results(tmp_path / "encoder.pt2", given, known), expected)
    export_predictor(model, tmp_path / "predictor.onnx", euler, member=1)
    expected = [model(*parts, solver=euler, context=Context(*more)).values[1].detach() for parts, more in both]
    close(results(tmp_path / "predictor.onnx", given, known), expected)


def test_times_keep_the_precision_of_the_training_data(unix, written):
    """The origin is taken off before they are rounded."""
    given = list(cases(*UNIX.values()))
    close(results(written, given), [unix(*parts, solver=SOLVER).values.detach() for parts in given])


def test_files_run_where_this_package_is_not(unix, written, tmp_path):
    *_, parts = cases(*UNIX.values())
    np.savez(tmp_path / "given.npz", **dict(zip(("times", "values", "query"), parts, strict=True)))
    command = [sys.executable, "-c", RUN, tmp_path / "given.npz", written, tmp_path / "found.npy"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    expected = unix(*parts, solver=SOLVER).values.detach().numpy()
    assert np.allclose(np.load(tmp_path / "found.npy"), expected, atol=1e-5)


def test_plain_values_are_stored_in_the_file(written):
    if written.suffix == ".onnx":
        import onnxruntime

        kept = onnxruntime.InferenceSession(written).get_modelmeta().custom_metadata_map
        assert (kept["origin"], kept["unit"]) == ('{"rule": "fit"}', '"hours"')
    else:
        kept = {"origin.json": "", "unit.json": ""}
        torch.export.load(written, extra_files=kept)
        assert kept == {"origin.json": '{"rule": "fit"}', "unit.json": '"hours"'}
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_the_model_is_left_as_it_is(unix, written):
    assert unix.training
    assert all(parameter.requires_grad for parameter in unix.parameters())
    *_, (times, values, _) = cases(*UNIX.values())
    assert torch.equal(encode(unix, TimeSeries(times, values)), unix.encode(times, values).z0)


@pytest.mark.parametrize(
    ("export", "message"),
    [
        (
            lambda m, folder: export_encoder(m, folder / "m.pt"),
            r"m.pt has the suffix '.pt', expected one of .pt2, .onnx",
        ),
        (
            lambda m, folder: export_encoder(m, folder / "m.pt2", member=2),
            "there is no member 2: the model has 2, expected 0 to 1",
        ),
        (
            lambda m, folder: export_predictor(m, folder / "m.pt2", Adaptive()),
            r"a fixed number of steps, but the solver is Adaptive: pass, for example, FixedStep\('tsit5', steps=16\)",
        ),
        (
            lambda m, folder: export_predictor(m, folder / "m.pt2", FixedStep("alf", 9)),
            r"takes Runge-Kutta steps, but the solver is alf, which is for training: pass, for example, FixedStep\('tsit5'",
        ),
        (
            lambda m, folder: export_predictor(LatentSDE(m.config), folder / "m.pt2"),
            "the paths of a latent SDE cannot be exported: export its encoder",
        ),
        (
            lambda m, folder: export_predictor(LatentEBM(m.config), folder / "m.pt2"),
            "the chains of a latent EBM cannot be exported: export its encoder",
        ),
        (
            lambda m, folder: export_encoder(Constant(ModelConfig(features=2)), folder / "m.pt2"),
            "Constant has no encoder to export: choose a model that offers 'latent'",
        ),
    ],
)
def test_what_cannot_be_exported_is_refused(export, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        export(LatentODE(ModelConfig(**SIZES), seeds=(0, 1)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_onnx_without_its_packages_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(
        ConfigError, match=r"needs the package onnxscript, .*: pip install 'pathlode\[onnx\]', or write a file that"
    ):
        export_encoder(trained(Curve, encoder="interpolation"), tmp_path / "encoder.onnx")
    assert list(tmp_path.iterdir()) == []
