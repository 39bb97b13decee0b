"""Which observed quantity drives which: graphs from a model's Jacobian, and their agreement with a system's own."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import PerMember
from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model


@torch.no_grad()
def influences(model: SequenceModel, series: TimeSeries) -> Tensor:
    """How strongly quantity j drives quantity i: the mean of ``|∂(dh_i/dτ)/∂h_j|`` over all observations, (member, i, j).

    h are the quantities in standard deviations of the training data, so entries can be compared with each other. Times at which
    a quantity is missing are left out. A field that depends on the time is taken at τ = 0.

    Args:
        model: a stack whose state is what was observed.
        series: one set of series for all members, or one for each.

    Raises:
        ConfigError: if the state is not what was observed.
    """
    if not {"observed", "jacobian"} <= model.offers:
        raise ConfigError(
            f"{type(model).__name__} has no Jacobian of the observed quantities: choose a model that offers 'observed', such "
            "as observed_ode"
        )
    given = as_the_model(series, model)
    times, values = given.times.flatten(-2)[..., None], given.values.flatten(-3, -2)[..., None, :]
    complete = ~values.isnan().any(
        dim=(-2, -1)
    )  # each observation is a series of its own, from which a prediction starts
    single = times.nan_to_num(), values.nan_to_num()
    jacobians = model.jacobian(model(*single, solver=FixedStep("rk4", 1)))[:, :, 0].abs()
    share = (complete / complete.sum(dim=-1, keepdim=True)).to(jacobians)
    return (share[..., None, None] * jacobians).sum(dim=1)


def auroc(influence: Tensor, adjacency: NDArray[np.bool_]) -> PerMember:
    """Probability that an edge of a graph has more influence than a pair without an edge, (member,); a tie counts half.

    It is the area under the receiver operating characteristic: 1 if a threshold finds the graph, 0.5 by chance. What a quantity
    does to itself does not count. NaN if all pairs are edges, or none.

    Args:
        influence: (member, i, j), from :func:`influences`.
        adjacency: whether quantity j drives quantity i, booleans, (i, j), from
            :meth:`pathlode.dynamics.systems.contract.System.adjacency`.
    """
    graph = torch.from_numpy(adjacency).bool()
    pairs = ~torch.eye(len(graph), dtype=torch.bool)
    edges, others = (influence[:, chosen & pairs] for chosen in (graph, ~graph))
    above, below = edges[:, :, None], others[:, None]
    return ((above > below).double() + (above == below).double() / 2).mean(dim=(1, 2))
