import zlib

import numpy as np
import pytest
import torch

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.ecg.beat_model import UNUSUAL, BeatModel, Familiar, TreeScorer
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.relative import RHYTHM, SHAPE
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.errors import CheckpointError
from pathlode.models.saving import save_model


@pytest.fixture
def path(beat_model, tmp_path):
    beat_model.save(tmp_path / "heartbeats.pt")
    return tmp_path / "heartbeats.pt"


def test_a_saved_model_says_the_same(beat_model, path, beats):
    again = BeatModel.load(path)
    times, values = Condition(stride=3).observe(millivolts(beats, np.arange(50)), 0)
    features = beat_model.encode(times, values)
    assert np.array_equal(again.encode(times, values), features)
    relative = np.random.default_rng(0).normal(size=(50, len(RHYTHM) + len(SHAPE))).astype(np.float32)
    for ours, theirs in zip(again.classify(features, relative), beat_model.classify(features, relative), strict=True):
        assert np.array_equal(ours, theirs)
    assert again.card == beat_model.card
    assert again.centred is True
    assert path.stat().st_size < 1e6


def test_scored_trees_are_the_fitted_ones(beats):
    features, labels = beats.microvolts[:, ::10].astype(np.float32), beats.classes
    for known in ([0, 1, 2, 3, 4], [0, 2]):  # XGBoost gives one column for two classes
        kept = np.isin(labels, known)
        trees = Trees(TreeConfig(rounds=4, depth=3), 0).fit(features[kept], labels[kept], features, labels)
        scorer = TreeScorer.from_content(TreeScorer.of(trees).content())
        assert scorer.probabilities(features) == pytest.approx(trees.probabilities(features), abs=1e-6)


def test_the_class_is_of_the_trees_prior_and_its_probability_of_the_training_beats():
    scorer = TreeScorer(None, [0, 2], [0.9, 0.3])
    corrected = scorer.corrected(np.array([[0.4, 0, 0.6, 0, 0]], np.float32))
    assert corrected[0] == pytest.approx([0.36 / 0.54, 0, 0.18 / 0.54, 0, 0])


def test_features_are_centred_by_the_record(beat_model):
    rng = np.random.default_rng(0)
    features, rhythm = rng.integers(-5, 6, (9, 12)).astype(np.float32), np.ones((9, 38), np.float32)
    for ours, theirs in zip(
        beat_model.classify(features + 3, rhythm), beat_model.classify(features, rhythm), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=1e-4)


def test_the_distance_is_mahalanobis_in_units_of_the_validation_beats():
    rng = np.random.default_rng(0)
    mixing = np.array([[2.0, 0.0], [1.0, 0.5]])
    train, validation = (rng.normal(size=(n, 2)) @ mixing.T + 5 for n in (4000, 1000))
    familiar = Familiar.of(train.astype(np.float32), validation.astype(np.float32))
    inverse = np.linalg.inv(np.cov(train, rowvar=False))
    centred = validation - train.mean(axis=0)
    expected = np.sqrt(np.einsum("ni,ij,nj->n", centred, inverse, centred))
    found = familiar.distances(validation.astype(np.float32))
    assert found == pytest.approx(expected / np.quantile(expected, UNUSUAL), rel=1e-3)
    assert (found > 1).sum() == 10


def test_another_kind_of_file_is_refused(beat_model, tmp_path):
    save_model(tmp_path / "x.pt", beat_model.encoder)
    with pytest.raises(CheckpointError, match="x.pt is no classifier of heartbeats: make one by `snakemake ecg_model`"):
        BeatModel.load(tmp_path / "x.pt")
    with pytest.raises(CheckpointError, match="none.pt does not exist"):
        BeatModel.load(tmp_path / "none.pt")


def packed(content):
    return torch.frombuffer(bytearray(zlib.compress(content)), dtype=torch.uint8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"edition": 2}, "has the layout 2, and this version of pathlode reads 4"),
        ({"trees": {"known": [0, 1], "trees": torch.zeros(5, dtype=torch.uint8)}}, "is damaged"),
        ({"trees": {"known": [0, 1], "trees": packed(b"no trees")}}, "is damaged"),
        ({"trees": {}}, "is damaged"),
        ({"card": {}}, "is damaged .+ missing 7 required positional arguments"),
        ({"card": None}, "is damaged"),
        ({"encoder": {}}, "holds no model of pathlode"),
    ],
)
def test_a_file_of_another_version_or_a_damaged_one_is_refused(path, change, words):
    save_tensors(path, load_tensors(path) | change)
    with pytest.raises(CheckpointError, match=words) as raised:
        BeatModel.load(path)
    assert "\n" not in str(raised.value)
