"""A small perceptron that learns from a teacher, with the noise of its seed and batches."""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.schedule.solvable.contract import FIRST_SCORED, SolvableTask, over_seeds, seeded

STUDENT_INPUTS, STUDENT_UNITS, TEACHER_UNITS, EXAMPLES_A_STEP = 10, 16, 4, 8
"""Inputs, hidden units of the student and of the teacher, and examples of a batch."""
LABEL_DEVIATION = 0.5
"""Standard deviation of the noise of the labels."""
HELD_OUT_INPUTS = 512
"""Number of inputs on which the loss is measured."""
FIRST_SEARCHED = FIRST_SCORED + 1000
"""The first of as many seeds with which the best schedule is searched for."""
MEAN_DECAY, SQUARE_DECAY, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants."""


@dataclass(frozen=True)
class Student:
    """Runs of the student between two steps.

    Attributes:
        weights: both layers of every run, flat, (run, weight).
        mean: Adam's mean of the gradients, (run, weight).
        square: Adam's mean of their squares, (run, weight).
        taken: steps taken.
        inputs: all batches of every different seed, (seed, step, example, input + 1).
        labels: their labels, (seed, step, example).
        place: place of each run's seed among these, (run,).
    """

    weights: Tensor
    mean: Tensor
    square: Tensor
    taken: int
    inputs: Tensor
    labels: Tensor
    place: Tensor


class Net(SolvableTask[Student]):
    """A perceptron with one hidden layer of 16 tanh units, trained by Adam on noisy labels of a teacher with 4 units.

    Every step has 8 new Gaussian inputs of 10 dimensions. The loss is half the mean squared difference from the teacher,
    without noise, on 512 fixed inputs. Weights and batches come from the run's seed, so runs differ, and the expected loss is
    the mean over 32 seeds. It is an estimate, but all schedules have the same seeds. A run has 300 steps with rates of at most
    0.3. The best schedule is not known in closed form, and is searched for with 32 other seeds than those that score it. So it
    is a reference that other schedules can undercut.

    Cost: about a millisecond a run.

    Source: ours, as a task that the model ``modes`` does not contain.
    """

    steps: ClassVar[int] = 300
    largest: ClassVar[float] = 0.3
    noise: ClassVar[float] = 0.0
    dtype: ClassVar[torch.dtype] = torch.float32

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(7)
        self.teacher = 3 * torch.randn(STUDENT_INPUTS, TEACHER_UNITS, generator=generator) / STUDENT_INPUTS**0.5
        self.readout = torch.randn(TEACHER_UNITS, generator=generator)
        held_out = torch.randn(HELD_OUT_INPUTS, STUDENT_INPUTS, generator=generator)
        self.held_out, self.truth = _with_bias(held_out), self._taught(held_out)

    def _taught(self, inputs: Tensor) -> Tensor:
        return (inputs @ self.teacher).tanh() @ self.readout

    def start(self, seeds: Tensor) -> Student:
        different, place = seeds.unique(return_inverse=True)
        drawn = map(self._drawn, different)
        inputs, labels, first = (torch.stack(tensors) for tensors in zip(*drawn, strict=True))
        zero = torch.zeros_like(first[place])
        return Student(first[place], zero, zero, 0, inputs, labels, place)

    def _drawn(self, seed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Batches, labels and initial weights of a seed."""
        generator = seeded(seed)
        inputs = torch.randn(self.steps, EXAMPLES_A_STEP, STUDENT_INPUTS, generator=generator)
        labels = self._taught(inputs) + LABEL_DEVIATION * torch.randn(self.steps, EXAMPLES_A_STEP, generator=generator)
        first = torch.randn((STUDENT_INPUTS + 1) * STUDENT_UNITS, generator=generator) / STUDENT_INPUTS**0.5
        last = torch.randn(STUDENT_UNITS, generator=generator) / STUDENT_UNITS**0.5
        return _with_bias(inputs), labels, torch.cat([first, last])

    def gradient(self, state: Student) -> Tensor:
        """The gradient of the next batch's loss, (run, weight)."""
        inputs, labels = (batches[:, state.taken][state.place] for batches in (state.inputs, state.labels))
        return _gradient(state.weights, inputs, labels)

    def step(self, state: Student, rates: Tensor) -> Student:
        gradient, taken = self.gradient(state), state.taken + 1
        mean = MEAN_DECAY * state.mean + (1 - MEAN_DECAY) * gradient
        square = SQUARE_DECAY * state.square + (1 - SQUARE_DECAY) * gradient.square()
        size = (square / (1 - SQUARE_DECAY**taken) + EPSILON**2).sqrt()
        weights = state.weights - rates[:, None].to(mean) * mean / (1 - MEAN_DECAY**taken) / size
        return replace(state, weights=weights, mean=mean, square=square, taken=taken)

    def loss(self, state: Student) -> Tensor:
        first, last = _layers(state.weights)
        predicted = ((self.held_out @ first).tanh() @ last)[..., 0]
        return (predicted - self.truth).square().mean(dim=1) / 2

    def expected(self, rates: Tensor) -> Tensor:
        return over_seeds(self, rates, FIRST_SCORED)

    def searched(self, rates: Tensor) -> Tensor:
        return over_seeds(self, rates, FIRST_SEARCHED)


def _with_bias(inputs: Tensor) -> Tensor:
    return torch.cat([inputs, torch.ones_like(inputs[..., :1])], dim=-1)


def _layers(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Both layers, (run, input + 1, unit) and (run, unit, 1)."""
    first, last = weights.split([(STUDENT_INPUTS + 1) * STUDENT_UNITS, STUDENT_UNITS], dim=1)
    return first.unflatten(1, (STUDENT_INPUTS + 1, STUDENT_UNITS)), last[..., None]


def _gradient(weights: Tensor, inputs: Tensor, labels: Tensor) -> Tensor:
    """Gradient of half the mean squared error of a batch, (run, weight), by hand, so that it is differentiable itself."""
    first, last = _layers(weights)
    units = (inputs @ first).tanh()
    error = (units @ last - labels[..., None]) / EXAMPLES_A_STEP
    back = error * last.transpose(1, 2) * (1 - units.square())
    return torch.cat([(inputs.transpose(1, 2) @ back).flatten(1), (units.transpose(1, 2) @ error).flatten(1)], dim=1)
