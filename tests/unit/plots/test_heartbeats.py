from dataclasses import replace

import numpy as np
import pytest
from drawing import drawn
from matplotlib.colors import to_hex
from recorded import four_patients, small_model

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.report import report_on
from pathlode.plots.ecg import CLASS_COLOURS
from pathlode.plots.heartbeats import STRIP, busiest, recording_report


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    model = small_model(four_patients(folder))
    return report_on(read_recording(folder / "200"), model, annotated=True)


@pytest.fixture(scope="module")
def panels(report, tmp_path_factory):
    return drawn(recording_report(report), tmp_path_factory.mktemp("figure")).get_axes()


def test_each_beat_is_a_point_of_its_class(report, panels):
    lines = {line.get_label(): line for line in panels[0].get_lines()}
    for label, name in enumerate("NSVFQ"):
        mine = report.classes == label
        if mine.any():
            assert len(lines[name].get_xdata()) == mine.sum()
            assert to_hex(lines[name].get_color()) == to_hex(CLASS_COLOURS[name])
    assert "longest RR interval" in panels[3].get_title(loc="left")
    assert panels[1].get_xlabel() == "time (s)"


def test_the_letters_of_a_strip_are_those_of_its_beats(report, panels):
    axis = panels[2]
    begin, end = axis.get_xlim()
    assert end - begin == pytest.approx(STRIP)
    inside = (report.beats.times >= begin) & (report.beats.times < end)
    assert [text.get_text() for text in axis.texts] == ["NSVFQ"[label] for label in report.classes[inside]]


def test_the_busiest_strip_has_most_ectopic_beats(report):
    classes = np.zeros_like(report.classes)
    times = report.beats.times
    many = np.flatnonzero((times > 30) & (times < 36))
    classes[many], classes[3] = 2, 1
    assert busiest(replace(report, classes=classes)) == pytest.approx(times[many[0]] - 0.5)
    assert busiest(replace(report, classes=np.zeros_like(classes))) == pytest.approx(times[0] - 0.5)


def test_a_first_beat_alone_has_no_interval_before_it(report, tmp_path):
    beats = replace(report.beats, used=np.array([0]))
    alone = {name: getattr(report, name)[:1] for name in ("classes", "probabilities", "noise", "strangeness", "marked")}
    figure = drawn(recording_report(replace(report, beats=beats, **alone)), tmp_path)
    assert figure.get_axes()[0].get_ylim() == (0, 1.05)
