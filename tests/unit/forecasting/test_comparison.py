import logging
import math

import pytest

from pathlode.core.series import TimeSeries
from pathlode.forecasting.comparison import errors_beside_simple, warn_if_beaten
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig

NAN = float("nan")


def test_errors_of_the_fit_and_of_simple_predictions_by_hand():
    """Of 0 ... 5 the second one is hidden, and then the last two; the model predicts the mean inside, the last value beyond."""
    series = TimeSeries.of([([0.0, 1, 2, 3, 4, 5], [0.0, 1, 2, 3, 4, 5])])
    found = errors_beside_simple(Constant(ModelConfig(features=1), [0, 1]), series)
    assert found["inside"] == pytest.approx({"fit": 2 / 3, "line": 0.0, "last": 1.0, "mean": 2 / 3})
    beyond = math.sqrt((1 + 4) / 2)
    assert found["beyond"] == pytest.approx(
        {"fit": beyond, "line": beyond, "last": beyond, "mean": math.sqrt((2.5**2 + 3.5**2) / 2)}
    )


def test_units_are_those_of_the_model_and_unseen_features_have_its_mean():
    series = TimeSeries.of(
        [([0.0, 1, 2, 3, 4, 5], [[0.0, NAN], [2.0, NAN], [4.0, NAN], [6.0, NAN], [8.0, 14], [8.0, 14]])]
    )
    model = Constant(ModelConfig(features=2), [0])
    model.std[..., 0], model.std[..., 1], model.mean[..., 1] = 2.0, 4.0, 10.0
    found = errors_beside_simple(model, series)
    assert found["inside"]["last"] == pytest.approx(1.0)  # 2 from the value before, in units of 2
    assert found["beyond"]["last"] == pytest.approx(1.0)  # 2 in units of 2, and 14 instead of 10 in units of 4


@pytest.mark.parametrize(
    ("inside", "beyond", "expected"),
    [
        (0.1, 0.2, None),
        (
            0.4,
            0.2,
            "between observations a line between neighbours has an error of 0.3 standard deviations, the fit 0.4;",
        ),
        (
            0.4,
            0.9,
            "the fit 0.4 and beyond the last one the mean of the series has an error of 0.5 standard deviations, the",
        ),
        (NAN, 0.2, None),
    ],
)
def test_one_sentence_says_where_the_fit_is_beaten(inside, beyond, expected, caplog):
    errors = {
        "inside": {"fit": inside, "line": 0.3, "last": 0.8, "mean": 0.9},
        "beyond": {"fit": beyond, "line": 0.6, "last": 0.6, "mean": 0.5},
    }
    with caplog.at_level(logging.WARNING):
        warn_if_beaten(errors, TimeSeries.of([([0.0, 1.0], [0.0, 1.0])] * 3))
    if expected is None:
        assert not caplog.messages
    else:
        (told,) = caplog.messages
        assert told.startswith("3 held-out series are predicted better without a model: between observations")
        assert expected in told
