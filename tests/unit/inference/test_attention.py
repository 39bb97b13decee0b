import torch

from pathlode.inference.attention import AttentionSummary


def test_the_order_of_observations_has_no_effect_and_a_repeated_one_counts_by_its_number_alone():
    network = AttentionSummary(2, 6, 4, seed=0).double()
    observed = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(0)).double()
    assert torch.allclose(network(observed.flip(1)), network(observed), atol=1e-12)
    seen = []
    network.last[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(observed[:, :1])
    network(observed[:, :1].repeat(1, 4, 1))
    one, four = seen
    assert torch.allclose(one[:, :-1], four[:, :-1], atol=1e-12)
    assert torch.allclose(four[:, -1], torch.full((3,), 4.0).double().log())


def test_a_missing_feature_is_told_from_a_value_of_zero():
    network = AttentionSummary(2, 6, 4, seed=0, gaps=True).double()
    observed = torch.zeros(1, 3, 3).double()
    missing = observed.clone()
    missing[0, 1, 2] = torch.nan
    assert not torch.allclose(network(missing), network(observed))
