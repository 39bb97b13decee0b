import torch

from pathlode.inference.functions import takes


def test_a_function_takes_as_many_arguments_as_it_can_be_called_with():
    assert takes(lambda theta: theta, 1)
    assert takes(lambda theta, scale=1.0: theta, 2)
    assert not takes(lambda theta: theta, 2)
    assert not takes(lambda: 1, 1)
    assert takes(torch.zeros, 1)  # built in, so nothing is known
