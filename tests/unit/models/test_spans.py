import pytest
import torch

from pathlode.core.solve import Adaptive, FixedStep
from pathlode.models.spans import WINDOW_STEPS, Span, spans_of

WINDOW = torch.tensor([[[2.0], [0.0]]])
ASKED = torch.tensor([[[1.0, 5.0], [0.5, 3.0]]])


def test_a_solver_with_a_number_of_steps_takes_them_in_the_window_and_after_it():
    spans = spans_of(WINDOW, ASKED, FixedStep("tsit5", 4))
    assert (spans.inside.count, spans.beyond.count) == (4, 4)
    assert spans.inside.step.flatten().tolist() == [0.5, 0.0]
    assert spans.beyond.begin.flatten().tolist() == [2.0, 0.0]
    assert spans.beyond.step.flatten().tolist() == [0.75, 0.75]


@pytest.mark.parametrize("solver", [FixedStep("rk4", 4), Adaptive(), None])
def test_nothing_is_integrated_after_the_window_if_nothing_is_asked_there(solver):
    assert spans_of(WINDOW, torch.tensor([[[1.0, 2.0], [0.0, 0.0]]]), solver).beyond.count == 0


@pytest.mark.parametrize("solver", [Adaptive(), None])
def test_without_a_number_the_steps_after_the_window_are_as_long_as_those_in_it(solver):
    """But of at least 1 / 40: up to t = 5 the first series takes 3 / (2 / 40) = 60 of them, and up to t = 3 the other 120."""
    spans = spans_of(WINDOW.double(), ASKED.double(), solver)
    assert (spans.inside.count, spans.beyond.count) == (WINDOW_STEPS, 120)
    assert spans.inside.step.flatten().tolist() == [0.05, 0.0]
    assert spans.beyond.step.flatten().tolist() == [0.05, 0.025]


def test_states_are_read_on_straight_lines_between_the_steps():
    span = Span(torch.full((1, 1, 1), 2.0), torch.full((1, 1, 1), 0.5), 2)
    nodes = torch.tensor([0.0, 1.0, 5.0]).view(3, 1, 1, 1)
    times = torch.tensor([[[1.0, 2.0, 2.25, 2.5, 2.75, 3.0, 9.0]]])
    assert span.read(nodes, times).flatten().tolist() == [0.0, 0.0, 0.5, 1.0, 3.0, 5.0, 5.0]


def test_a_window_without_duration_is_read_at_its_start():
    span = Span(torch.zeros(1, 1, 1), torch.zeros(1, 1, 1), 2)
    assert span.read(torch.ones(3, 1, 1, 1), torch.zeros(1, 1, 1)).flatten().tolist() == [1.0]
