import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.ecg import exported
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.exported import DeviceCosts, Encoded, device_costs, measured_alone
from pathlode.errors import DataError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.settings import ModelConfig

EVERY_8TH = Condition(stride=8)


@pytest.fixture
def signals(beats):
    return millivolts(beats, np.arange(41))


@pytest.fixture
def model():
    return LatentODE(ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation"), seeds=(0,))


def test_the_largest_difference_is_in_units_of_z0_s_standard_deviation(model, signals):
    """The other encoder is off by a quarter of it in one number of one beat."""
    times, values = EVERY_8TH.observe(signals, seed=0)
    z0 = encode(model, TimeSeries(times, values))[0]

    def other(some_times, some_values):
        found = encode(model, TimeSeries(some_times, some_values))[0]
        found[2, 1] -= 0.25 * z0.std(dim=0)[1]
        return found

    own = Encoded.by_both(model, other, signals, EVERY_8TH, single=5)
    assert own.largest_difference == pytest.approx(0.25, abs=1e-4)
    assert torch.equal(own.values, values[[0, 10, 20, 30, 40]])
    assert torch.equal(own.times, times[[0, 10, 20, 30, 40]])
    assert (own.beats, own.seconds > 0) == (41, True)


def test_a_row_joins_what_is_measured_here_and_alone(monkeypatch, tmp_path):
    for name, size in (("encoder.pt2", 3000), ("trees.bin", 500)):
        (tmp_path / name).write_bytes(bytes(size))
    alone = [
        {"encode_ms": 0.5, "trees_ms": 0.1, "peak_mb": 300.0},
        {"encode_ms": 0.2, "trees_ms": 0.1, "peak_mb": 301.0},
    ]
    monkeypatch.setattr(exported, "measured_alone", lambda *given: alone)
    encoded = {
        name: Encoded(Condition(stride=stride), 1.5, 0.01, torch.zeros(2, samples), torch.zeros(2, samples, 1), 41)
        for name, stride, samples in (("360 Hz", 1, 300), ("45 Hz", 8, 38))
    }
    rows = device_costs("invented", tmp_path / "encoder.pt2", tmp_path / "trees.bin", encoded)
    table = DeviceCosts(pd.DataFrame(rows)).table
    assert list(table) == list(DeviceCosts.columns)
    assert table["condition"].tolist() == ["360 Hz", "45 Hz"]
    assert table["rate_hz"].tolist() == [360.0, 45.0]
    assert table["samples"].tolist() == [300, 38]
    assert table["encoder_kb"].tolist() == [3.0, 3.0]
    assert table["encode_ms"].tolist() == [0.5, 0.2]


def test_a_failed_measurement_is_told_in_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"trees.bin cannot be measured with the exported encoder \(.*\): delete it"):
        measured_alone(tmp_path / "encoder.onnx", tmp_path / "trees.bin", [])
