import numpy as np
import pytest
import torch

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


def test_every_recurrent_encoder_has_a_peer():
    assert set(PEERS) == {name for name, encoder in ENCODERS.items() if issubclass(encoder, Recurrent)}


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
