import pytest

from pathlode.dynamics.tried_values import Axis
from pathlode.errors import ConfigError


def test_an_axis_grows_where_more_than_a_tenth_of_the_replicates_choose_its_edge():
    axis = Axis((0.01, 0.02), growths=2)
    assert axis.grown([0.02] * 17 + [0.01] * 3).values == pytest.approx((0.005, 0.01, 0.02, 0.04))
    few = axis.grown([0.02] * 18 + [0.01] * 2)  # 2 of 20 are a tenth, not more
    assert few == Axis((0.01, 0.02, 0.04), growths=1)
    assert few.grown([0.02] * 20) == few
    assert Axis((0.1, 1.0, 10.0), growths=1, largest=100.0).grown([10.0] * 20).values == (0.1, 1.0, 10.0, 100.0)
    assert Axis((0.1, 1.0, 10.0), growths=1, largest=50.0).grown([10.0] * 20).values == (0.1, 1.0, 10.0)
    assert Axis((0.01, 0.02)).grown([0.01] * 20) == Axis((0.01, 0.02))  # no growths
    assert Axis((1.0,), growths=2).grown([1.0]) == Axis((1.0,), growths=2)  # fixed: it has no edges


def test_the_middle_of_an_even_number_of_values_is_the_lower_one():
    assert [Axis(values).middle for values in ((1.0,), (1.0, 2.0), (1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0))] == [
        1,
        1,
        2,
        2,
    ]


@pytest.mark.parametrize("values", [(), (0.0, 1.0), (0.1, 0.1), (0.2, 0.1)])
def test_an_axis_needs_positive_increasing_values(values):
    with pytest.raises(ConfigError, match=r"tune.weights is .*, expected positive numbers in increasing order"):
        Axis(values, name="weights")
