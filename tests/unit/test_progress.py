import logging

from pathlode import progress


def test_lines_in_a_log_say_how_far_and_how_long(caplog, monkeypatch):
    clock = iter([0.0, 1.0, 6.0, 7.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level(logging.INFO), progress.reporting("train", 40) as report:
        for done in (10, 20, 30, 40):
            report(done, "steps")
    assert caplog.messages == [
        "train: 20 of 40 steps, about 12 s left",
        "train: 40 of 40 steps",
    ]
