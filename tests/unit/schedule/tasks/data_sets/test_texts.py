import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.tasks.data_sets import texts
from pathlode.schedule.tasks.data_sets.tinyshakespeare import TinyShakespeare


def test_no_text_is_shared(folder_of):
    data = TinyShakespeare(100, 50, 50, context=15).read(folder_of("tinyshakespeare"))
    assert (data.shape, data.classes) == ((15,), 6)
    for number, examples in enumerate((data.train, data.validation, data.test)):
        both = torch.cat([examples.inputs, examples.targets])
        assert both.unique().tolist() == [2 * number, 2 * number + 1]


def test_windows_are_the_text_and_do_not_overlap(tmp_path):
    (tmp_path / "input.txt").write_text("".join(chr(32 + i % 90) for i in range(80)) + "\n" * 20)
    data = TinyShakespeare(13, 1, 1, context=5).read(tmp_path)
    windows = torch.cat([data.train.inputs, data.train.targets[:, -1:]], dim=1)
    starts = windows[:, 0] - 1  # number 0 is the line's end
    assert starts.sort().values.tolist() == list(range(0, 78, 6))
    assert windows.equal(starts[:, None] + 1 + torch.arange(6))


def test_a_long_text_is_counted_in_parts(folder_of, monkeypatch):
    folder = folder_of("tinyshakespeare")
    whole = TinyShakespeare(5, 5, 5).read(folder)
    monkeypatch.setattr(texts, "CHUNK", 777)
    parts = TinyShakespeare(5, 5, 5).read(folder)
    assert (parts.classes, parts.test.inputs.tolist()) == (whole.classes, whole.test.inputs.tolist())


def test_letters_outside_ascii_are_read_as_their_bytes(tmp_path):
    (tmp_path / "input.txt").write_text("é" * 100, encoding="utf-8")
    assert TinyShakespeare(2, 2, 2, context=8).read(tmp_path).classes == 2


def test_texts_that_are_empty_or_too_short_are_refused(tmp_path):
    (tmp_path / "input.txt").write_bytes(b"")
    with pytest.raises(DataError, match=r"input.txt cannot be read \(.*empty.*\), expected a text"):
        TinyShakespeare(1, 1, 1).read(tmp_path)
    (tmp_path / "input.txt").write_text("short")
    with pytest.raises(ConfigError, match="train is 1, expected at most 0"):
        TinyShakespeare(1, 1, 1).read(tmp_path)
    with pytest.raises(ConfigError, match="context is 0, expected at least 1"):
        TinyShakespeare(1, 1, 1, context=0)
