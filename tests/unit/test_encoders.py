import pytest
import torch

from pathlode.registry import ENCODERS

PEERS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


@pytest.mark.parametrize("name", list(ENCODERS))
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


@pytest.mark.parametrize("name", list(ENCODERS))
def test_starting_weights_are_bounded_like_pytorchs(make_model, name):
    encoder = make_model(encoder=name, hidden=25).encoder
    for parameter in encoder.parameters():
        assert 0.15 < parameter.abs().max() <= 0.2
