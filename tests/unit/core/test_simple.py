import numpy as np
import pytest

from pathlode.core.simple import SIMPLE, neighbours

NAN = np.nan
TIMES = np.array([[0.0, 1.0, 3.0, 4.0, 8.0]])
SEEN = np.array([[[NAN, 5.0], [2.0, NAN], [NAN, NAN], [8.0, NAN], [NAN, NAN]]])
"""One series of two features, the second of which was seen once."""


def test_neighbours_of_every_time():
    around = neighbours(TIMES, SEEN)
    first = {name: getattr(around, name)[0, :, 0].tolist() for name in ("last", "since", "following", "until")}
    assert first["last"] == pytest.approx([NAN, 2, 2, 8, 8], nan_ok=True)
    assert first["since"] == pytest.approx([NAN, 0, 2, 0, 4], nan_ok=True)
    assert first["following"] == pytest.approx([2, 2, 8, 8, NAN], nan_ok=True)
    assert first["until"] == pytest.approx([1, 0, 1, 0, NAN], nan_ok=True)
    assert around.mean[0, 0].tolist() == [5, 5]
    assert around.number[0, 0].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("last", [NAN, 2, 2, 8, 8], [5] * 5),
        ("mean", [5] * 5, [5] * 5),
        ("train_mean", [NAN] * 5, [NAN] * 5),
        ("line", [2, 2, 6, 8, 8], [5] * 5),
    ],
)
def test_predictions_by_hand(name, first, second):
    predicted = SIMPLE[name](neighbours(TIMES, SEEN))
    assert predicted[0, :, 0] == pytest.approx(first, nan_ok=True)
    assert predicted[0, :, 1] == pytest.approx(second, nan_ok=True)


def test_nothing_is_known_of_a_feature_that_was_never_seen():
    around = neighbours(TIMES, np.full((1, 5, 1), NAN))
    for predict in SIMPLE.values():
        assert np.isnan(predict(around)).all()
