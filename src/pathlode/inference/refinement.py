"""A recurrent summary that starts as the encoder of a trained latent ODE, and is then trained with the flow."""

import torch

from pathlode.core.encoders.gru import GRU
from pathlode.errors import ConfigError
from pathlode.inference.flows.contract import Flow
from pathlode.inference.recurrent import RecurrentSummary
from pathlode.models.contract import SequenceModel
from pathlode.models.encoded import EncodedModel


@torch.no_grad()
def start_from(flow: Flow, model: SequenceModel, member: int = 0) -> None:
    """Gives the recurrent network of a flow the weights and the units of a latent ODE's encoder.

    z0 = W₂ (W₁ h + b₁) + b₂, with h the last state of the encoder. The network's summary is W h + b: its first numbers are then
    z0, with W = W₂ W₁ and b = W₂ b₁ + b₂. Further numbers keep their random weights.

    Args:
        flow: a flow that is not trained, with its units, and with ``recurrent`` the size of the encoder's state.
        model: the latent ODE.
        member: index of the member whose encoder it is.

    Raises:
        ConfigError: if the network cannot start as this encoder.

    Source: ours; sbi's maintainers advise to train embeddings of time series beforehand.
    """
    own, one = flow.embedding, model.member(member)
    if not isinstance(own, RecurrentSummary) or not isinstance(one, EncodedModel) or type(one.encoder) is not GRU:
        raise ConfigError(
            "a flow can start from an encoder only if both are a GRU: set flow.recurrent and encoder: gru"
        )
    config = one.config
    if config.static or config.inputs or config.elapsed or config.input != "linear":
        raise ConfigError(
            "a flow can start only from an encoder of times and values as they are, without static covariates, inputs, "
            "elapsed times or a logarithmic input: choose another row"
        )
    weights, size, numbers = one.encoder.state_dict(), flow.config.recurrent, flow.config.embedded
    if size != one.encoder.hidden or numbers < config.latent or flow.config.gaps != config.gaps:
        raise ConfigError(
            f"a flow has a recurrent network of size {size} with {numbers} numbers and gaps={flow.config.gaps}, expected "
            f"{one.encoder.hidden}, at least {config.latent} and gaps={config.gaps}, as in the encoder that it starts from"
        )
    own.encoder.load_state_dict(weights)
    basis = torch.cat([torch.zeros(1, size), torch.eye(size)])[None].to(
        one.dtype
    )  # 0 and unit vectors, (1, 1 + size, size)
    bias, *columns = one.hidden_to_latent(one.encoder_to_hidden(basis))[0].unbind()
    own.head.weight[: config.latent] = (torch.stack(columns, dim=1) - bias[:, None]).to(own.head.weight)
    own.head.bias[: config.latent] = bias.to(own.head.bias)
    flow.units["centre"] = torch.cat([one.time_mean.flatten(), one.mean.flatten()])
    flow.units["scale"] = torch.cat([one.time_std.flatten(), one.std.flatten()])
