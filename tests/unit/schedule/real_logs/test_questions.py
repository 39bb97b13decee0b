import numpy as np
import pytest

from pathlode.schedule.real_logs.contract import LoggedRun
from pathlode.schedule.real_logs.questions import held_out_groups, held_out_schedules, held_out_settings

RUNS = [
    LoggedRun(
        group,
        f"study_{study}/trial_{trial}",
        f"trial_{trial}",
        np.arange(1.0, 11.0),
        unit * np.linspace(2.0, 1.0, 10),
        np.array([0.0, 10.0]),
        np.array([0.1 * trial, 0.0]),
    )
    for group, unit in (("a", 1.0), ("b", 100.0))
    for study in (0, 1)
    for trial in (1, 2)
]


def test_settings_that_are_held_out_are_in_no_past_run():
    posed = list(held_out_settings(RUNS, [0.1, 0.5]))
    assert len(posed) == len(RUNS)  # a tenth is a single row
    for each in posed:
        assert {run.group for run in each.question.past} == {each.question.seen.group}
        assert each.question.seen.settings not in {run.settings for run in each.question.past}
        assert each.question.asked.tolist() == [6.0, 7.0, 8.0, 9.0, 10.0]
        assert len(each.question.seen.losses) == 5
        assert each.truth[-1] == pytest.approx(
            np.log(RUNS[0].losses[-1] * (100 if each.question.seen.group == "b" else 1))
        )


def test_other_groups_have_no_units():
    posed = list(held_out_groups(RUNS, RUNS[:2] + RUNS[4:6], [0.5]))
    first = posed[0]
    assert {run.group for run in first.question.past} == {"b"}
    assert len(first.question.past) == 2
    assert first.question.seen.losses[-1] == 1.0
    assert first.question.asked[-1] == 1.0
    assert first.truth[-1] == pytest.approx(np.log(RUNS[0].losses[-1] / RUNS[0].losses[4]))
    for run in first.question.past:
        assert run.end == 1.0
        assert run.rates.max() == 1.0
        assert run.losses[4] == 1.0
        assert np.log(run.losses[-1]) == pytest.approx(first.truth[-1])


def test_schedules_that_are_held_out():
    own = RUNS[:4]
    names = [run.name for run in own]
    posed = list(held_out_schedules(own, names[:2], {"last": names[3:]}, [0.5]))
    (only,) = posed
    assert (only.held_out, only.question.seen.name) == ("last", names[3])
    assert [run.name for run in only.question.past] == names[:2]
