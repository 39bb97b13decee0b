import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.report import report_on
from pathlode.ecg.report_page import NOTICE, clock, how_well, report_page


def test_how_well_it_does_between_patients(card):
    assert how_well(card, 100) == (
        "At the annotated beats of 2 records of the MIT-BIH Arrhythmia Database, absent from training, sampled at 90 Hz, its "
        "macro F1 is 0.60; of beats of class S it finds 50%, and 40% of those it calls S are so; of beats of class V it finds "
        "90%, and 80% of those it calls V are so. Where beats must be found first, it can do worse."
    )
    known = replace(card, new_patients=False)
    assert "2 records of the MIT-BIH Arrhythmia Database, that it was trained on too" in how_well(known, 100)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00.0"), (59.96, "0:01:00.0"), (7325.25, "2:02:05.2")])
def test_times_as_a_clock_shows_them(seconds, text):
    assert clock(seconds) == text


class Balanced(HTMLParser):
    """Keeps the open elements."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_stands_alone(folder, beat_model):
    summary = report_on(read_recording(folder / "200"), beat_model).summary()
    page = report_page(replace(summary, record="<my> record"), beat_model.card, b"picture")
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert "&lt;my&gt; record" in page
    assert NOTICE in page
    assert 'src="data:image/png;base64,cGljdHVyZQ=="' in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    for name, count in summary.counts.items():
        assert f"<td>{name}</td>" in page
        if name in summary.known:
            assert f"<td class=number>{count:,}</td>" in page
    assert "records 100, 200" in page
    assert "<th>class</th><th></th><th class=number>beats</th><th class=number>share</th>" in page


def test_the_share_of_a_class_stands_beside_how_often_it_is_right(folder, beat_model, card):
    summary = report_on(read_recording(folder / "200"), beat_model).summary()
    page = report_page(replace(summary, burden={"S": 0.03, "V": 0.01}, known=["N", "S", "V", "F"]), card, b"")
    assert "3.00%; in the model&#x27;s scores, 40% of the beats called S were so" in page
    assert "In atrial fibrillation" in page
    assert "<td>paced or unclassifiable</td><td>–</td><td>not known to the model</td>" in page
