from types import SimpleNamespace

import pandas as pd
import pytest

from pathlode.dynamics.step_costs import ROUND_STEPS, step_costs, steps_taken, with_paired_seconds


class Trainer:
    """Takes steps that cost so much at the machine's present pace; it tells whose turn it was."""

    def __init__(self, name, cost, seeds, turns):
        self.name, self.cost, self.turns, self.seconds = name, cost, turns, 0.0
        self.model = SimpleNamespace(seeds=seeds)

    def step(self):
        self.turns.append(self.name)
        number = (len(self.turns) - 1) // 2  # of the pair
        pace = 1.0 + number // ROUND_STEPS  # the machine slows down from round to round
        disturbed = 50.0 if number % ROUND_STEPS in (1, 4, 5, 8) else 0.0
        self.seconds += self.cost * pace + disturbed


def test_rows_take_turns_and_share_what_the_machine_does():
    seeds, turns = [7, 3, 5], []
    table = step_costs({"path": Trainer("path", 3.0, seeds, turns), "kl": Trainer("kl", 2.0, seeds, turns)})
    assert len(turns) == 2 * steps_taken(len(seeds)) == 2 * ROUND_STEPS * 4
    assert all({*pair} == {"path", "kl"} for pair in zip(turns[::2], turns[1::2], strict=True))
    assert turns[::2].count("path") == turns[::2].count("kl")  # each as often first as second
    costs = table.pivot(index="seed", columns="row", values="step_seconds").loc[seeds]
    assert costs["kl"].tolist() == pytest.approx(
        [2 * 2 / 3, 2 * 3 / 3, 2 * 4 / 3]
    )  # shared among three, after a round unseen
    assert (costs["path"] / costs["kl"]).tolist() == pytest.approx([1.5] * 3)  # whatever the pace


def test_a_replicate_is_charged_what_steps_cost_in_its_round():
    times = pd.DataFrame(
        {
            "system": "pendulum",
            "row": ["path", "path", "kl", "none"],
            "seed": [0, 1, 1, 0],
            "steps_to_target": [100, 200, 300, 50],
        }
    )
    costs = pd.DataFrame(
        {
            "system": "pendulum",
            "row": ["path", "kl", "path", "kl"],
            "seed": [0, 0, 1, 1],
            "step_seconds": [1, 5, 2, 3.0],
        }
    )
    other = costs.assign(system="lorenz", step_seconds=100.0)
    table = with_paired_seconds(times, pd.concat([other, costs]))
    assert table[list(times)].equals(times)
    assert table["paired_seconds_to_target"].tolist() == pytest.approx([100, 400, 900, float("nan")], nan_ok=True)
