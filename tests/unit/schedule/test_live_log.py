import math

import numpy as np
import pytest

from pathlode.schedule.live_log import NO_LOSS, NO_METRIC, NO_NEW_LOSS, LiveLog


def test_a_row_has_the_mean_loss_since_the_last_one_and_the_last_metric():
    log = LiveLog()
    for loss, metric in ((4.0, None), (2.0, 0.5)):
        log.record(loss, metric)
    log.add_row(0.1, -3.0)
    log.record(1.0, None)
    log.add_row(0.2, -4.0)
    assert log.rows == [(3.0, -3.0, 0.5), (1.0, -4.0, 0.5)]
    assert log.at(np.array([0.0, 0.15, 0.3]))[:, 0] == pytest.approx([3.0, 2.0, 1.0])


def test_without_a_loss_or_a_metric_there_is_no_row():
    log = LiveLog()
    assert log.lacking() == NO_LOSS
    log.record(1.0, None)
    log.add_row(0.1, 0.0)
    assert log.lacking() == NO_METRIC
    log.record(3.0, 0.5)
    assert log.lacking() == NO_LOSS  # none that is in a row
    log.add_row(0.2, 0.0)
    log.add_row(0.3, 0.0)
    assert log.rows == [(2.0, 0.0, 0.5)]
    assert log.lacking() is None
    log.heard = False
    assert log.lacking() == NO_NEW_LOSS
    assert np.isnan(LiveLog().at(np.zeros(2))).all()


def test_a_loss_that_is_not_finite_is_left_out_of_the_mean_unless_all_are():
    log = LiveLog()
    for loss in (1.0, math.inf, 3.0):
        log.record(loss, 0.5)
    log.add_row(0.1, 0.0)
    log.record(math.nan, None)
    log.add_row(0.2, 0.0)
    assert log.rows[0][0] == 2.0
    assert math.isnan(log.rows[1][0])


def test_the_loss_can_stand_for_the_metric():
    log = LiveLog(metric_is_loss=True)
    log.record(1.0, None)
    log.record(2.0, 0.7)
    log.add_row(0.1, 0.0)
    assert log.rows == [(1.5, 0.0, 1.5)]
