"""Export of trained models to files that run without this package: programs of ``torch.export`` and ONNX.

A file holds the numbers and operations of a model, not its checks: times must increase, and queries must not lie before a
series' first time. Times, values and predictions are in the unit and floating-point type of the training data.

Encoders and predictors take any number of series, of observations and of query times, from one on.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from pathlode.core.masks import padded
from pathlode.core.solve import FixedStep
from pathlode.core.tableaus import Tableau
from pathlode.errors import ConfigError
from pathlode.files import writing
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations
from pathlode.registry import SOLVERS


def export_encoder(
    model: SequenceModel, path: Path | str, member: int | None = None, missing: bool = True, **extra: Any
) -> None:
    """Writes the encoder: z0, (member, batch, latent), from times (batch, time) and values (batch, time, feature).

    The file's suffix chooses the format, see :data:`FORMATS`::

        z0 = torch.export.load("encoder.pt2").module()(times, values)
        (z0,) = onnxruntime.InferenceSession("encoder.onnx").run(None, {"times": times, "values": values})

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
    _export(
        _Encoder(_chosen(model, member), missing, member is None), ("times", "values"), "z0", Path(path), write, extra
    )


def export_predictor(
    model: SequenceModel,
    path: Path | str,
    solver: FixedStep | None = None,
    member: int | None = None,
    missing: bool = True,
    **extra: Any,
) -> None:
    """Writes encoder, solver and decoder: values, (member, batch, query, feature), as a function of times, values and query.

    ``query`` are the times to predict at, (batch, query), as for the model. A variational model predicts from its mean.

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
    _export(predictor, ("times", "values", "query"), "predicted", Path(path), write, extra)


class _Encoder(nn.Module):
    """A stack's encoder as a function of one batch.

    Args:
        model: the stack.
        missing: whether values may be NaN.
        stacked: whether results have a member axis.
    """

    def __init__(self, model: SequenceModel, missing: bool, stacked: bool) -> None:
        super().__init__()
        self.model, self.missing, self.stacked = model, missing, stacked

    def forward(self, times: Tensor, values: Tensor) -> Tensor:
        return self._result(self.model.encoded(self._given(times, values)).z0)

    def _given(self, times: Tensor, values: Tensor) -> Observations:
        times, values = self._for_all(times), self._for_all(values)
        return Observations(padded(times), values, ~values.isnan()) if self.missing else Observations(times, values)

    def _for_all(self, tensor: Tensor) -> Tensor:
        return tensor.expand(len(self.model.seeds), *tensor.shape)

    def _result(self, found: Tensor) -> Tensor:
        return found if self.stacked else found[0]


class _Predictor(_Encoder):
    """Encoder, solver and decoder of a stack as a function of one batch; its arguments and those of the solver."""

    def __init__(self, model: SequenceModel, missing: bool, stacked: bool, solver: FixedStep) -> None:
        super().__init__(model, missing, stacked)
        self.solver = solver

    def forward(self, times: Tensor, values: Tensor, query: Tensor) -> Tensor:  # type: ignore[override]
        given, query = self._given(times, values), self._for_all(padded(query) if self.missing else query)
        z0 = self.model.encoded(given).z0
        return self._result(self.model.values_from(z0, given.start, query, self.solver))


def _chosen(model: SequenceModel, member: int | None) -> SequenceModel:
    """A copy of the model, or of one member, without gradients."""
    if "latent" not in model.offers:
        raise ConfigError(f"{type(model).__name__} has no encoder to export: choose a model that offers 'latent'")
    for name in ("static", "inputs"):
        if getattr(model.config, name):
            raise ConfigError(
                f"the model has {name}={getattr(model.config, name)}, which an exported file does not take: export one with "
                f"{name}=0"
            )
    chosen = copy.deepcopy(model) if member is None else model.member(member)
    return chosen.cpu().eval().requires_grad_(False)


def _export(
    module: _Encoder, names: Sequence[str], result: str, path: Path, write: "_Write", extra: Mapping[str, Any]
) -> None:
    dtype, features = module.model.mean.dtype, module.model.config.features
    batch = Dim("batch", min=1)
    example, axes = [], []
    for name, count in zip(names, (4, 4, 5), strict=False):
        shape = (3, count, features) if name == "values" else (3, count)
        example.append(torch.arange(count, dtype=dtype).view(-1, *[1] * (len(shape) - 2)).expand(shape).contiguous())
        axes.append({0: batch, 1: Dim("query" if name == "query" else "time", min=1)})
    program = torch.export.export(module, tuple(example), dynamic_shapes=tuple(axes), strict=False)
    stored = {name: json.dumps(value) for name, value in extra.items()}
    with writing(path) as temporary:
        write(program, names, result, temporary, stored)


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
