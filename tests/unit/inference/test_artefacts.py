import dataclasses

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.inference.artefacts import FlowScores, References, ShownPosteriors, flow_facts


def references(*numbers, draws=4):
    """Of each system's two parameters; the value of everything is the system's number, and the draws count from it."""
    n = np.array(numbers)
    single = {name: n.astype(float) for name in ("acceptance", "log_prob", "c2st_floor", "predictive_coverage")}
    by_parameter = np.stack([n, n + 0.5], axis=1)
    counted = n[:, None, None] + np.arange(draws)[:, None] + np.zeros(2)
    return References(
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


def test_the_halves_are_every_second_draw():
    one, other = references(5).halves
    assert one[0, :, 0].tolist() == [5, 7]
    assert other[0, :, 0].tolist() == [6, 8]


def test_the_table_of_references_has_the_worst_parameter():
    table = references(1, 2).table()
    assert table["system"].tolist() == [1, 2]
    assert table["rhat_max"].tolist() == [1.5, 2.5]
    assert table["ess_min"].tolist() == [1, 2]
    assert table["c2st_floor"].tolist() == [1, 2]


def test_systems_must_be_as_many_everywhere():
    with pytest.raises(DataError, match="ess has 1 along 'system', but number has 2"):
        dataclasses.replace(references(0, 1), ess=np.ones((1, 2)))


@pytest.mark.fault("a file of reference posteriors is cut short", "one sentence says which, and what to do")
def test_damaged_references_are_refused(tmp_path):
    path = tmp_path / "0.npz"
    references(0).save(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(
        DataError, match="0.npz cannot be read as reference posteriors of held-out systems .* delete it"
    ):
        References.load(path)


def test_what_figures_show_comes_back(tmp_path):
    shown = ShownPosteriors(
        summary="path",
        truth=np.ones((3, 2)),
        ranks=np.ones((3, 2)),
        tarp_levels=np.linspace(0, 1, 4, dtype=np.float32),
        tarp_covered=np.linspace(0, 1, 4, dtype=np.float32),
        levels=np.ones(5),
        coverage=np.ones(5),
        mean=np.ones((3, 2)),
        std=np.ones((3, 2)),
        draws=np.arange(14.0).reshape(7, 1, 2),
        outside=np.ones((7, 2)),
    )
    shown.save(tmp_path / "posteriors.npz")
    back = ShownPosteriors.load(tmp_path / "posteriors.npz")
    assert back.summary == "path"
    assert back.tarp_levels.dtype == np.float32
    np.testing.assert_array_equal(back.draws, shown.draws)


def test_a_table_of_scores_lacks_no_column(tmp_path):
    row = flow_facts("path", "zuko", 60, 1) | dict.fromkeys(list(FlowScores.columns)[4:], 0.1234567)
    FlowScores(pd.DataFrame([row])).save(tmp_path / "scores.csv")
    assert FlowScores.load(tmp_path / "scores.csv").table["c2st"].tolist() == [0.123457]
    with pytest.raises(DataError, match="lacks the column 'n_train'"):
        FlowScores(pd.DataFrame([row]).drop(columns="n_train"))
