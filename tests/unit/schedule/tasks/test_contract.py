import math

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Examples

LOGITS = torch.tensor([[[0.0, math.log(3.0)], [math.log(3.0), 0.0]], [[0.0, 0.0], [9.0, 0.0]]])
TARGETS = torch.tensor([[1, 1], [0, 0]])


def test_loss_is_the_mean_cross_entropy_of_all_positions():
    expected = -sum(math.log(p) for p in (3 / 4, 1 / 4, 1 / 2, 1 / (1 + math.exp(-9)))) / 4
    assert Task.loss(LOGITS, TARGETS).item() == pytest.approx(expected)
    assert Task.loss(LOGITS[:, 0], TARGETS[:, 0]).item() == pytest.approx(-(math.log(3 / 4) + math.log(1 / 2)) / 2)


def test_accuracy_is_the_share_of_all_positions():
    assert Task.accuracy(LOGITS, TARGETS) == 0.75
    assert Task.accuracy(LOGITS[0], TARGETS[0]) == 0.5
    assert Examples(LOGITS, TARGETS).predictions == 4
    assert Examples(LOGITS[:, 0], TARGETS[:, 0]).predictions == 2


def test_an_unknown_network_is_refused():
    with pytest.raises(ConfigError, match="unknown network 'mlp': expected one of cnn, resnet, transformer"):
        Task(data=None, kind="mlp").network(0)
