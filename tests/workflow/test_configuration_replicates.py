"""Which replicates a chapter has, and in which batches."""

import pytest

from workflow.configuration.dynamics import system_batches
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.solvable import in_batch


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"replicates": 4, "batch": 4}, {"7-10": [7, 8, 9, 10]}),
        ({"replicates": 5, "batch": 2}, {"7-8": [7, 8], "9-10": [9, 10], "11-11": [11]}),
        ({"replicates": 9, "seeds": [0, 3, 7, 8], "batch": 3}, {"0_3_7": [0, 3, 7], "8-8": [8]}),
    ],
)
def test_replicates_are_counted_from_the_first_or_named(own, expected):
    assert replicate_batches({"first_replicate": 7, "toy": own}, "toy") == expected


def test_more_replicates_leave_whole_batches_as_they_are():
    few, more = (
        replicate_batches({"first_replicate": 0, "toy": {"replicates": n, "batch": 5}}, "toy") for n in (10, 20)
    )
    assert few.items() < more.items()


def test_a_system_with_fewer_replicates_has_the_first_ones():
    config = {
        "first_replicate": 3,
        "dynamics": {"replicates": 6, "batch": 2},
        "systems": {"hard": {"replicates": 4}, "easy": {}},
    }
    assert list(system_batches(config, "hard")) == ["3-4", "5-6"] == list(system_batches(config, "easy"))[:2]
    assert len(system_batches(config, "easy")) == 3


def test_what_is_for_the_first_replicates_only_is_shared_among_batches():
    config = {"first_replicate": 3, "scheduler": {"solvable": {"replicates": 30, "batch": 10}}}
    shares = [in_batch(config, {"replicates": 15, "steps": 7}, range(start, start + 10)) for start in (3, 13, 23)]
    assert shares == [{"replicates": number, "steps": 7} for number in (10, 5, 0)]
