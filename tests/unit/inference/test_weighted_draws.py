import math

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.inference.weighted_draws import WeightedDraws


@pytest.fixture
def draws():
    return WeightedDraws(torch.tensor([[0.0], [4.0]]), torch.tensor([math.log(3.0), 0.0]).double())


def test_weights_by_hand(draws):
    assert draws.weights.tolist() == pytest.approx([0.75, 0.25])
    assert draws.effective == pytest.approx(1.6)
    assert draws.log_evidence == pytest.approx(math.log(2))
    assert float(draws.mean) == pytest.approx(1)


def test_draws_have_the_shares_of_their_weights(draws):
    assert float((draws.sample(4000) == 0).double().mean()) == pytest.approx(0.75, abs=0.03)


def test_what_is_no_number_of_draws_is_refused(draws):
    with pytest.raises(ConfigError, match="the number of draws is 0, expected at least 1"):
        draws.sample(0)
    with pytest.raises(ConfigError, match="seed is a, expected a whole number"):
        draws.sample(3, "a")
