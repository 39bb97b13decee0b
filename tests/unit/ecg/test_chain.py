import numpy as np
import pandas as pd
import pytest

from pathlode.ecg import chain
from pathlode.ecg.chain import ChainCosts, chain_costs, write_formats
from pathlode.ecg.device import encoder_of, trees_of
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.report import report_on


@pytest.fixture(scope="module")
def formats(beat_model, tmp_path_factory):
    return write_formats(beat_model, tmp_path_factory.mktemp("formats"))


def test_onnx_files_say_what_the_model_says(beat_model, formats):
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(-0.27, 0.5, (9, 30)), axis=1).astype(np.float32)
    values = rng.normal(size=(9, 30, 1)).astype(np.float32)
    own, onnx, int8 = (encoder_of(str(encoder))(times, values) for encoder, _ in formats.values())
    assert onnx == pytest.approx(own, abs=1e-5)
    assert 0 < np.abs(int8 - own).max() < 0.1 * np.ptp(own)
    features = rng.normal(size=(500, beat_model.trees.booster.num_features())).astype(np.float32)
    said, by_onnx = (trees_of(str(formats[name][1]))(features) for name in ("own", "onnx"))
    assert by_onnx == pytest.approx(said, abs=1e-5)
    assert (by_onnx.argmax(axis=1) == said.argmax(axis=1)).all()
    assert formats["int8"][0].stat().st_size < formats["onnx"][0].stat().st_size


def test_a_row_a_rate_and_format(folder, beat_model, formats, monkeypatch):
    given = read_recording(folder / "200")
    slow = Recording.of(given.millivolts[::4], rate=90)
    asked = []

    def alone(encoder, trees, beats):
        asked.append([len(each["others"]) for each in beats])
        return [{"encode_ms": 2.0, "trees_ms": 1.0, "peak_mb": 60.0} for _ in beats]

    monkeypatch.setattr(chain, "measured_alone", alone)
    rows = pd.DataFrame(chain_costs(beat_model, [given, slow], formats, single=5)).assign(
        source="invented", record="200"
    )
    table = ChainCosts(rows[list(ChainCosts.columns)]).table
    assert asked == [[5, 5]] * 3
    assert table["format"].tolist() == ["own", "own", "onnx", "onnx", "int8", "int8"]
    assert table["rate_hz"].tolist() == [360, 90] * 3
    report = report_on(given, beat_model)
    first = table.iloc[0]
    assert first["beats"] == len(report.classes)
    spent = first[["detect_ms", "windows_ms", "relative_ms"]].sum() + 3
    assert first["load"] == pytest.approx(spent / 1e3 * first["beats"] / given.seconds, rel=1e-3)
    assert (table.query("format == 'onnx'")["largest_difference"] < 1e-5).all()
    assert (table.query("format == 'onnx'")["same_class"] == 1).all()
