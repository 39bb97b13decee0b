from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.results import (
    BeatExamples,
    BeatPredictions,
    BeatScores,
    PublishedBeatScores,
    ReconstructionErrors,
)
from pathlode.errors import DataError

PUBLISHED = Path(__file__).parents[3] / "config/published/ecg.csv"


@pytest.fixture
def examples():
    """Two classes, three samples, two conditions, of which the second sees the first and last sample only."""
    truth = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    seen = np.stack([truth, np.where([True, False, True], truth, np.nan)])
    reconstructed = np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3)
    times = np.array([-1, 0, 1], np.float32)
    return BeatExamples(["N", "V"], ["360 Hz", "180 Hz"], times, truth, seen, {"path": reconstructed})


def test_examples_come_back_by_class_and_condition(examples, tmp_path):
    examples.save(tmp_path / "examples.npz")
    again = BeatExamples.load(tmp_path / "examples.npz")
    assert again.truth_by_class()["V"].tolist() == [4, 5, 6]
    times, values = again.seen_by_condition(["180 Hz"])["180 Hz", "V"]
    assert (times.tolist(), values.tolist()) == ([-1, 1], [4, 6])
    assert list(again.reconstructed_by("path", ["180 Hz"])) == [("180 Hz", "N"), ("180 Hz", "V")]
    assert again.reconstructed_by("path", ["180 Hz"])["180 Hz", "V"].tolist() == [[15, 16, 17], [21, 22, 23]]


def test_predicted_is_the_most_probable_class(tmp_path):
    said = BeatPredictions("invented", "NSV", np.array([0, 2], np.int8), {"45 Hz": np.array([[0.6, 0.4], [0.1, 0.9]])})
    said.save(tmp_path / "predictions.npz")
    again = BeatPredictions.load(tmp_path / "predictions.npz")
    assert again.predicted()["45 Hz"].tolist() == [0, 1]
    assert (again.source, again.scored) == ("invented", "NSV")


@pytest.mark.parametrize(
    ("kind", "name", "what"),
    [
        (BeatExamples, "examples.npz", "examples of reconstructed beats"),
        (BeatPredictions, "predictions.npz", "predictions of one classifier"),
        (BeatScores, "scores.csv", "scores of classifiers of beats"),
        (ReconstructionErrors, "reconstruction.csv", "errors of reconstructed beats"),
    ],
)
def test_damaged_files_are_refused_in_a_sentence(kind, name, what, tmp_path):
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=f"{name} cannot be read as {what}"):
        kind.load(tmp_path / name)


def test_scores_without_a_column_are_refused():
    table = pd.DataFrame(columns=[name for name in BeatScores.columns if name != "auc"])
    with pytest.raises(DataError, match="the table lacks the column 'auc'"):
        BeatScores(table)


def test_published_scores_are_read_and_if_damaged_to_be_restored(tmp_path):
    """No job makes them, so to delete the file would not help."""
    assert set(PublishedBeatScores.load(PUBLISHED).table["model"]) == {"paper"}
    (tmp_path / "ecg.csv").write_text(PUBLISHED.read_text().replace(",f1,", ",F1,", 1))
    with pytest.raises(DataError, match="lacks the column 'f1' .+: restore it from the repository") as raised:
        PublishedBeatScores.load(tmp_path / "ecg.csv")
    assert "pipeline" not in str(raised.value)
