"""Input that people bring: what cannot be used is refused in one sentence that names the place; the rest means what it says."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import PathlodeError
from pathlode.models.contract import ModelConfig
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

NAN, INF = math.nan, math.inf
TIMES, VALUES = [0.0, 1.0, 2.0, 3.0], [[1.0], [2.0], [3.0], [5.0]]
DAYS = ("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04")


def one(times=TIMES, values=VALUES, **more):
    return TimeSeries([times], [values], "my.csv", **more)


def of(*pairs):
    return TimeSeries.of(pairs, "my.csv")


def zoned(*zones):
    return [pd.Timestamp(day, tz=zone) for day, zone in zip(DAYS, zones, strict=True)]


REFUSED = {
    "no series": (lambda: TimeSeries([], []), "times of shape (0,) and values of shape (0,) do not fit"),
    "no trajectory": (
        lambda: TimeSeries(torch.zeros(0, 4), torch.zeros(0, 4, 1)),
        "expected (batch, time) with at least one traj",
    ),
    "no trajectory in a list": (lambda: of(), "my.csv: there is no trajectory"),
    "no time": (
        lambda: TimeSeries(torch.zeros(2, 0), torch.zeros(2, 0, 1)),
        "with at least one trajectory and at least one time",
    ),
    "an empty trajectory": (lambda: of((TIMES, VALUES), ([], [])), "my.csv: trajectory 1 has times of shape (0,)"),
    "no feature": (lambda: one(values=np.zeros((4, 0))), "with at least one feature"),
    "one series without its axis": (
        lambda: TimeSeries(TIMES, VALUES),
        "for single trajectories, and for one feature without",
    ),
    "one feature without its axis": (lambda: one(values=[1, 2, 3, 4]), "use TimeSeries.of([(times, values), ...])"),
    "all values missing": (
        lambda: of((TIMES, VALUES), (TIMES, [[NAN]] * 4)),
        "my.csv: values: trajectory 1 has no observed value",
    ),
    "other features": (
        lambda: of((TIMES, VALUES), (TIMES, [[1, 2]] * 4)),
        "trajectory 1 has 2 features, but trajectory 0 has 1",
    ),
    "unsorted times": (
        lambda: one([0, 2, 1, 3]),
        "trajectory 0, time number 3 is not greater than the time before it: 1 follows 2; sort",
    ),
    "falling times": (
        lambda: one([3, 2, 1, 0]),
        "time number 2 is not greater than the time before it: 2 follows 3; sort the times",
    ),
    "repeated times": (
        lambda: of((TIMES, VALUES), ([0, 1, 1, 2], [1, 2, 3, 4])),
        "trajectory 1, time number 3 is not greater than the time before it: 1 follows 1; merge repeated times into one",
    ),
    "times beyond single precision": (
        lambda: one(np.array(TIMES, np.float32) + np.float32(1.7e9)),
        "give them in double precision if they differ before they are rounded to float32",
    ),
    "nanoseconds as integers": (
        lambda: one(np.arange(4) + 1_700_000_000_000_000_000),
        "times are integers beyond 2^53, which double precision cannot tell apart: subtract a common origin from them first, or give",
    ),
    "large integers": (lambda: one(values=np.full((4, 1), 2**60 + 1)), "values are integers beyond 2^53"),
    "dates a nanosecond apart": (
        lambda: one(np.array(["2020-01-01T00:00:00"] * 4, "M8[ns]") + np.arange(4)),
        "times are dates less than a quarter of a microsecond apart",
    ),
    "an infinite value": (
        lambda: one(values=[[1], [INF], [1], [1]]),
        "feature 1 at time number 2 of trajectory 0 is inf; remove or",
    ),
    "an infinite time": (lambda: one([0, 1, 2, INF]), "times: trajectory 0, time number 4 is not finite; remove it"),
    "a missing time": (
        lambda: one([0, NAN, 2, 3], [[1], [NAN], [1], [1]]),
        "times: trajectory 0, time number 2 is not finite",
    ),
    "NaT between dates": (
        lambda: one(pd.to_datetime([DAYS[0], None, *DAYS[2:]]), [[1], [NAN], [1], [1]]),
        "times: trajectory 0, time number 2 is not finite",
    ),
    "a value at NaT": (
        lambda: one(pd.to_datetime([*DAYS[:3], None])),
        "times: trajectory 0, time number 4 is not finite",
    ),
    "text": (
        lambda: one(values=[["a"]] * 4),
        "values are no numbers: feature 1 at time number 1 of trajectory 0 is the text 'a'; conv",
    ),
    "a column of text": (
        lambda: of((TIMES, pd.DataFrame({"x": TIMES, "y": list("abcd")}))),
        "trajectory 0: values are no numbers: feature 2 at time number 1 is the text 'a'; convert it with pandas.to_numeric",
    ),
    "a column of categories": (
        lambda: of((TIMES, VALUES), (TIMES, pd.DataFrame({"x": pd.Categorical(list("abcd"))}))),
        "trajectory 1: values are no numbers: feature 1 at time number 1 is the text 'a'",
    ),
    "numbers as text": (
        lambda: one(values=np.array([["1"], ["2"]] * 2, object)),
        "time number 1 of trajectory 0 is the text '1'",
    ),
    "dates as text": (
        lambda: one(DAYS),
        "time number 1 of trajectory 0 is the text '2020-01-01'; convert dates with pandas.to_datetime",
    ),
    "something else": (
        lambda: one(values=[[{}]] * 4),
        "feature 1 at time number 1 of trajectory 0 is a dict; give a tensor",
    ),
    "periods": (lambda: one(pd.period_range("2020", periods=4, freq="D")), "time number 1 of trajectory 0 is a Period"),
    "nothing": (lambda: TimeSeries(None, None, "my.csv"), "my.csv: times are None"),
    "complex numbers": (lambda: one(values=[[1j]] * 4), "values are complex numbers, expected real numbers"),
    "a sparse tensor": (
        lambda: TimeSeries(torch.tensor([TIMES]), torch.tensor([VALUES]).to_sparse()),
        "values are a sparse tensor, expected a dense one",
    ),
    "lists of unequal lengths": (
        lambda: TimeSeries([[0, 1, 2], [0, 1]], [[[1], [2], [3]], [[1], [2]]]),
        "times are no numbers but lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "arrays of unequal lengths": (
        lambda: TimeSeries(np.array([np.zeros(3), np.zeros(2)], object), VALUES),
        "lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "tensors of unequal lengths": (
        lambda: TimeSeries([torch.zeros(3), torch.zeros(2)], VALUES),
        "lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "dates and numbers in one": (
        lambda: one([pd.Timestamp(DAYS[0]), 1, 2, 3]),
        "times mix dates and numbers: give all as one of",
    ),
    "dates and numbers": (
        lambda: of((pd.to_datetime(DAYS), VALUES), (TIMES, VALUES)),
        "trajectory 1 and trajectory 0 mix dates and numb",
    ),
    "mixed time zones": (
        lambda: one(zoned("UTC", None, "UTC", "UTC")),
        "times mix dates with and without a time zone: give all in one",
    ),
    "time zones that some lack": (
        lambda: of((zoned(*["UTC"] * 4), VALUES), (pd.to_datetime(DAYS), VALUES)),
        "trajectory 1 and trajectory 0 mix dates with and without a time zone",
    ),
    "no pair": (lambda: of(1.0), "trajectory 0 is no pair of times and values: give (times, values) for each"),
    "a dictionary": (lambda: TimeSeries.of({"a": (TIMES, VALUES)}), "trajectory 0 is no pair of times and values"),
    "a mask of another shape": (
        lambda: one(mask=[[1, 0]]),
        "a mask of shape (1, 2) does not fit values of shape (1, 4, 1)",
    ),
    "a mask of text": (lambda: one(mask=[[["a"]]]), "mask are no numbers"),
    "a mask with NaN": (
        lambda: one(mask=[[[1], [NAN], [1], [1]]]),
        "mask has NaN, expected true where a value was observed",
    ),
    "conversion to integers": (
        lambda: one().to(torch.int32),
        "the type is torch.int32, expected torch.float32 or torch.float64",
    ),
    "conversion to half precision": (lambda: one().to(torch.float16), "the type is torch.float16, expected"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_series_that_cannot_be_used_are_refused_in_a_sentence(name):
    make, message = REFUSED[name]
    with pytest.raises(PathlodeError) as caught:
        make()
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert len(text) < 400


PLAIN = (TIMES, VALUES)
SECONDS = (np.array([18262, 18263, 18264, 18265]) * 86400.0).tolist()
"""DAYS, in seconds since 1970 in UTC."""
GAP = [[1.0], [NAN], [3.0], [5.0]]
NUMBERS = [1, None, 3, 5]

TAKEN = {
    "lists": (lambda: one(), PLAIN),
    "tuples": (lambda: one(tuple(TIMES), tuple(map(tuple, VALUES))), PLAIN),
    "one feature of one series": (lambda: of((TIMES, [1, 2, 3, 5])), PLAIN),
    "a generator": (lambda: TimeSeries.of(pair for pair in [(TIMES, VALUES)]), PLAIN),
    "tensors in lists": (lambda: one(torch.tensor(TIMES), torch.tensor(VALUES, requires_grad=True)), PLAIN),
    "integers": (lambda: one(np.array([0, 1, 2, 3]), np.array([[1], [2], [3], [5]], np.uint8)), PLAIN),
    "half precision": (lambda: one(np.array(TIMES, np.float16), np.array(VALUES, np.float16)), PLAIN),
    "bfloat16": (lambda: TimeSeries(torch.tensor([TIMES]).bfloat16(), torch.tensor([VALUES]).bfloat16()), PLAIN),
    "quadruple precision": (lambda: of((np.array(TIMES, np.longdouble), np.array(VALUES, np.longdouble))), PLAIN),
    "another order of bytes": (lambda: of((np.array(TIMES, ">f8"), np.array(VALUES, ">f4"))), PLAIN),
    "reversed arrays": (lambda: of((np.array(TIMES[::-1])[::-1], np.array(VALUES[::-1])[::-1])), PLAIN),
    "single and double precision": (lambda: of((TIMES, np.array(VALUES, np.float32))), PLAIN),
    "dates, the last of them missing": (
        lambda: one(np.array([*map(pd.Timestamp, DAYS[:3]), pd.NA], object), [*VALUES[:3], [NAN]]).trimmed(),
        (SECONDS[:3], VALUES[:3]),
    ),
    "decimals": (lambda: one(values=[[Decimal(1)], [Decimal(2)], [Decimal(3)], [Decimal(5)]]), PLAIN),
    "truth values": (lambda: one(values=[[True], [False], [True], [True]]), (TIMES, [[1.0], [0.0], [1.0], [1.0]])),
    "a column of a table": (lambda: of((pd.Series(TIMES), pd.Series([1.0, 2.0, 3.0, 5.0]))), PLAIN),
    "a table": (lambda: of((pd.Series(TIMES), pd.DataFrame({"x": [1.0, 2.0, 3.0, 5.0]}))), PLAIN),
    "an index in another order": (lambda: of((pd.Series(TIMES, index=[3, 2, 1, 0]), VALUES)), PLAIN),
    "None": (lambda: one(values=[[1.0], [None], [3.0], [5.0]]), (TIMES, GAP)),
    "pandas.NA": (lambda: one(values=[[1.0], [pd.NA], [3.0], [5.0]]), (TIMES, GAP)),
    "integers that may be missing": (lambda: of((TIMES, pd.Series(NUMBERS, dtype="Int64"))), (TIMES, GAP)),
    "numbers of Arrow": (
        lambda: of((pd.Series(TIMES, dtype="float64[pyarrow]"), pd.Series(NUMBERS, dtype="int64[pyarrow]"))),
        (TIMES, GAP),
    ),
    "a masked array": (
        lambda: of((TIMES, np.ma.masked_array([[1], [2], [3], [5]], [[0], [1], [0], [0]]))),
        (TIMES, GAP),
    ),
    "masked arrays in a list": (lambda: one(values=np.ma.masked_array(VALUES, [[0], [1], [0], [0]])), (TIMES, GAP)),
    "a mask of numbers": (lambda: one(mask=[[[1], [0], [1], [1]]]), (TIMES, GAP)),
    "times before zero": (lambda: one([-3, -2, -1, 0]), ([-3.0, -2.0, -1.0, 0.0], VALUES)),
    "dates": (lambda: one([dt.date.fromisoformat(day) for day in DAYS]), (SECONDS, VALUES)),
    "dates of NumPy": (lambda: one(np.array(DAYS, "M8[D]")), (SECONDS, VALUES)),
    "dates of Arrow": (
        lambda: of((pd.Series(pd.to_datetime(DAYS)).astype("timestamp[ns][pyarrow]"), VALUES)),
        (SECONDS, VALUES),
    ),
    "several time zones": (
        lambda: one(
            [stamp.tz_convert(zone) for stamp, zone in zip(zoned(*["UTC"] * 4), ["UTC", "Asia/Tokyo"] * 2, strict=True)]
        ),
        (SECONDS, VALUES),
    ),
    "durations": (lambda: one(pd.to_timedelta(TIMES, unit="min")), ([0.0, 60.0, 120.0, 180.0], VALUES)),
    "durations of Python": (lambda: one([dt.timedelta(minutes=m) for m in TIMES]), ([0.0, 60.0, 120.0, 180.0], VALUES)),
    "a large origin": (lambda: one([1.7e9 + t for t in TIMES]), ([1.7e9 + t for t in TIMES], VALUES)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_people_hold_is_taken_as_it_is_meant(name):
    make, (times, values) = TAKEN[name]
    series = make()
    assert series.times.tolist() == [times]
    assert series.values.nan_to_num(nan=-1).tolist() == [torch.tensor(values).double().nan_to_num(nan=-1).tolist()]
    assert {series.times.dtype, series.values.dtype} <= {torch.float32, torch.float64}
    assert (series.mask is None) == (values is not GAP)
    assert series.dates == ("dates" in name or "zones" in name)


def test_the_users_arrays_are_left_as_they_are():
    values = np.array(VALUES)
    values.setflags(write=False)
    series = of((TIMES, values))
    series.values[0, 0, 0] = 9.0
    assert values[0, 0] == 1.0


SOLVER = FixedStep("rk4", 2)
SEVERAL = torch.arange(6.0).repeat(5, 1), torch.randn(5, 6, 2, generator=torch.Generator().manual_seed(0))
SERIES = TimeSeries(*SEVERAL, "train.csv")
CONFIG = TrainingConfig(steps=4, batch=2, warmup=0.5)


@pytest.fixture(scope="module")
def model():
    made = LatentODE(ModelConfig(features=2, hidden=3, latent=2, width=4), seeds=(0, 1))
    made.standardise(SERIES)
    return made


def trained(model, training=SERIES, validation=SERIES, loss="path", config=CONFIG, views=None):
    loss = LOSSES[loss](0.1) if loss == "path" else loss
    return Trainer(model, loss, training, validation, config, views=views)


def others(times=SEVERAL[0], values=SEVERAL[1], name="other.csv"):
    return TimeSeries(times, values, name)


REFUSED_BY_MODELS = {
    "other features": (lambda m: m(SEVERAL[0], torch.zeros(5, 6, 3)), "expected (batch, time) and (batch, time, 2)"),
    "one series without its axis": (lambda m: m(*(part[0] for part in SEVERAL)), "values of shape (6, 2) do not fit"),
    "no trajectory": (lambda m: m(*(part[:0] for part in SEVERAL)), "at least one trajectory"),
    "text": (
        lambda m: m(SEVERAL[0], [[["a", "b"]] * 6] * 5),
        "feature 1 at time number 1 of trajectory 0 is the text 'a'",
    ),
    "an infinite value": (lambda m: m(SEVERAL[0], SEVERAL[1] * INF), "feature 1 at time number 1 of trajectory 0 is"),
    "unsorted times": (
        lambda m: m(-SEVERAL[0], SEVERAL[1]),
        "trajectory 0, time number 2 is not greater than the time before it",
    ),
    "a missing feature": (
        lambda m: m(SEVERAL[0], SEVERAL[1].index_fill(2, torch.tensor(1), NAN)),
        "feature 2 at time number 1 of trajectory 0 is nan, but this model does not read missing values: make it with ModelConfig(gaps",
    ),
    "a query of one number": (
        lambda m: m(*SEVERAL, 7.0),
        "query times of shape () do not fit 5 trajectories: expected (batch, time)",
    ),
    "a query of other trajectories": (
        lambda m: m(*SEVERAL, SEVERAL[0][:2]),
        "query times of shape (2, 6) do not fit 5 trajectories",
    ),
    "a query without times": (lambda m: m(*SEVERAL, SEVERAL[0][:, :0]), "query times have shape (2, 5, 0), expected"),
    "an unsorted query": (
        lambda m: m(*SEVERAL, 9 - SEVERAL[0]),
        "query times: trajectory 0, time number 2 is not greater than",
    ),
    "a query before the data": (
        lambda m: m(*SEVERAL, SEVERAL[0] - 1),
        "query times: trajectory 0, time number 1 lies before the start",
    ),
    "a query at infinity": (
        lambda m: m(*SEVERAL, SEVERAL[0] + INF),
        "query times: trajectory 0, time number 1 is not finite",
    ),
    "a query of dates": (lambda m: m(*SEVERAL, np.array([["2020"]] * 5, "M8[D]")), "the model was trained on numbers"),
    "a query of text": (lambda m: m(*SEVERAL, [["a"]] * 5), "time number 1 of trajectory 0 is the text 'a'"),
    "a solver's name": (
        lambda m: m(*SEVERAL, solver="rk4"),
        "the solver is 'rk4', expected FixedStep('tsit5', steps=8) or Adaptive(",
    ),
    "no such member": (lambda m: m.member(-1), "there is no member -1: the model has 2, expected 0 to 1"),
    "a tuple for series": (
        lambda m: encode(m, SEVERAL),
        "the series are a tuple, expected a TimeSeries: TimeSeries(times, values)",
    ),
    "a tuple for training": (
        lambda m: trained(m, SEVERAL),
        "training is a tuple, expected a TimeSeries: TimeSeries(times, values)",
    ),
    "other features in validation": (
        lambda m: trained(m, validation=others(values=torch.zeros(5, 6, 3))),
        "other.csv has 3 features, but the model has 2",
    ),
    "one observation each": (
        lambda m: trained(m, others(*(part[:, :1] for part in SEVERAL))),
        "other.csv: every trajectory has one time, expected at least 2 in some of them",
    ),
    "nothing to learn": (
        lambda m: trained(m, others(values=torch.ones(5, 6, 2))),
        "all values of each feature are equal in float32",
    ),
    "too few trajectories": (
        lambda m: trained(m, config=TrainingConfig(steps=4, batch=8, warmup=0.5)),
        "train.batch is 8, but there are only 5 training trajectories",
    ),
    "a loss's name": (lambda m: trained(m, loss="pth"), "loss is a str, expected a Loss"),
    "views as a dictionary": (lambda m: trained(m, views={"first": 3}), "views is a dict, expected a Views"),
    "settings as a dictionary": (
        lambda m: trained(m, config={"steps": 4}),
        "config is a dict, expected a TrainingConfig",
    ),
    "a loss of a batch of one": (
        lambda m: LOSSES["path"](0.1)(m, m(*(part[:1] for part in SEVERAL), solver=SOLVER), SEVERAL[1][:1]),
        "a batch of one trajectory has no standard deviation of z0, the unit of path lengths: train on batches of at least 2",
    ),
    "a loss of values that are all missing": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1] * NAN),
        "all values that the prediction is compared with are missing",
    ),
    "a loss of other trajectories": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1][:1]),
        "values of shape (1, 6, 2) do not fit predictions of shape (2, 5, 6, 2)",
    ),
    "a loss of fewer features": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1][..., :1]),
        "values of shape (5, 6, 1) do not fit predictions",
    ),
    "a weight of text": (lambda m: LOSSES["path"]("much"), "the weight of PathLength is 'much', expected a number"),
    "a weight that is no number": (lambda m: LOSSES["path"](NAN), "the weight of PathLength is nan"),
    "a number of features as text": (
        lambda m: ModelConfig(features="2"),
        "model.features is '2', expected a whole number",
    ),
    "half a feature": (
        lambda m: ModelConfig(features=2.5),
        "model.features is 2.5, expected a whole number of at least 1",
    ),
    "an infinite unit of time": (
        lambda m: ModelConfig(features=2, time_unit=INF),
        "model.time_unit is inf, expected a duration",
    ),
    "half a step": (lambda m: TrainingConfig(steps=0.5), "train.steps is 0.5, expected a whole number of at least 1"),
    "a learning rate of text": (
        lambda m: TrainingConfig(learning_rate="fast"),
        "train.learning_rate is fast, expected a number",
    ),
}


@pytest.mark.parametrize("name", REFUSED_BY_MODELS)
def test_what_models_and_trainings_cannot_use_is_refused_in_a_sentence(name, model):
    ask, message = REFUSED_BY_MODELS[name]
    with pytest.raises(PathlodeError) as caught:
        ask(model)
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert len(text) < 400


TAKEN_BY_MODELS = {
    "arrays": tuple(part.numpy() for part in SEVERAL),
    "lists": tuple(part.tolist() for part in SEVERAL),
    "double precision": tuple(part.double() for part in SEVERAL),
    "double precision of times alone": (SEVERAL[0].double(), SEVERAL[1]),
    "double precision of values alone": (SEVERAL[0], SEVERAL[1].double()),
    "integers as times": (SEVERAL[0].long(), SEVERAL[1]),
}


@pytest.mark.parametrize("name", TAKEN_BY_MODELS)
def test_models_take_numbers_of_any_kind(name, model):
    times, values = TAKEN_BY_MODELS[name]
    found = model(times, values, [[6.0, 7.5]] * 5, solver=SOLVER).values
    expected = model(*SEVERAL, torch.tensor([[6.0, 7.5]] * 5), solver=SOLVER).values
    assert torch.allclose(found.float(), expected, atol=1e-4)
    assert found.dtype == (values.dtype if isinstance(values, torch.Tensor) else found.dtype)


def test_a_batch_of_one_is_predicted_as_in_a_larger_batch(model):
    one = model(*(part[:1] for part in SEVERAL), solver=SOLVER).values
    assert torch.allclose(one, model(*SEVERAL, solver=SOLVER).values[:, :1], atol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 7.0, NAN], ids=["zero", "seven", "missing"])
def test_a_feature_without_variation_trains(constant):
    """It may also be missing everywhere."""
    values = torch.stack([SEVERAL[1][..., 0], torch.full((5, 6), constant)], dim=-1)
    series = TimeSeries(SEVERAL[0], values)
    run = Trainer(LatentODE(ModelConfig(2, 3, 2, 4, gaps=True)), LOSSES["path"](0.1), series, series, CONFIG)
    run.run()
    assert run.history[-1].mse.isfinite().all()
    assert run.model.std[..., 1].item() == 1.0


@pytest.mark.parametrize("encoder", ["gru", "interpolation"])
def test_numbers_of_observations_that_no_series_had_in_training_are_told_of_once(encoder, caplog, tmp_path):
    """Unless the encoder does not mind."""
    made = LatentODE(ModelConfig(2, 3, 2, 4, encoder=encoder), seeds=(0, 1))
    made.standardise(TimeSeries.of([(SEVERAL[0][i, : 6 - i], SEVERAL[1][i, : 6 - i]) for i in range(2)]))
    save_model(tmp_path / "model.pt", made)
    for one in (made.member(1), load_model(tmp_path / "model.pt")[0]):
        for count in (4, 5, 6, 4):
            one(*(part[:, :count] for part in SEVERAL), solver=SOLVER)
        assert one.counts == (5, 6)
    told = [record.message for record in caplog.records]
    assert len(told) == 2 * (encoder == "gru"), "each of the two models tells once"
    assert all(
        "series of 4 to 4 observations are read by an encoder that was trained on 5 to 6" in line for line in told
    )
