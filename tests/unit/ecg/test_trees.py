import json

import numpy as np
import pytest
import xgboost

from pathlode.ecg.features import rr_features
from pathlode.ecg.records import CLASSES
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.errors import ConfigError


def test_trees_learn_invented_beats(beats):
    features = np.concatenate([beats.microvolts / 1000, rr_features(beats)], axis=1).astype(np.float32)
    train, test = np.arange(0, len(features), 2), np.arange(1, len(features), 2)
    trees = Trees(TreeConfig(rounds=20), 0)
    trees.fit(features[train], beats.classes[train], features[test], beats.classes[test])
    probabilities = trees.probabilities(features[test])
    assert probabilities.shape == (len(test), len(CLASSES))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (probabilities.argmax(axis=1) == beats.classes[test]).mean() > 0.85


def test_classes_that_training_lacks_get_no_probability(beats):
    features = beats.microvolts[:, ::10].astype(np.float32)
    kept = np.isin(beats.classes, [0, 2])
    trees = Trees(TreeConfig(rounds=5), 0).fit(features[kept], beats.classes[kept], features, beats.classes)
    probabilities = trees.probabilities(features)
    assert (probabilities[:, [1, 3, 4]] == 0).all()
    assert (probabilities[:, [0, 2]] > 0).all()


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="trees.rounds is 0"):
        TreeConfig(rounds=0)


def test_saved_trees_are_those_of_the_best_round_and_need_no_package(beats, tmp_path):
    features = beats.microvolts[:, ::10].astype(np.float32)
    kept = np.isin(beats.classes, [0, 2, 4])
    features, classes = features[kept], beats.classes[kept]
    noisy = features + np.random.default_rng(0).normal(0, 2 * features.std(), features.shape).astype(np.float32)
    trees = Trees(TreeConfig(rounds=100, patience=3), 0).fit(features, classes, noisy, classes)
    assert trees.model.best_iteration + 1 < 100
    trees.save(tmp_path / "trees.bin", origin={"rule": "classify"}, score=np.float32(0.5), curve=np.arange(2))
    booster = xgboost.Booster()
    booster.load_model(bytearray((tmp_path / "trees.bin").read_bytes()))
    assert booster.attr("classes") == "0 2 4"
    assert json.loads(booster.attr("origin")) == {"rule": "classify"}
    assert (booster.attr("score"), booster.attr("curve")) == ("0.5", "[0, 1]")
    assert booster.num_boosted_rounds() == trees.model.best_iteration + 1
    assert booster.inplace_predict(features) == pytest.approx(trees.probabilities(features)[:, [0, 2, 4]], abs=1e-6)
