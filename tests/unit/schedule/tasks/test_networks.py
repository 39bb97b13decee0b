import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.registry import NETWORKS
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Data, Examples
from pathlode.schedule.tasks.networks.cnn import Cnn
from pathlode.schedule.tasks.networks.resnet import ResNet
from pathlode.schedule.tasks.networks.transformer import Transformer

CLASSES = 5
IMAGE, TEXT = (3, 8, 8), (7,)
SHAPES = {"cnn": IMAGE, "resnet": IMAGE, "transformer": TEXT}


def examples(shape, count=6):
    if len(shape) == 1:
        return Examples(torch.randint(CLASSES, (count, *shape)), torch.randint(CLASSES, (count, *shape)))
    return Examples(torch.randn(count, *shape), torch.randint(CLASSES, (count,)))


@pytest.fixture(params=NETWORKS)
def task(request):
    some = examples(SHAPES[request.param])
    return Task(Data(some, some, some, CLASSES), request.param)


def test_logits_are_of_every_class_at_every_position(task):
    inputs, targets = task.data.train.inputs, task.data.train.targets
    assert task.network(0)(inputs).shape == (*targets.shape, CLASSES)


def test_every_parameter_gets_gradient(task):
    network = task.network(0)
    task.loss(network(task.data.train.inputs), task.data.train.targets).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_weights_follow_from_the_seed_alone(task):
    before = torch.get_rng_state()
    first, second, other = (task.network(seed).state_dict() for seed in (3, 3, 4))
    assert torch.get_rng_state().equal(before)
    assert all(first[name].equal(second[name]) for name in first)
    assert any(not first[name].equal(other[name]) for name in first)


def test_every_network_is_documented(task):
    assert len(NETWORKS[task.kind].__doc__) > 40


def test_every_network_refuses_inputs_of_another_kind(task):
    other = IMAGE if task.data.shape == TEXT else TEXT
    with pytest.raises(ConfigError, match=f"the network {task.kind} reads .*, got data of shape"):
        NETWORKS[task.kind](other, CLASSES)


def test_every_example_is_treated_alone(task):
    network, inputs = task.network(0), task.data.train.inputs
    assert torch.allclose(network(inputs)[:2], network(inputs[:2]), atol=1e-5)


def test_later_characters_do_not_change_earlier_logits():
    network, (inputs, changed) = Transformer(TEXT, CLASSES), examples(TEXT, count=1).inputs.repeat(2, 1, 1)
    changed[0, 4] = (changed[0, 4] + 1) % CLASSES
    before, after = network(inputs), network(changed)
    assert torch.allclose(before[:, :4], after[:, :4], atol=1e-6)
    assert all((before[:, position] - after[:, position]).abs().max() > 1e-4 for position in range(4, 7))


def test_a_shorter_text_than_the_context_is_read():
    assert Transformer(TEXT, CLASSES)(torch.zeros(2, 3, dtype=torch.int64)).shape == (2, 3, CLASSES)


def test_the_residual_network_can_be_resnet_18():
    with torch.device("meta"):
        network = ResNet((3, 32, 32), 10, channels=(64, 128, 256, 512), blocks=2, stride=1)
    assert sum(parameter.numel() for parameter in network.parameters()) == 11_173_962  # kuangliu/pytorch-cifar
    assert sum(isinstance(module, torch.nn.Conv2d) for module in network.modules()) == 17 + 3


def test_the_convolutional_network_can_be_that_of_the_paper():
    network = Cnn((1, 28, 28), 10, channels=(64, 64, 128, 128), strides=(1, 2, 1, 2), hidden=256)
    assert network.head[0].in_features == 128 * 7 * 7
    assert network(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match="cnn.strides has 1 entries, expected 2"):
        Cnn(IMAGE, CLASSES, channels=(4, 8), strides=(2,))
    with pytest.raises(ConfigError, match="transformer.width is 10, expected a multiple of heads, 4"):
        Transformer(TEXT, CLASSES, width=10, heads=4)
