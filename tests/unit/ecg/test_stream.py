import numpy as np
import pytest

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.report import report_on
from pathlode.ecg.stream import NOT_YET, PATIENCE, TICK, USUAL, Stream
from pathlode.errors import DataError

RATE = 100


@pytest.fixture(scope="module")
def signal(folder):
    given = read_recording(folder / "200")
    seconds = np.arange(0, 32, 1 / RATE)
    return np.interp(seconds, np.arange(len(given.microvolts)) / given.rate, given.millivolts)


def streamed(model, signal, size):
    """The beats, and the delay of each."""
    stream, beats, delays = Stream(model, RATE), [], []
    for begin in range(0, len(signal), size):
        new = stream.push(signal[begin : begin + size])
        beats += new
        delays += [(begin + size) / RATE - beat.time_s for beat in new]
    return beats, delays


@pytest.fixture(scope="module")
def by_tenths(beat_model, signal):
    return streamed(beat_model, signal, 10)


def test_beats_come_in_order_and_soon(by_tenths):
    beats, delays = by_tenths
    times = [beat.time_s for beat in beats]
    assert times == sorted(times)
    assert max(delays[2:]) <= PATIENCE + TICK + 0.1
    assert np.median(delays) < 3


def test_the_size_of_the_pieces_makes_no_difference(beat_model, signal, by_tenths):
    beats = streamed(beat_model, signal[:1500], 777)[0]
    assert len(beats) > 10
    assert beats == by_tenths[0][: len(beats)]


def test_beats_are_those_of_a_report(beat_model, signal, by_tenths):
    report = report_on(Recording.of(signal, rate=RATE), beat_model, polarity="kept").rows().table
    known = {round(time * RATE): label for time, label in zip(report["time_s"], report["class"], strict=True)}
    beats = by_tenths[0]
    same = [known.get(round(beat.time_s * RATE)) == beat.label for beat in beats]
    assert len(beats) > 0.9 * len(report)
    assert np.mean(same[USUAL:]) > 0.8


def test_the_first_beats_are_flagged(by_tenths):
    flags = [beat.flag == NOT_YET for beat in by_tenths[0]]
    assert all(flags[: USUAL - 3])
    assert not any(flags[USUAL + 3 :])


def test_beats_with_lost_samples_are_left_out(beat_model, signal):
    lost = signal[:2200].copy()
    lost[1000:1500] = np.nan
    times = np.array([beat.time_s for beat in streamed(beat_model, lost, 50)[0]])
    assert (times < 9).any()
    assert not ((times > 9.6) & (times < 15)).any()
    assert (times > 16).any()


def test_silence_gives_no_beats(beat_model):
    assert streamed(beat_model, np.zeros(3000), 500)[0] == []


def test_another_unit_is_refused_at_the_first_samples(beat_model):
    with pytest.raises(DataError, match="expected mV, uV or V"):
        Stream(beat_model, RATE, unit="adu").push(np.zeros(RATE))


@pytest.mark.parametrize(
    "samples", [["off"], np.zeros((3, 2)), [[1.0], [1.0, 2.0]]], ids=["text", "two leads", "ragged"]
)
def test_something_else_than_samples_is_refused(beat_model, samples):
    with pytest.raises(DataError, match="the stream was given something else than numbers of one lead"):
        Stream(beat_model, 250).push(samples)
