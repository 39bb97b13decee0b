"""Exported programs as ONNX files (https://onnx.ai)."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram

from pathlode.errors import ConfigError


def write_onnx(
    program: ExportedProgram, names: Sequence[str], result: str, path: Path, extra: Mapping[str, str]
) -> None:
    """Writes a program as an ONNX file.

    Args:
        program: a recorded program.
        names: names of its inputs.
        result: name of its output.
        path: file to write.
        extra: texts to store as the file's metadata.

    Raises:
        ConfigError: if the packages that write ONNX are not installed.
    """
    translations = _translations()
    with _quiet():
        graph = torch.onnx.export(
            program, input_names=names, output_names=[result], verbose=False, custom_translation_table=translations
        )
        assert graph is not None
        graph.model.metadata_props.update(extra)
        graph.save(path)


def _translations() -> dict[Any, Callable[..., Any]]:
    """Operations of torch that its exporter does not know, in terms of ONNX's."""
    try:
        from onnxscript import INT64
        from onnxscript import opset18 as op
    except ImportError as error:
        raise ConfigError(
            f"an ONNX file needs the package {error.name}, which is not installed: pip install 'pathlode[onnx]', or write a "
            "file that ends in .pt2"
        ) from None

    def searchsorted(increasing: Any, wanted: Any, **_: Any) -> Any:
        """The number of smaller entries."""
        smaller = op.Less(op.Unsqueeze(increasing, [-2]), op.Unsqueeze(wanted, [-1]))
        return op.ReduceSum(op.Cast(smaller, to=INT64.dtype), [-1], keepdims=0)

    def sort(values: Any, stable: bool, dim: int = -1, descending: bool = False) -> tuple[Any, Any]:
        """ONNX keeps the order of equal entries."""
        count = op.Gather(op.Shape(values), [dim], axis=0)
        return op.TopK(values, count, axis=dim, largest=int(descending), sorted=1)

    return {torch.ops.aten.searchsorted.Tensor: searchsorted, torch.ops.aten.sort.stable: sort}


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter logs and warns about itself."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
