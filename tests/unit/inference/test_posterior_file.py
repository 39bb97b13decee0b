import copy

import pytest
from torch import distributions as d

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError, ConfigError
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.flows.zuko import ZukoFlow
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.priors import Prior


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """What the file of a posterior holds, whose flow is not fitted."""
    flow = ZukoFlow(Prior([d.Normal(0.0, 1.0), d.LogNormal(0.0, 1.0)]), 2, FlowConfig(transforms=1, width=4), 0)
    path = tmp_path_factory.mktemp("posterior") / "whole.pt"
    Posterior(flow, ObservedSummary(), ["a", "b"], (2,), record={"failed": 3}).save(path)
    return load_tensors(path)


def test_a_file_has_the_parts_of_its_posterior(content, tmp_path):
    save_tensors(tmp_path / "again.pt", content)
    again = Posterior.load(tmp_path / "again.pt")
    assert (again.names, again.shape, again.record) == (["a", "b"], (2,), {"failed": 3})
    with pytest.raises(ConfigError, match="the flow is not fitted"):
        again.sample([[0.0, 0.0]])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda parts: parts.pop("names"), "cannot be read as a posterior .* missing 1 required .* 'names'"),
        (lambda parts: parts.update(speed=3), "unexpected keyword argument 'speed'"),
        (lambda parts: parts.update(names=["a"]), "its names or its shape are not those of the flow"),
        (lambda parts: parts.update(shape=3), "cannot be read as a posterior"),
    ],
)
def test_a_file_with_other_parts_is_refused(content, tmp_path, spoil, message):
    spoiled = copy.deepcopy(content)
    spoil(spoiled["posterior"])
    save_tensors(tmp_path / "spoiled.pt", spoiled)
    with pytest.raises(CheckpointError, match=message):
        Posterior.load(tmp_path / "spoiled.pt")


@pytest.mark.parametrize("path", [None, ""])
def test_a_path_that_names_no_file_is_refused(known_flow, path):
    with pytest.raises(CheckpointError, match="expected the name of a file"):
        Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,)).save(path)
    with pytest.raises(CheckpointError, match="expected the name of a file"):
        Posterior.load(path)
