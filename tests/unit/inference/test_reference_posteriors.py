import dataclasses

import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.inference.reference_posteriors import References, ReferenceScores


def references(*numbers, draws=4, seed=0):
    """Of each system's two parameters; the value of everything is the system's number, and the draws count from it."""
    n = np.array(numbers)
    single = {
        name: n.astype(float)
        for name in ("acceptance", "log_prob", "c2st_floor", "c2st_second", "seconds", "predictive_coverage")
    }
    by_parameter = np.stack([n, n + 0.5], axis=1)
    counted = n[:, None, None] + np.arange(draws)[:, None] + np.zeros(2)
    return References(
        seed=np.full(len(n), seed),
        number=n,
        truth=by_parameter,
        times=by_parameter[:, :1] + np.arange(3),
        values=counted[:, :3, :1],
        draws=counted,
        rhat=by_parameter,
        ess=by_parameter,
        **single,
    )


def test_references_of_several_files_are_joined_in_order(tmp_path):
    references(0, 1, 2).save(tmp_path / "0.npz")
    references(3).save(tmp_path / "1.npz")
    both = References.load_all([str(tmp_path / f"{batch}.npz") for batch in (0, 1)])
    for field in dataclasses.fields(References):
        np.testing.assert_array_equal(getattr(both, field.name), getattr(references(0, 1, 2, 3), field.name))


def test_the_first_system_is_one_of_its_kind():
    assert references(5, 7).first.number.tolist() == [5]


def test_the_halves_are_every_second_draw():
    one, other = references(5).halves
    assert one[0, :, 0].tolist() == [5, 7]
    assert other[0, :, 0].tolist() == [6, 8]


def test_the_floor_is_the_mean_over_systems():
    assert references(1, 2, 6).mean_c2st_floor == 3.0


def test_the_draws_of_all_systems_are_classified():
    assert references(*range(10), draws=2000).n_draws == 20_000


def test_each_replicate_has_references_of_its_own():
    both = References.joined([references(0, 1, seed=4), references(0, 6, seed=5)])
    assert both.of(5).number.tolist() == [0, 6]
    assert both.of(5).mean_c2st_floor == 3.0
    np.testing.assert_array_equal(both.of(4).draws, references(0, 1).draws)
    with pytest.raises(DataError, match="there are no reference posteriors of replicate 6: sample them"):
        both.of(6)


def test_the_table_of_references_has_the_worst_parameter():
    table = ReferenceScores.of(references(1, 2)).table
    assert table["system"].tolist() == [1, 2]
    assert table["seed"].tolist() == [0, 0]
    assert table["rhat_max"].tolist() == [1.5, 2.5]
    assert table["ess_min"].tolist() == [1, 2]
    assert table["c2st_floor"].tolist() == [1, 2]


def test_systems_must_be_as_many_everywhere():
    with pytest.raises(DataError, match="ess has 1 along 'system', but seed has 2"):
        dataclasses.replace(references(0, 1), ess=np.ones((1, 2)))


@pytest.mark.fault("a file of reference posteriors is truncated", "a sentence says which file and what to do")
def test_damaged_references_are_refused(tmp_path):
    path = tmp_path / "0.npz"
    references(0).save(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(
        DataError, match="0.npz cannot be read as reference posteriors of held-out systems .* delete it"
    ):
        References.load(path)
