import numpy as np
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import nn
from torch.func import functional_call, grad, jvp
from torch.nn.utils import parameters_to_vector

from pathlode.errors import ConfigError, DivergenceError
from pathlode.registry import NETWORKS
from pathlode.schedule.sharpness import top_eigenvalue
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Examples

CLASSES = 3
TINY = {
    "cnn": ((1, 4, 4), {"channels": (3,), "strides": (2,), "hidden": 4}),
    "resnet": ((1, 4, 4), {"channels": (2,), "stride": 1}),
    "transformer": ((4,), {"layers": 1, "width": 4, "heads": 2}),
}


class Weights(nn.Module):
    """Its output is its weights, whatever the input."""

    def __init__(self, *values):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(values))

    def forward(self, inputs):
        return self.weights


def quadratic(*curvatures):
    return lambda weights, targets: (torch.tensor(curvatures) * weights**2).sum() / 2


def examples(shape, count=8):
    if len(shape) == 1:
        return Examples(torch.randint(CLASSES, (count, *shape)), torch.randint(CLASSES, (count, *shape)))
    return Examples(torch.randn(count, *shape, dtype=torch.float64), torch.randint(CLASSES, (count,)))


def tiny(name, **changes):
    shape, sizes = TINY[name]
    network = NETWORKS[name](shape, CLASSES, **sizes | changes).double()
    for parameter in network.parameters():  # away from where the initial biases are all zero
        parameter.data += 0.3 * torch.randn_like(parameter)
    return network, examples(shape)


def loss_in_weights(network, some):
    """L of all weights in one vector."""
    shapes = {name: parameter.shape for name, parameter in network.named_parameters()}

    def loss(vector):
        parts = vector.split([shape.numel() for shape in shapes.values()])
        weights = {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}
        return Task.loss(functional_call(network, weights, some.inputs), some.targets)

    return loss, parameters_to_vector(network.parameters()).detach()


def exact_hessian(loss, weights, step=1e-5):
    """By differences: torch.func.hessian is wrong for layer_norm (https://github.com/pytorch/functorch/issues/534)."""
    moves = step * torch.eye(len(weights), dtype=weights.dtype)
    return torch.stack([grad(loss)(weights + move) - grad(loss)(weights - move) for move in moves]) / (2 * step)


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_the_exact_hessian_s_eigenvalue_of_every_network(name):
    network, some = tiny(name)
    hessian = exact_hessian(*loss_in_weights(network, some))
    eigenvalues = torch.linalg.eigvalsh((hessian + hessian.T) / 2)
    expected = eigenvalues[eigenvalues.abs().argmax()].item()
    found = top_eigenvalue(network, Task.loss, some, iterations=1000, tolerance=1e-12)
    assert found == pytest.approx(expected, rel=1e-6)


def test_it_is_what_lanczos_finds():
    network, some = tiny("cnn", channels=(8,), hidden=32)
    loss, weights = loss_in_weights(network, some)

    def product(vector):
        return jvp(grad(loss), (weights,), (torch.from_numpy(np.ravel(vector)),))[1].numpy()

    operator = LinearOperator((len(weights),) * 2, matvec=product, dtype=np.float64)
    (expected,) = eigsh(operator, k=1, which="LM", return_eigenvectors=False)
    assert top_eigenvalue(network, Task.loss, some, iterations=500, tolerance=1e-10) == pytest.approx(
        expected, rel=1e-6
    )


def test_a_negative_curvature_of_largest_magnitude_keeps_its_sign():
    loss = quadratic(-3.0, 1.0, 2.0)
    assert top_eigenvalue(Weights(0.1, 0.2, 0.3), loss, examples((1,))) == pytest.approx(-3.0, rel=1e-2)


def test_a_flat_loss_has_none():
    assert top_eigenvalue(Weights(0.1, 0.2), quadratic(0.0, 0.0), examples((1,))) == 0.0


def test_more_iterations_come_closer_and_tolerance_ends_them():
    network, loss, some = Weights(0.1, 0.2), quadratic(1.0, 0.9), examples((1,))
    rough, close = (top_eigenvalue(network, loss, some, iterations, tolerance=0.0) for iterations in (1, 100))
    assert abs(close - 1.0) < 1e-6 < abs(rough - 1.0)
    assert top_eigenvalue(network, loss, some, 100, tolerance=1.0) == top_eigenvalue(network, loss, some, 2, 0.0)


def test_the_network_is_evaluated_without_dropout_and_left_as_it_was():
    network, some = tiny("cnn")
    plain = top_eigenvalue(network, Task.loss, some)
    with_dropout = nn.Sequential(network, nn.Dropout(0.5)).train()
    network.head.eval()
    before = torch.get_rng_state()
    assert top_eigenvalue(with_dropout, Task.loss, some) == plain
    assert torch.get_rng_state().equal(before)
    assert with_dropout[1].training
    assert not network.head.training
    assert all(parameter.grad is None for parameter in network.parameters())


def test_weights_that_are_frozen_do_not_count():
    network = nn.ModuleList([Weights(0.1), Weights(0.2)])
    network[1].requires_grad_(False)
    network.forward = lambda inputs: torch.cat([part(inputs) for part in network])
    assert top_eigenvalue(network, quadratic(1.0, 5.0), examples((1,))) == pytest.approx(1.0)


def test_a_network_that_has_diverged_is_refused():
    with pytest.raises(DivergenceError, match="the curvature of the loss is not finite"):
        top_eigenvalue(Weights(float("nan")), lambda w, _: (w**4).sum(), examples((1,)))


def test_at_least_one_iteration_is_wanted():
    with pytest.raises(ConfigError, match="iterations is 0, expected at least 1"):
        top_eigenvalue(Weights(1.0), quadratic(1.0), examples((1,)), iterations=0)
