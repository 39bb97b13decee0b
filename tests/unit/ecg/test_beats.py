import numpy as np
import pytest

from pathlode.ecg.beats import AFTER, BEFORE, POINTS, Beats, count_beats, cut_beats, rr_intervals, without_baseline
from pathlode.ecg.records import RATE, Record
from pathlode.ecg.results import BeatCounts
from pathlode.errors import DataError


def record(signal, peaks, name="900"):
    return Record(name, "MLII", np.asarray(signal, np.int16), np.asarray(peaks), np.zeros(len(peaks), np.int8))


def test_a_slow_drift_is_removed_and_a_narrow_peak_stays():
    times = np.arange(3000) / RATE
    drift = 500 * np.sin(2 * np.pi * 0.3 * times)
    spike = np.where(np.abs(np.arange(3000) - 1500) < 5, 1000, 0)
    cleaned = without_baseline((drift + spike).astype(np.int16))
    assert abs(cleaned[1500] - 1000) < 60
    assert np.abs(cleaned[300:1400]).max() < 60


def test_windows_lie_around_their_peaks_and_those_that_leave_the_record_are_left_out():
    signal = np.zeros(2000)
    peaks = [BEFORE - 1, 700, 1300, 2000 - AFTER, 2000 - AFTER + 1]
    signal[peaks] = [1, 2, 3, 4, 5]
    beats = cut_beats([record(signal, peaks)], "test")
    assert beats.peaks.tolist() == peaks[1:4]
    assert beats.microvolts.shape == (3, POINTS)
    assert beats.microvolts[:, BEFORE].tolist() == [2, 3, 4]


def test_rr_intervals_of_known_peaks():
    rr = rr_intervals(np.array([0, 360, 900, 1080]))
    mean = (1 + 1.5 + 0.5) / 3
    assert rr[:, 0] == pytest.approx([mean, 1, 1.5, 0.5])
    assert rr[:, 1] == pytest.approx([1, 1.5, 0.5, mean])
    assert rr[:, 2] == pytest.approx([mean, (mean + 1) / 2, (mean + 2.5) / 3, (mean + 3) / 4])
    assert rr[:, 3] == pytest.approx(mean)


def test_the_local_mean_reaches_ten_intervals_back():
    peaks = np.concatenate([[0], np.cumsum([720] * 5 + [360] * 12)])
    assert rr_intervals(peaks)[-1, 2] == pytest.approx(1.0)


@pytest.mark.parametrize("peaks", [[500], [500, 500, 900]])
def test_beats_without_an_interval_are_refused_and_their_record_named(peaks):
    with pytest.raises(DataError, match="record 900: expected two beats or more, each later .*; leave it out"):
        cut_beats([record(np.zeros(2000), peaks)], "test")


def test_intervals_at_a_records_edge_come_from_beats_that_were_left_out():
    beats = cut_beats([record(np.zeros(2000), [10, 370, 1000])], "test")
    assert beats.rr[0, 0] == pytest.approx(1.0)


def test_saved_beats_come_back(beats, tmp_path):
    path = tmp_path / "beats.npz"
    beats.save(path)
    again = Beats.load(path)
    assert again.source == "invented"
    for name, value in vars(beats).items():
        assert np.array_equal(value, getattr(again, name)), name
        assert np.asarray(value).dtype == np.asarray(getattr(again, name)).dtype, name


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "beats.npz").write_bytes(b"PK")
    with pytest.raises(
        DataError,
        match=r"beats.npz cannot be read as beats of many records .*: delete it, and the pipeline will make it again",
    ):
        Beats.load(tmp_path / "beats.npz")


def test_beats_are_counted_by_record_and_class_and_summed():
    """Two normal beats in lead MLII, and two of class V in another lead."""
    other = Record("901", "V5", np.zeros(2000, np.int16), np.array([700, 1100]), np.array([2, 2], np.int8))
    beats = cut_beats([record(np.zeros(2000), [500, 900]), other], "test")
    table = BeatCounts(count_beats(beats)).table.set_index("record")
    assert table.loc[["900", "901", "all", "with MLII"], ["N", "V", "total"]].to_numpy().tolist() == [
        *([2, 0, 2], [0, 2, 2]),
        *([2, 2, 4], [2, 0, 2]),
    ]
    assert table.loc["900":"all", "lead"].tolist() == ["MLII", "V5", ""]
    assert table["total"].iloc[-1] == 88_887  # of the paper
