import math

import pytest
import torch

from pathlode.core.linear_sde import LARGEST, transition


def random_case(*shape, dtype=torch.float64):
    drift = torch.randn(*shape, 4, 4, dtype=dtype)
    return drift, torch.rand(*shape, 4, dtype=dtype), torch.rand(shape, dtype=dtype) * 3


def test_a_damped_rotation_by_hand():
    """exp(-a Δ) times a rotation by w Δ, and the variance q (1 - exp(-2 a Δ)) / 2a in each direction."""
    a, w, q, gap = 0.7, 2.0, 0.3, 1.4
    found = transition(torch.tensor([[-a, w], [-w, -a]]).double(), torch.tensor([q, q]).double(), torch.tensor(gap))
    cos, sin = math.cos(w * gap), math.sin(w * gap)
    rotation = torch.tensor([[cos, sin], [-sin, cos]]).double()
    assert torch.allclose(found.matrix, math.exp(-a * gap) * rotation, atol=1e-14)
    variance = q * (1 - math.exp(-2 * a * gap)) / (2 * a)
    assert torch.allclose(found.noise, variance * torch.eye(2).double(), atol=1e-14)


def test_it_equals_the_exponential_of_a_matrix_of_twice_the_size():
    drift, diffusion, gap = random_case(5, 3)
    found = transition(drift, diffusion, gap)
    zero = torch.zeros_like(drift)
    both = torch.cat([torch.cat([-drift, diffusion.diag_embed()], -1), torch.cat([zero, drift.mT], -1)], -2)
    exponential = torch.linalg.matrix_exp(both * gap[..., None, None])
    matrix = exponential[..., 4:, 4:].mT
    assert torch.allclose(found.matrix, matrix, rtol=1e-11)
    assert torch.allclose(found.noise, matrix @ exponential[..., :4, 4:], rtol=1e-9)
    single = transition(drift.float(), diffusion.float(), gap.float())
    assert torch.allclose(single.matrix.double(), found.matrix, rtol=1e-3, atol=1e-5 * float(found.matrix.abs().max()))


def test_two_gaps_in_turn_are_one():
    drift, diffusion, first = random_case(4)
    second = torch.rand(4).double()
    one, two, whole = (transition(drift, diffusion, gap) for gap in (first, second, first + second))
    assert torch.allclose(two.matrix @ one.matrix, whole.matrix, rtol=1e-10)
    assert torch.allclose(two.matrix @ one.noise @ two.matrix.mT + two.noise, whole.noise, rtol=1e-10)


def test_a_gap_below_zero_leads_back():
    drift, diffusion, gap = random_case(4)
    onward, back = transition(drift, diffusion, gap), transition(drift, diffusion, -gap)
    inverse = torch.linalg.inv(onward.matrix)
    assert torch.allclose(back.matrix, inverse, rtol=1e-8)
    assert torch.allclose(back.noise, inverse @ onward.noise @ inverse.mT, rtol=1e-8, atol=1e-12)


def test_no_gap_changes_nothing():
    drift, diffusion, gap = random_case(4)
    found = transition(drift, diffusion, 0 * gap)
    assert torch.equal(found.matrix, torch.eye(4).double().expand(4, 4, 4))
    assert not found.noise.any()


def test_a_gap_does_not_depend_on_the_others():
    drift, diffusion, gap = random_case(4, dtype=torch.float32)
    gap[2] = 1e4
    together, alone = transition(drift, diffusion, gap), transition(drift[:1], diffusion[:1], gap[:1])
    assert torch.equal(together.matrix[:1], alone.matrix)
    assert torch.equal(together.noise[:1], alone.noise)


@pytest.mark.parametrize("gap", [1e3, -1e3])
def test_neither_growth_nor_decay_over_a_long_gap_overflows(gap):
    """Of three states: one grows, one decays to the variance q / 2a, and one rests and gathers q Δ."""
    drift = torch.diag(torch.tensor([5.0, -5.0, 0.0]) * math.copysign(1, gap)).requires_grad_()
    found = transition(drift, torch.ones(3), torch.tensor(gap))
    assert found.matrix.diag().tolist() == pytest.approx([LARGEST, 0.0, 1.0])
    assert found.noise.diag().tolist() == pytest.approx([LARGEST, 0.1, 1e3], rel=1e-4)
    (found.matrix.sum() + found.noise.sum()).backward()
    assert drift.grad.isfinite().all()


def test_a_diverged_drift_gives_no_number_and_no_error():
    found = transition(torch.full((1, 2, 2), torch.nan), torch.ones(1, 2), torch.ones(1))
    assert found.matrix.isnan().all()
    assert found.noise.isnan().all()
