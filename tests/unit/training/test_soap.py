from unittest import mock

import numpy as np
import pytest
import torch
from torch import nn

from pathlode.core.kernels import optimise
from pathlode.training.soap import SOAP

SHAPES = [(3, 4), (1, 4), (4, 5), (3, 4), (1, 5), (1, 1)]


def parameters(members, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(members, *shape, generator=generator)) for shape in SHAPES]


def gradients(members, steps, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return [[torch.randn(members, *shape, generator=generator) for shape in SHAPES] for _ in range(steps)]


def descend(parameters, gradients, optimiser):
    for step in gradients:
        for parameter, gradient in zip(parameters, step, strict=True):
            parameter.grad = gradient.clone()
        optimiser.step()


def written_out(weight, gradients, lr, beta1, beta2, decay, refresh, eps=1e-5):
    """SOAP for one matrix of one member, formula by formula."""
    m, v, p, q = np.zeros_like(weight), np.zeros_like(weight), *map(np.eye, weight.shape)
    left, right = np.zeros_like(p), np.zeros_like(q)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (p.T @ g @ q) ** 2
        root = np.sqrt(v / (1 - beta2**t))
        inner = (p.T @ m @ q / (1 - beta1**t)) / (root + eps * root.max())
        weight = weight - lr * p @ inner @ q.T
        left = decay * left + (1 - decay) * g @ g.T
        right = decay * right + (1 - decay) * g.T @ g
        if t == refresh:
            p, q = np.linalg.eigh(left)[1], np.linalg.eigh(right)[1]
        elif t % refresh == 0:
            rows = np.argsort(-np.diag(p.T @ left @ p))
            columns = np.argsort(-np.diag(q.T @ right @ q))
            v = v[rows][:, columns]
            p, q = np.linalg.qr(left @ p[:, rows])[0], np.linalg.qr(right @ q[:, columns])[0]
    return weight


def test_every_matrix_takes_the_steps_of_the_formula():
    ours, steps = parameters(2), gradients(2, 11)
    before = [p.detach().double().numpy().copy() for p in ours]
    descend(ours, steps, SOAP(ours, lr=0.1, betas=(0.9, 0.8), basis_decay=0.7, refresh=3))
    for position, shape in enumerate(SHAPES):
        if min(shape) > 1:
            for member in range(2):
                expected = written_out(
                    before[position][member],
                    [step[position][member].double().numpy() for step in steps],
                    *(0.1, 0.9, 0.8, 0.7, 3),
                )
                assert ours[position][member].detach().numpy() == pytest.approx(expected, abs=2e-4)


def test_vectors_take_adams_steps_and_matrices_do_until_they_have_a_basis():
    steps = gradients(2, 6)
    for refresh, alike in ((4, {1}), (7, {1, 3, 4})):
        ours, theirs = parameters(2), parameters(2)
        descend(ours, steps, SOAP(ours, lr=0.1, betas=(0.9, 0.8), refresh=refresh, eps=0.0))
        descend(theirs, steps, torch.optim.Adam(theirs, lr=0.1, betas=(0.9, 0.8)))
        for mine, adams, shape in zip(ours, theirs, SHAPES, strict=True):
            assert torch.allclose(mine, adams, atol=1e-5) == (min(shape) in alike)


def test_the_compiled_step_is_the_plain_one():
    steps, (ours, theirs) = gradients(2, 12), (parameters(2), parameters(2))
    descend(ours, steps, SOAP(ours, lr=0.1, refresh=4))
    with mock.patch.object(optimise, "stackable", return_value=False):
        descend(theirs, steps, SOAP(theirs, lr=0.1, refresh=4))
    for mine, plain in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, plain, atol=1e-4)


def test_no_member_sees_another():
    steps = gradients(3, 25)
    together = parameters(3)
    descend(together, steps, SOAP(together))
    for member in range(3):
        alone = [nn.Parameter(p[member : member + 1].detach().clone()) for p in parameters(3)]
        descend(alone, [[g[member : member + 1] for g in step] for step in steps], SOAP(alone))
        for ours, theirs in zip(together, alone, strict=True):
            assert torch.allclose(ours[member], theirs[0], atol=1e-4)


def test_a_parameter_without_a_gradient_stays():
    ours = parameters(2)
    before = ours[0].detach().clone()
    optimiser = SOAP(ours)
    for _ in range(3):
        for parameter in ours[1:]:
            parameter.grad = torch.ones_like(parameter)
        optimiser.step()
    assert torch.equal(ours[0], before)


def test_it_solves_a_least_squares_problem_of_bad_condition_in_fewer_steps_than_adam():
    generator = torch.Generator().manual_seed(2)
    turn = torch.linalg.qr(torch.randn(8, 8, generator=generator)).Q
    inputs = torch.randn(64, 8, generator=generator) * torch.logspace(0, -2, 8) @ turn
    target = inputs @ torch.randn(8, 8, generator=generator)
    left = {}
    for make in (SOAP, torch.optim.Adam):
        weight = nn.Parameter(torch.zeros(1, 8, 8))
        optimiser = make([weight], lr=0.03, betas=(0.95, 0.95))
        for _ in range(400):
            optimiser.zero_grad()
            (inputs @ weight - target).square().sum().backward()
            optimiser.step()
        left[make] = float((inputs @ weight.detach() - target).square().sum())
    assert left[SOAP] < 0.1 * left[torch.optim.Adam]
