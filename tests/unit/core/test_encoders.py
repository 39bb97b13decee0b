import math

import numpy as np
import pytest
import torch

from pathlode.core.encoders.gru_d import GRUD
from pathlode.core.encoders.mtan import MultiTimeAttention
from pathlode.core.encoders.recurrent import Recurrent
from pathlode.registry import ENCODERS

PEERS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


@pytest.mark.parametrize("name", list(PEERS))
def test_each_member_is_pytorchs_layer_run_from_last_to_first(make_model, name):
    encoder = make_model(encoder=name).encoder.double()
    times, values = torch.rand(3, 4, 7, dtype=torch.float64).sort(dim=-1).values, torch.randn(3, 4, 7, 2).double()
    final = encoder(times, values)
    for member in range(3):
        peer = PEERS[name](3, 6, batch_first=True).double()
        with torch.no_grad():
            peer.weight_ih_l0.copy_(encoder.input.weight[member].T)
            peer.bias_ih_l0.copy_(encoder.input.bias[member, 0])
            peer.weight_hh_l0.copy_(encoder.recurrent[member].T)
            peer.bias_hh_l0.zero_()
            if name == "gru":
                peer.bias_hh_l0[12:] = encoder.candidate_bias[member, 0]
        observations = torch.cat([times[member, ..., None], values[member]], dim=-1)
        outputs, _ = peer(observations.flip(1))
        assert torch.allclose(final[member], outputs[:, -1], atol=1e-12)


@pytest.mark.parametrize("name", list(PEERS))
def test_starting_weights_are_bounded_like_pytorchs(make_model, name):
    encoder = make_model(encoder=name, hidden=25).encoder
    for parameter in encoder.parameters():
        assert 0.15 < parameter.abs().max() <= 0.2


@pytest.mark.parametrize("name", list(ENCODERS))
@pytest.mark.parametrize("gaps", [False, True])
def test_every_parameter_is_a_matrix_for_each_member(make_model, name, gaps):
    """As the optimiser SOAP expects it."""
    for parameter in make_model(encoder=name, gaps=gaps).encoder.parameters():
        assert parameter.ndim == 3


def test_every_recurrent_encoder_has_a_peer():
    assert {*PEERS, "gru_d"} == {name for name, encoder in ENCODERS.items() if issubclass(encoder, Recurrent)}


def with_decay(encoder, member, times, values, mask):
    """The paper's formulas for one series, time by time (Che et al. 2018, equations 2, 10 to 17)."""

    def own(parameter):
        return parameter[member].detach().numpy().reshape(parameter.shape[1:])

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    width, features = encoder.hidden, values.shape[-1]
    hidden, last, delta, before = np.zeros(width), np.zeros(features), np.zeros(features), None
    for i in reversed(np.flatnonzero(mask.any(axis=-1))):
        if before is not None:
            delta = abs(times[i] - times[before]) + np.where(mask[before], 0.0, delta)
        x = values[i]
        if encoder.reads_gaps:
            decay = np.exp(-np.maximum(0, own(encoder.value_rate)[0] * delta + own(encoder.value_bias)[0]))
            x = np.where(mask[i], x, decay * last)
        read = [times[i], *x, *(mask[i].astype(float) if encoder.reads_gaps else [])]
        rates = delta @ own(encoder.state_decay.weight) + own(encoder.state_decay.bias)[0]
        hidden = np.exp(-np.maximum(0, rates)) * hidden
        wanted = np.array(read) @ own(encoder.input.weight) + own(encoder.input.bias)[0]
        recalled = hidden @ own(encoder.recurrent)
        reset, update = (sigmoid((wanted + recalled)[k * width : (k + 1) * width]) for k in (0, 1))
        proposal = np.tanh(wanted[2 * width :] + reset * (recalled[2 * width :] + own(encoder.candidate_bias)[0]))
        hidden = (1 - update) * proposal + update * hidden
        last, before = np.where(mask[i], values[i], last), i
    return hidden


@pytest.mark.parametrize("gaps", [False, True])
def test_a_gru_with_decay_is_the_papers_run_from_last_to_first(make_model, gaps):
    """On series with missing features, times without any, and padding; without gaps on whole times only."""
    encoder = make_model(encoder="gru_d", gaps=gaps).encoder.double()
    generator = torch.Generator().manual_seed(0)
    times = torch.rand(3, 4, 9, generator=generator, dtype=torch.float64).cumsum(dim=-1)
    values = torch.randn(3, 4, 9, 2, generator=generator, dtype=torch.float64)
    mask = torch.rand(3, 4, 9, 2 if gaps else 1, generator=generator).expand(3, 4, 9, 2) < 0.6
    mask[:, 1, 6:] = False
    times[:, 1, 6:] = times[:, 1, 5:6]
    found = encoder(times, values.where(mask, 0.0), mask)
    for member in range(3):
        for series in range(4):
            parts = (part[member, series].numpy() for part in (times, values, mask))
            expected = with_decay(encoder, member, *parts)
            assert np.allclose(found[member, series].detach().numpy(), expected, atol=1e-12)


def test_a_missing_value_decays_from_the_last_to_the_mean():
    """Worked out by hand: x' = 4 is read 2 after it, at the rate ln(2) / 2 to a half and with the bias ln(2) to a quarter."""
    encoder = GRUD([torch.Generator()], features=2, hidden=1, gaps=True).double()
    shown = []
    encoder.input.register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0][0, :, 0]))
    with torch.no_grad():
        encoder.value_rate[:] = math.log(2) / 2
        encoder.value_bias[:] = torch.tensor([0.0, math.log(2)])
    times, values = torch.tensor([[[0.0, 2.0]]]).double(), torch.tensor([[[[0.0, 0.0], [4.0, 4.0]]]]).double()
    mask = torch.tensor([[[[False, False], [True, True]]]])
    encoder(times, values, mask)
    assert shown[0].flatten().tolist() == pytest.approx([0, 2, 1, 0, 0, 2, 4, 4, 1, 1])


def test_interpolation_is_numpys_on_the_grid(make_model):
    encoder = make_model(encoder="interpolation").encoder.double()
    times, values = torch.rand(3, 4, 7, dtype=torch.float64).sort(dim=-1).values, torch.randn(3, 4, 7, 2).double()
    shown = []
    encoder.mlp.register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0]))
    encoder(times, values)
    grid = encoder.grid.numpy()
    assert (times.min() > grid[0], times.max() < grid[-1]) == (True, True)  # so the ends are extrapolated as well
    for member in range(3):
        for trajectory in range(4):
            x = shown[0][member, trajectory].view(len(grid), 2).detach().numpy()
            for feature in range(2):
                arguments = (times[member, trajectory].numpy(), values[member, trajectory, :, feature].numpy())
                assert np.allclose(x[:, feature], np.interp(grid, *arguments), atol=1e-12)


def test_interpolation_takes_one_observation_and_does_not_count_repeated_information(make_model):
    encoder = make_model(encoder="interpolation").encoder.double()
    times, values = torch.zeros(3, 2, 1, dtype=torch.float64), torch.randn(3, 2, 1, 2).double()
    assert encoder(times, values).isfinite().all()
    coarse = torch.linspace(-1, 1, 5, dtype=torch.float64).expand(3, 2, -1)
    fine = torch.linspace(-1, 1, 9, dtype=torch.float64).expand(3, 2, -1)
    line = torch.tensor([2.0, -1.0], dtype=torch.float64)
    assert torch.allclose(encoder(coarse, coarse[..., None] * line), encoder(fine, fine[..., None] * line), atol=1e-12)


def attending(features=2, members=1):
    """An encoder that attends in double precision, and the list of what its recurrent network reads."""
    generators = [torch.Generator().manual_seed(member) for member in range(members)]
    encoder, read = MultiTimeAttention(generators, features, hidden=5).double(), []
    encoder.gru.register_forward_pre_hook(lambda module, inputs: read.append(inputs[1].detach()))
    return encoder, read


def observed_in_part(batch, count, members=1, features=2):
    """Times, values and a mask of series with gaps, of which the second is shorter."""
    generator = torch.Generator().manual_seed(1)
    times = torch.rand(members, batch, count, generator=generator, dtype=torch.float64).cumsum(dim=-1) - 1
    values = torch.randn(members, batch, count, features, generator=generator, dtype=torch.float64)
    mask = torch.rand(values.shape, generator=generator) < 0.7
    mask[:, :, 0] = True
    mask[:, 1, -2:] = False
    times[:, 1, -2:] = times[:, 1, -3:-2]
    return times, values.where(mask, 0.0), mask


def attention(encoder, member, times, values, mask):
    """The paper's formulas, point by point, head by head and feature by feature (Shukla & Marlin 2021, equations 1 to 4)."""
    omega, alpha, queries, keys = (
        part[member].detach().numpy()
        for part in (encoder.waves.weight, encoder.waves.bias, encoder.queries, encoder.keys)
    )

    def embedded(time):
        phases = omega[0] * time + alpha[0]
        return np.concatenate([phases[:1], np.sin(phases[1:])])

    width = encoder.EMBEDDING // encoder.HEADS
    found = np.zeros((encoder.POINTS, encoder.HEADS, values.shape[-1]))
    for (point, head, feature), _ in np.ndenumerate(found):
        own = slice(head * width, (head + 1) * width)
        asking = (embedded(float(encoder.points[point])) @ queries)[own]
        places = np.flatnonzero(mask[:, feature])
        scores = np.array([asking @ (embedded(times[i]) @ keys)[own] for i in places]) / math.sqrt(width)
        weights = np.exp(scores) / np.exp(scores).sum()
        found[point, head, feature] = weights @ values[places, feature]
    return found.reshape(encoder.POINTS, -1)


def test_attention_is_the_papers_and_its_points_are_read_by_a_gru(monkeypatch):
    """On series with gaps and padding, and on complete ones."""
    monkeypatch.setattr(MultiTimeAttention, "POINTS", 3)
    encoder, read = attending(members=2)
    times, values, mask = observed_in_part(batch=2, count=6, members=2)
    for given in (mask, None):
        final = encoder(times, values, given)
        seen = torch.ones_like(values, dtype=torch.bool) if given is None else given
        for member, series in np.ndindex(2, 2):
            parts = (part[member, series].numpy() for part in (times, values, seen))
            assert np.allclose(read[-1][member, series].numpy(), attention(encoder, member, *parts), atol=1e-12)
        points = torch.tensor([-(3**0.5), 0.0, 3**0.5], dtype=torch.float64).expand(2, 2, 3)
        assert torch.allclose(final, encoder.gru(points, read[-1]), atol=1e-6)


def test_attention_to_one_observation_is_its_value_and_to_equal_times_their_mean():
    encoder, read = attending()
    values = torch.tensor([[[[3.0, -1.0]]]]).double()
    encoder(torch.tensor([[[0.4]]]).double(), values)
    assert torch.allclose(read[-1], values.repeat(1, 1, 1, 2).expand(1, 1, 20, 4))
    both = torch.tensor([[[[3.0, -1.0], [5.0, 2.0]]]]).double()
    encoder(torch.tensor([[[0.4, 0.4]]]).double(), both)
    assert torch.allclose(read[-1], torch.tensor([4.0, 0.5, 4.0, 0.5]).double().expand(1, 1, 20, 4))


def test_attention_does_not_mind_the_order_or_scores_of_any_size():
    """Scores of thousands have no exponential in floating-point numbers, but their differences have."""
    encoder, _ = attending()
    with torch.no_grad():
        encoder.waves.weight[..., 0] = 300.0
    times, values, mask = observed_in_part(batch=2, count=6)
    found = encoder(times, values, mask)
    assert found.isfinite().all()
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    assert torch.allclose(encoder(times[..., order], values[:, :, order], mask[:, :, order]), found, atol=1e-12)
    assert not torch.allclose(encoder(times, values.flip(2), mask.flip(2)), found, atol=1e-3)


def test_a_feature_that_was_never_observed_is_its_mean_for_attention():
    encoder, read = attending()
    times, values, mask = observed_in_part(batch=2, count=6)
    mask[..., 1] = False
    encoder(times, values.where(mask, 0.0), mask).sum().backward()
    assert (read[-1][..., 1::2] == 0).all()
    assert (read[-1][..., ::2] != 0).all()
    assert all(parameter.grad.isfinite().all() for parameter in encoder.parameters())
