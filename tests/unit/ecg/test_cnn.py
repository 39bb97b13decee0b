import numpy as np
import pytest
import torch

from pathlode.core.tensor_files import load_tensors
from pathlode.ecg.cnn import BeatCnn, CnnConfig
from pathlode.ecg.features import rr_features
from pathlode.ecg.records import CLASSES
from pathlode.errors import ConfigError


def fit(beats, kept=None):
    features = np.concatenate([beats.microvolts / 1000, rr_features(beats)], axis=1).astype(np.float32)
    train, test = np.arange(0, len(features), 2), np.arange(1, len(features), 2)
    network = BeatCnn(CnnConfig(steps=60, batch=32, validate_every=20), 0, kept)
    network.fit(features[train], beats.classes[train], features[test], beats.classes[test])
    return network, features[test], beats.classes[test]


@pytest.fixture(scope="module")
def fitted(beats):
    return fit(beats)


def test_a_network_learns_invented_beats(fitted):
    network, features, classes = fitted
    probabilities = network.probabilities(features)
    assert probabilities.shape == (len(features), len(CLASSES))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (probabilities.argmax(axis=1) == classes).mean() > 0.85


@pytest.mark.fault(
    "training a convolutional network is interrupted",
    "it resumes from its checkpoint; the result is the same, bit for bit",
)
def test_an_interrupted_training_goes_on_as_if_it_had_not_been(fitted, beats, interrupted, tmp_path):
    interrupted(47, lambda: fit(beats, tmp_path / "kept.pt"))
    assert len(list(tmp_path.iterdir())) == 1
    weights = fit(beats, tmp_path / "kept.pt")[0].network.state_dict()
    assert all(weights[name].equal(found) for name, found in fitted[0].network.state_dict().items())


def test_rr_features_reach_the_decision(fitted):
    network, features, _ = fitted
    changed = features.copy()
    changed[:, -5:] += 1.0
    assert np.abs(network.probabilities(changed) - network.probabilities(features)).max() > 1e-3


def test_a_saved_network_holds_weights_and_units(fitted, tmp_path):
    network, _, _ = fitted
    network.save(tmp_path / "cnn.bin", score=np.float32(0.5))
    content = load_tensors(tmp_path / "cnn.bin")
    assert content["score"] == 0.5
    assert torch.equal(content["mean"], torch.as_tensor(network.mean))
    for name, weights in network.network.state_dict().items():
        assert torch.equal(content["weights"][name], weights)


def test_a_loaded_network_says_the_same(fitted, tmp_path):
    network, features, _ = fitted
    network.save(tmp_path / "cnn.bin")
    assert np.array_equal(BeatCnn.load(tmp_path / "cnn.bin").probabilities(features), network.probabilities(features))


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="cnn.batch is 0"):
        CnnConfig(batch=0)
