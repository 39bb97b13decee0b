"""Every combination of a model and its parts is refused in one sentence when it is configured, or can be trained."""

import itertools

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.parts import DEFAULT_PARTS, PARTS, taken, without_unused
from pathlode.registry import MODELS, SOLVERS
from pathlode.training.experiment import Experiment
from workflow.configuration.part_checks import check_observed_state, check_parts, check_state
from workflow.configuration.schema import InvalidConfig

SIZES = {"hidden": 4, "latent": 4, "width": 5, "depth": 1}
TRAIN = {"steps": 2, "batch": 8, "warmup": 0.5, "validate_every": 2, "solver_steps": 4}
COLUMNS = {part: list(entries) for part, entries in PARTS.items()}
OTHERS = [{}, *({part: name} for part, names in COLUMNS.items() if part != "loss" for name in names)]
LOSSES = [{}, *({"loss": name} for name in COLUMNS["loss"])]
ROWS = [{"model": model} | loss | other for model in MODELS for loss in LOSSES for other in OTHERS]
"""Every model with every loss or none and with every other part or none."""


def refusal(row):
    """Why a row is refused; None if it is not."""
    try:
        check_parts("row", row)
    except InvalidConfig as error:
        return str(error)
    return None


REFUSED = [refusal(row) for row in ROWS]


def pairs(row):
    return set(itertools.combinations(sorted(row.items()), 2))


def covering(columns):
    """Rows with a value in each column, in which every two values of different columns occur together if they may."""
    values, (model,) = sorted((column, name) for column in columns for name in columns[column]), columns["model"]
    missing = [
        pair
        for pair in itertools.combinations(values, 2)
        if len(dict(pair)) == 2 and fit({"model": model} | dict(pair))
    ]
    order, rows = sorted(columns, key=lambda column: (column != "model", column != "field", column != "loss")), []
    while missing:
        row = dict(missing[0])
        for column in order:
            if column not in row:
                allowed = [name for name in columns[column] if fit(row | {column: name})]
                row[column] = max(allowed, key=lambda name: len(pairs(row | {column: name}) & set(missing)))
        rows.append(row)
        missing = [pair for pair in missing if pair not in pairs(row)]
    return rows


def fit(row):
    """Whether a loss may be trained with a field; other values of a model fit each other."""
    return (
        not {"loss", "field", "model"} <= row.keys()
        or refusal({part: row[part] for part in ("model", "loss", "field")}) is None
    )


def trained_rows():
    """Rows of every model that is trained, with all of its parts named, and a solver if it has one."""
    for model in MODELS:
        allowed = [row for row, why in zip(ROWS, REFUSED, strict=True) if row["model"] == model and why is None]
        columns = {part: {row[part]: None for row in allowed if part in row} for part in COLUMNS}
        if columns["loss"]:
            steps = (MODELS.fact(model, "solver") or SOLVERS) if "solver" in taken(model) else {}
            columns |= {"model": [model], "solver": steps}
            yield from covering({column: list(names) for column, names in columns.items() if names})


TRAINED = list(trained_rows())


def test_a_refusal_is_one_sentence_with_its_place_and_remedy():
    """Of rows of which every entry is refused with some model and not with another."""
    for part, names in COLUMNS.items():
        for name in names:
            assert {why is None for row, why in zip(ROWS, REFUSED, strict=True) if row.get(part) == name} == {
                True,
                False,
            }
    for why in filter(None, set(REFUSED)):
        assert why.startswith("config: row")
        assert "\n" not in why
        assert any(word in why.rpartition(";")[2] for word in ("remove it", "name ")), why


def test_every_model_that_is_trained_and_every_entry_are_tried_in_rows_that_are_not_refused():
    assert {row["model"] for row in TRAINED} == {name for name in MODELS if "training" in MODELS.words(name)}
    for part, names in (COLUMNS | {"solver": list(SOLVERS)}).items():
        assert {row[part] for row in TRAINED if part in row} == set(names)
    assert [row for row in TRAINED if refusal(row)] == []


def experiment(row):
    """One with two models of small sizes."""
    parts = {name: value for name, value in row.items() if name not in ("model", "solver")}
    field = row.get("field", DEFAULT_PARTS["field"])
    sizes, train = (without_unused(row["model"], shared, field) for shared in (SIZES, TRAIN))
    own = {"solver": row["solver"]} if "solver" in row else {}
    return Experiment(seeds=[0, 1], model=row["model"], sizes=sizes, train=train | own, **parts)


@pytest.mark.parametrize("row", TRAINED, ids=lambda row: "-".join(row[column] for column in sorted(row)))
def test_what_is_not_refused_is_trained(row, data):
    trainer = experiment(row).trainer(data.observed)
    before = {name: parameter.detach().clone() for name, parameter in trainer.model.named_parameters()}
    trainer.run()
    (validation,) = trainer.history
    assert validation.train_loss.isfinite().all()
    assert validation.mse.isfinite().all()
    for name, parameter in trainer.model.named_parameters():
        assert not torch.equal(parameter, before[name]), name


@pytest.mark.parametrize("model", list(MODELS))
def test_a_loss_that_the_configuration_refuses_is_refused_by_the_training_too(model, data):
    for loss in COLUMNS["loss"]:
        row = {"model": model, "loss": loss}
        if why := refusal(row):
            assert why.startswith(f"config: row.loss is '{loss}', ")
            with pytest.raises(ConfigError):
                experiment(row).trainer(data.observed).step()


@pytest.mark.parametrize("model", list(MODELS))
def test_the_sizes_that_the_configuration_takes_are_those_with_which_a_model_can_be_made(model):
    for hidden, latent in itertools.product(range(1, 6), repeat=2):
        sizes = without_unused(model, {"hidden": hidden, "latent": latent, "width": 2, "depth": 1})
        config = ModelConfig(features=2, **sizes)
        try:
            check_state("row", {"model": model}, sizes)
            check_observed_state("row", {"model": model}, 2, sizes)
        except InvalidConfig:
            with pytest.raises(ConfigError, match="model.(hidden|latent) is [0-9], expected "):
                MODELS[model](config)
        else:
            MODELS[model](config)
