"""Files of fitted flows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.errors import CheckpointError, ConfigError
from pathlode.given_path import as_file
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.priors import described
from pathlode.registry import FLOWS


def load_flow(path: Path | str) -> Flow:
    """A flow that :meth:`pathlode.inference.flows.contract.Flow.save` wrote.

    Raises:
        CheckpointError: if the path is no name of a file, or the file is unreadable or its weights do not fit.
    """
    file = as_file(path)
    return flow_of(load_tensors(file), file)


def save_flows(path: Path, files: Sequence[Path], **extra: Any) -> None:
    """Writes the flows of several files, and the plain values in ``extra``, to one file.

    :meth:`pathlode.inference.flows.contract.Flow.save` wrote the files.
    """
    save_tensors(path, beside({"flows": [load_tensors(file) for file in files]}, extra))


def load_flows(path: Path | str) -> list[Flow]:
    """The flows that :func:`save_flows` wrote, in their order.

    Raises:
        CheckpointError: as :func:`load_flow`, and if the file holds something else.
    """
    file = as_file(path)
    content = load_tensors(file)
    if "flows" not in content:
        raise CheckpointError(f"{file} does not hold several flows: read a single one with load_flow, or fit again")
    return [flow_of(flow, file) for flow in content["flows"]]


def flow_of(content: Mapping[str, Any], path: Path) -> Flow:
    """The flow in the content of a file, whose path is for messages.

    Raises:
        CheckpointError: if its weights do not fit, or there is none.
    """
    try:
        description: dict[str, Any] = content["flow"]
        config = FlowConfig(**description["config"])
        prior = described(content["prior"])
        flow: Flow = FLOWS[config.backend](prior, description["context_features"], config, description["seed"])
        flow.network.load_state_dict(content["weights"]["network"])
        if flow.embedding is not None:
            flow.embedding.load_state_dict(content["weights"]["embedding"])
        flow.units, flow.pairs = content["units"], description["pairs"]
        flow.seconds = description.get("seconds", flow.seconds)  # older files have none
    except (KeyError, TypeError, RuntimeError, ConfigError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a flow of this version of pathlode ({error}): read it with the version that wrote "
            "it, or fit again"
        ) from error
    return flow
