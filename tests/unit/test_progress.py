import logging

from pathlode import progress


def test_lines_say_how_far_and_how_long(caplog, monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 7.0, 8.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    report = progress.Progress("train", 40)
    with caplog.at_level(logging.INFO):
        for done in (10, 20, 30, 40):
            report(done, "steps")
    assert caplog.messages == ["train: 30 of 40 steps, about 3 s left", "train: 40 of 40 steps"]
