"""Cost of a model."""

from pathlode.models.contract import SequenceModel


def cost(model: SequenceModel, seconds: float) -> dict[str, float]:
    """The columns :data:`pathlode.dynamics.artefacts.COST` for one member of a fitted stack.

    ``n_parameters`` is the number of a member's parameters that a prediction uses. ``train_seconds`` is seconds / number of
    members, because all members are fitted together.

    Args:
        model: the stack.
        seconds: duration of its fit.
    """
    return {"n_parameters": model.parameters_per_member, "train_seconds": seconds / len(model.seeds)}
