import dataclasses

import pytest

from pathlode.core.solvers.tableaus import RK4, TSIT5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": (0.5, 0.5, 0.5, 0.5)}, "b must sum to one"),
        ({"a": RK4.a[:-1]}, "rows of a"),
        ({"dense": tuple(row[:-1] for row in RK4.dense)}, "each row of dense"),
        ({"dense": (RK4.dense[1], RK4.dense[0], RK4.dense[2])}, "start with slope"),
        ({"dense": (RK4.dense[0], RK4.dense[1], tuple(2 * x for x in RK4.dense[2]))}, "end at the step's value"),
    ],
)
def test_a_wrong_tableau_is_refused_when_made(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(RK4, **change)


@pytest.mark.parametrize("tableau", [RK4, TSIT5], ids=["rk4", "tsit5"])
def test_first_order_conditions_of_the_stages(tableau):
    """Σ_i b_i c_i = 1/2 and Σ_i b_i c_i² = 1/3, with c_i the row sums of a."""
    nodes = [0.0, *(sum(row) for row in tableau.a)]
    assert sum(b * c for b, c in zip(tableau.b, nodes, strict=True)) == pytest.approx(1 / 2)
    assert sum(b * c**2 for b, c in zip(tableau.b, nodes, strict=True)) == pytest.approx(1 / 3)
