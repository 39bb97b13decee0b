"""Exported programs as ONNX files (https://onnx.ai)."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
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
    try:
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"an ONNX file needs the package {error.name}, which is not installed: pip install 'pathlode[onnx]', or write a "
            "file that ends in .pt2"
        ) from None
    with _quiet():
        plain = program.run_decompositions({**torch.export.default_decompositions(), **_OTHERWISE})
        graph = torch.onnx.export(plain, input_names=names, output_names=[result], dynamo=True, verbose=False)
    assert graph is not None
    graph.model.metadata_props.update(extra)
    graph.save(path)


def _searchsorted(increasing: Tensor, wanted: Tensor, **_: Any) -> Tensor:
    return (increasing[..., None, :] < wanted[..., None]).sum(dim=-1)


def _sort(values: Tensor, *, stable: bool, dim: int = -1, descending: bool = False) -> tuple[Tensor, Tensor]:
    """ONNX keeps the order of equal entries."""
    return torch.sort(values, dim, descending)


_OTHERWISE = {torch.ops.aten.searchsorted.Tensor: _searchsorted, torch.ops.aten.sort.stable: _sort}
"""Operations that ONNX lacks, in terms of others."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter logs and warns about itself."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
