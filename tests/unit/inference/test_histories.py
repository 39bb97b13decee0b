import pytest

from pathlode.errors import DataError
from pathlode.inference.histories import FlowHistories, flow_facts

FACTS = flow_facts("path", "zuko", n_train=100, seed=3)


def test_a_training_has_a_row_a_validation_with_the_facts_of_its_flow(tmp_path):
    """The history is what a flow's ``fit`` returns: step, and log-density in training and of the validation pairs."""
    FlowHistories.of([(5, -1.5, -2.0), (10, -1.0, -1.25)], FACTS).save(tmp_path / "history.csv")
    found = FlowHistories.load(tmp_path / "history.csv").table
    assert list(found) == list(FlowHistories.columns)
    assert found.to_dict("list") == {
        **{name: [value] * 2 for name, value in FACTS.items()},
        "step": [5, 10],
        "log_prob": [-1.5, -1.0],
        "validation_log_prob": [-2.0, -1.25],
    }


def test_a_history_without_the_facts_of_its_flow_is_refused():
    with pytest.raises(DataError, match="the table lacks the column 'n_train'"):
        FlowHistories.of([(5, -1.5, -2.0)], {"summary": "path", "backend": "zuko", "seed": 3})
