"""A classifier of heartbeats as ONNX files (https://onnx.ai), which run without this package, PyTorch and XGBoost."""

import logging
from pathlib import Path

from pathlode.ecg.beat_model import BeatModel, TreeScorer
from pathlode.errors import ConfigError
from pathlode.files import writing
from pathlode.models.export import export_encoder


def write_encoder(model: BeatModel, path: Path) -> None:
    """Writes the encoder: z0, (beat, latent), from ``times`` (beat, time) and ``values`` (beat, time, 1)."""
    export_encoder(model.encoder, path, member=0, missing=False)


def write_int8_encoder(encoder: Path, path: Path) -> None:
    """Writes an encoder with the weights of its matrix products as integers of 8 bits, whose inputs are quantised as they come.

    Args:
        encoder: ONNX file of :func:`write_encoder`.
        path: file to write.

    Raises:
        ConfigError: if ONNX's packages are not installed.
    """
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise _missing(error) from None
    logger = logging.getLogger()
    before = logger.level
    logger.setLevel(logging.ERROR)  # it recommends what makes no difference to perceptrons
    try:
        with writing(path) as temporary:
            quantize_dynamic(encoder, temporary, weight_type=QuantType.QInt8)
    finally:
        logger.setLevel(before)


def write_trees(trees: TreeScorer, path: Path) -> None:
    """Writes the trees: ``label``, (beat,), and ``probabilities``, (beat, class), from ``features`` (beat, feature). Labels are
    positions in :attr:`pathlode.ecg.beat_model.TreeScorer.known`.

    Raises:
        ConfigError: if ONNX's packages are not installed.
    """
    try:
        from onnxmltools.convert import convert_xgboost
        from onnxmltools.convert.common.data_types import FloatTensorType
    except ImportError as error:
        raise _missing(error) from None
    inputs = [("features", FloatTensorType([None, trees.booster.num_features()]))]
    graph = convert_xgboost(trees.booster, initial_types=inputs, target_opset=_OPSET)
    with writing(path) as temporary:
        Path(temporary).write_bytes(graph.SerializeToString())


_OPSET = 15  # the highest one that the converter of trees knows


def _missing(error: ImportError) -> ConfigError:
    return ConfigError(
        f"an ONNX file needs the package {error.name}, which is not installed: pip install 'pathlode[onnx]'"
    )
