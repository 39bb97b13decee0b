import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.real.motions import LENGTH, SENSED, Motions


def written(folder, part, recordings):
    """A file of recordings of an activity and a number of times, whose feature k is k + 0.5 times the time's number."""
    lines = [
        ":".join([*(",".join(str(k + 0.5 * t) for t in range(times)) for k in range(len(SENSED))), activity])
        for activity, times in recordings
    ]
    (folder / f"{part}.ts").write_text("\n".join(["#text", "@data", *lines]) + "\n")
    return folder / f"{part}.ts"


def test_recordings_have_seconds_and_activities_and_the_published_test_part_is_known(tmp_path):
    files = [
        written(tmp_path, "TRAIN", [("Walking", LENGTH), ("Running", LENGTH)]),
        written(tmp_path, "TEST", [("Walking", LENGTH)]),
    ]
    measured = Motions().read(files, "invented").measured
    times, values = measured.padded()
    assert times[2, [0, 1, 99]] == pytest.approx([0, 0.1, 9.9])
    assert values[1, 3].tolist() == [k + 1.5 for k in range(6)]
    assert [measured.classes[label] for label in measured.labels] == ["Walking", "Running", "Walking"]
    assert measured.given_test.tolist() == [False, False, True]


def test_a_recording_of_another_length_is_refused(tmp_path):
    files = [written(tmp_path, "TRAIN", [("Walking", LENGTH), ("Running", 3)]), written(tmp_path, "TEST", [])]
    with pytest.raises(DataError, match="TEST.ts has no series"):
        Motions().read(files, "public")
    with pytest.raises(DataError, match="recording TRAIN 2 has 3 times, expected 100: fetch its file again"):
        Motions().read([files[0], files[0]], "public")


def test_invented_recordings_swing_as_fast_as_their_activity(tmp_path):
    measured = Motions().read(Motions.invent(tmp_path, 2, np.random.default_rng(0)), "invented").measured
    _, values = measured.padded()
    fastest = np.abs(np.fft.rfft(values[:, :, 0], axis=1))[:, 1:].argmax(axis=1) + 1  # periods in ten seconds
    running = measured.labels == measured.classes.index("Running")
    assert set(fastest[running]) == {26}
    assert len(values) == 16
