"""Export of trained models to files that run without this package: programs of ``torch.export`` and ONNX.

A file holds the numbers and operations of a model, not its checks: times must increase, queries must not lie before a series'
first time, and known inputs must cover all times. Everything is in the unit of the training data, and in the floating-point
type of its times and values.

Encoders and predictors take any number of series, of observations and of query times, from one on, and of times of inputs,
from three on; NaN may fill them up.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from pathlode.core.context import Context
from pathlode.core.masks import padded
from pathlode.core.solve import FixedStep
from pathlode.core.solvers.tableaus import Tableau
from pathlode.errors import ConfigError
from pathlode.files import writing
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations
from pathlode.models.settings import ModelConfig
from pathlode.registry import SOLVERS


def export_encoder(
    model: SequenceModel, path: Path | str, member: int | None = None, missing: bool = True, **extra: Any
) -> None:
    """Writes the encoder: z0, (member, batch, latent), from times (batch, time) and values (batch, time, feature).

    The file's suffix chooses the format, see :data:`FORMATS`::

        z0 = torch.export.load("encoder.pt2").module()(times, values)
        (z0,) = onnxruntime.InferenceSession("encoder.onnx").run(None, {"times": times, "values": values})

    A model that reads static covariates takes ``static``, (batch, covariate), after these. One that reads known inputs then
    takes ``input_times``, (batch, input time), and ``inputs``, (batch, input time, input); NaN pads a series at its end.

    Args:
        model: a model with ``latent``.
        path: file to write, whole or not at all.
        member: index of the one member to export, whose results then have no member axis; None for the whole stack.
        missing: whether the file reads missing values and padding, as NaN. A program without is faster. It gives NaN if a value
            is missing.
        extra: plain values to store with it as JSON: in ``extra_files`` of ``torch.export.load`` as ``<name>.json``, in an ONNX
            file as metadata ``<name>``.

    Raises:
        ConfigError: if the model has no encoder or no such member, the suffix is another, or ONNX's packages are not installed.
    """
    write = _format(path)
    _export(_Encoder(_chosen(model, member), missing, member is None), "z0", Path(path), write, extra)


def export_predictor(
    model: SequenceModel,
    path: Path | str,
    solver: FixedStep | None = None,
    member: int | None = None,
    missing: bool = True,
    **extra: Any,
) -> None:
    """Writes encoder, solver and decoder: values, (member, batch, query, feature), as a function of times, values and query.

    ``query`` are the times to predict at, (batch, query), as for the model. A variational model predicts from its mean. Context
    that the model reads follows ``query``, as in :func:`export_encoder`.

    Args:
        model: a model with ``latent``.
        path: as in :func:`export_encoder`.
        solver: steps of the solver. Their number is part of the file, and their size follows from the last query time.
        member: as in :func:`export_encoder`.
        missing: as in :func:`export_encoder`.
        extra: as in :func:`export_encoder`.

    Raises:
        ConfigError: as :func:`export_encoder`, and if the solver is adaptive or no Runge-Kutta method.
    """
    solver, write = solver or FixedStep("tsit5", 8), _format(path)
    if not isinstance(solver, FixedStep):
        raise ConfigError(
            f"an exported predictor takes a fixed number of steps, but the solver is {type(solver).__name__}: pass, for "
            "example, FixedStep('tsit5', steps=16)"
        )
    if not isinstance(SOLVERS[solver.method], Tableau):
        raise ConfigError(
            f"an exported predictor takes Runge-Kutta steps, but the solver is {solver.method}, which is for training: pass, "
            "for example, FixedStep('tsit5', steps=16)"
        )
    predictor = _Predictor(_chosen(model, member), missing, member is None, solver)
    _export(predictor, "predicted", Path(path), write, extra)


_TIME, _INPUT_TIME = Dim("time", min=1), Dim("input_time", min=3)
_ALONG = {
    "times": (_TIME, 4),
    "values": (_TIME, 4),
    "query": (Dim("query", min=1), 5),
    "input_times": (_INPUT_TIME, 6),
    "inputs": (_INPUT_TIME, 6),
}
"""The time axes of a batch's parts, and their length in the recorded example."""
_CONTEXT = ("static", "input_times", "inputs")
"""Parts that are context, in the order of :class:`pathlode.core.context.Context`."""


class _Encoder(nn.Module):
    """A stack's encoder as a function of one batch, whose parts are :attr:`names`.

    Args:
        model: the stack.
        missing: whether values may be NaN.
        stacked: whether results have a member axis.
    """

    asked: tuple[str, ...] = ()
    """Names of the times to predict at, if there are any."""

    def __init__(self, model: SequenceModel, missing: bool, stacked: bool) -> None:
        super().__init__()
        self.model, self.missing, self.stacked = model, missing, stacked
        read = (model.config.static, model.config.inputs, model.config.inputs)
        known = [name for name, number in zip(_CONTEXT, read, strict=True) if number]
        self.names = ("times", "values", *self.asked, *known)

    def forward(self, *parts: Tensor) -> Tensor:
        return self._result(self.model.encoded(self._given(self._by_name(parts))).z0)

    def _by_name(self, parts: Sequence[Tensor]) -> dict[str, Tensor]:
        """The parts of a batch by name, with an axis of members."""
        members = len(self.model.seeds)
        return {name: part.expand(members, *part.shape) for name, part in zip(self.names, parts, strict=True)}

    def _given(self, parts: Mapping[str, Tensor]) -> Observations:
        times, values, mask = parts["times"], parts["values"], None
        if self.missing:
            times, mask = padded(times), ~values.isnan()
        return Observations(times, values, mask, Context(*(parts.get(name) for name in _CONTEXT)))

    def _result(self, found: Tensor) -> Tensor:
        return found if self.stacked else found[0]


class _Predictor(_Encoder):
    """Encoder, solver and decoder of a stack as a function of one batch; its arguments and those of the solver."""

    asked = ("query",)

    def __init__(self, model: SequenceModel, missing: bool, stacked: bool, solver: FixedStep) -> None:
        super().__init__(model, missing, stacked)
        self.solver = solver

    def forward(self, *parts: Tensor) -> Tensor:
        named = self._by_name(parts)
        given, query = self._given(named), padded(named["query"]) if self.missing else named["query"]
        z0 = self.model.encoded(given).z0
        return self._result(self.model.values_from(z0, given.start, query, self.solver, context=given.context))


def _chosen(model: SequenceModel, member: int | None) -> SequenceModel:
    """A copy of the model, or of one member, without gradients."""
    if "latent" not in model.offers:
        raise ConfigError(f"{type(model).__name__} has no encoder to export: choose a model that offers 'latent'")
    chosen = copy.deepcopy(model) if member is None else model.member(member)
    return chosen.cpu().eval().requires_grad_(False)


def _export(module: _Encoder, result: str, path: Path, write: "_Write", extra: Mapping[str, Any]) -> None:
    batch, config = Dim("batch", min=1), module.model.config
    example = tuple(_example(name, config).to(module.model.mean.dtype) for name in module.names)
    axes = tuple({0: batch} | ({1: _ALONG[name][0]} if name in _ALONG else {}) for name in module.names)
    torch.compiler.reset()  # else an earlier export of a loop of another length limits the lengths of this one
    program = torch.export.export(module, example, dynamic_shapes=(axes,), strict=False)
    stored = {name: json.dumps(value) for name, value in extra.items()}
    with writing(path) as temporary:
        write(program, module.names, result, temporary, stored)


def _example(name: str, config: ModelConfig) -> Tensor:
    """A part of a batch of 3 series, by its name; its numbers rise along its times."""
    widths = {"values": config.features, "static": config.static, "inputs": config.inputs}
    rising = torch.arange(_ALONG[name][1]).double() if name in _ALONG else torch.tensor(0.0)
    one = rising[..., None].expand(*rising.shape, widths[name]) if name in widths else rising
    return one.expand(3, *one.shape).contiguous()


_Write = Callable[[ExportedProgram, Sequence[str], str, Path, Mapping[str, str]], None]


def _write_program(
    program: ExportedProgram, names: Sequence[str], result: str, path: Path, extra: Mapping[str, str]
) -> None:
    torch.export.save(program, path, extra_files={f"{name}.json": text for name, text in extra.items()})


def _write_onnx(
    program: ExportedProgram, names: Sequence[str], result: str, path: Path, extra: Mapping[str, str]
) -> None:
    from pathlode.models.onnx_files import write_onnx  # here: its packages may not be installed

    write_onnx(program, names, result, path, extra)


FORMATS: dict[str, _Write] = {".pt2": _write_program, ".onnx": _write_onnx}
"""Formats by a file's suffix: a program of ``torch.export``, or an ONNX graph."""


def _format(path: Path | str) -> _Write:
    suffix = Path(path).suffix
    if suffix not in FORMATS:
        raise ConfigError(f"{path} has the suffix {suffix!r}, expected one of {', '.join(FORMATS)}")
    return FORMATS[suffix]
