"""What a model costs."""

from pathlode.models.contract import SequenceModel


def cost(model: SequenceModel, seconds: float) -> dict[str, float]:
    """Of one member of a fitted stack, the columns :data:`pathlode.dynamics.artefacts.COST`.

    ``n_parameters`` are those of one member that a prediction uses; ``train_seconds`` is seconds / number of members, as all
    members are fitted together.

    Args:
        model: the stack.
        seconds: time that fitting it took.
    """
    return {"n_parameters": model.parameters_per_member, "train_seconds": seconds / len(model.seeds)}
