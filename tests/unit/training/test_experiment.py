import dataclasses

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.training import trained
from pathlode.training.experiment import Experiment

IDENTITY = "a" * 64
FIXED = {
    "seeds": [7],
    "sizes": {"hidden": 4, "latent": 3, "width": 5, "depth": 1},
    "train": {"steps": 6, "batch": 16, "validate_every": 3},
}


def test_weights_and_seeds_must_pair():
    with pytest.raises(ConfigError, match="weight has 2 values for 1 seeds"):
        Experiment(loss="path", weight=[0.1, 0.2], learning_rate=0.01, **FIXED)


def test_a_checkpoint_is_of_one_job_and_one_experiment(data, tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr(trained, "run_resumably", lambda trainer, folder, own, *rest: taken.append(own))
    one = Experiment(loss="path", weight=0.1, learning_rate=0.01, **FIXED)
    changes = {"weight": 0.2}, {"views": {"strides": [2]}}, {"field": "controlled"}
    others = [dataclasses.replace(one, **change) for change in changes]
    for each, identity in ((one, "a"), (one, "a"), (one, "b"), *((other, "a") for other in others)):
        each.run(data.observed, tmp_path, identity, "a run")
    assert taken[0] == taken[1]
    assert len(set(taken)) == 5


def test_a_model_in_closed_form_is_fitted_without_a_trainer(data, tmp_path):
    constant, seen = Experiment(model="constant", **FIXED | {"seeds": [0, 1], "sizes": {}}), data.observed
    fitted = constant.run(seen, tmp_path, IDENTITY, "constant")
    assert (list(fitted.history), fitted.diverged.tolist()) == ([], [False, False])
    assert torch.allclose(fitted.model.mean, seen.training.values.float().mean(dim=(0, 1)))
    with pytest.raises(ConfigError, match="'constant' is not trained"):
        constant.trainer(seen)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "constant", "loss": "path"}, "the loss of the model 'constant' is path, expected none"),
        ({"model": "curve"}, "the loss of the model 'curve' is None, expected one of path, kl"),
    ],
)
def test_a_model_has_a_loss_if_it_is_trained(change, message):
    with pytest.raises(ConfigError, match=message):
        Experiment(**FIXED | change)
