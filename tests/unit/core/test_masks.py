import torch

from pathlode.core.masks import fewest_and_most, held, lengths, masked, observed, padded

NAN = torch.nan


def test_complete_values_have_no_mask():
    assert observed(torch.zeros(2, 3, 1)) is None
    assert observed(torch.tensor([[[1.0], [NAN]]])).tolist() == [[[True], [False]]]


def test_padding_repeats_the_last_time():
    times = torch.tensor([[1.0, 2.0, NAN, NAN], [-3.0, NAN, NAN, NAN], [0.0, 1.0, 2.0, 3.0]])
    assert padded(times).tolist() == [[1, 2, 2, 2], [-3, -3, -3, -3], [0, 1, 2, 3]]
    assert lengths(times).tolist() == [2, 1, 4]


def test_a_path_rests_where_nothing_was_observed():
    path = torch.arange(5.0)[None, :, None]
    mask = torch.tensor([[[0, 0], [1, 0], [0, 0], [0, 1], [0, 0]]]) > 0
    assert held(path, mask).flatten().tolist() == [0, 1, 1, 3, 3]


def test_times_without_an_observation_do_not_count():
    mask = torch.tensor([[[True, False], [False, False]], [[True, True], [False, True]]])
    assert fewest_and_most(mask, 2) == (1, 2)
    assert fewest_and_most(None, 7) == (7, 7)


def test_masked_values_are_nan_where_the_mask_is_false():
    found = masked(torch.tensor([[[1.0], [2.0]]]), [[[True], [False]]])
    assert found[0, 0, 0] == 1.0
    assert found[0, 1, 0].isnan()
