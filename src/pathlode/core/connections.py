"""How the outputs of a network depend on its inputs, by its weights."""

from collections.abc import Sequence

from torch import Tensor


def path_weights(weights: Sequence[Tensor]) -> Tensor:
    """Sums over all paths from each input to each output of the products of absolute weights, (..., input, output).

    Args:
        weights: the weights of each layer from the first, (..., inputs, outputs).
    """
    product = weights[0].abs()
    for weight in weights[1:]:
        product = product @ weight.abs()
    return product
