import pytest
import torch

from pathlode import __version__
from pathlode.core import tensor_files
from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.errors import CheckpointError


def test_a_file_of_a_newer_format_is_refused_with_both_versions(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    monkeypatch.setattr(tensor_files, "FORMAT", tensor_files.FORMAT + 1)
    monkeypatch.setattr(tensor_files, "__version__", "9.0")
    save_tensors(path, {"a": 1})
    assert load_tensors(path) == {"a": 1}
    monkeypatch.undo()
    with pytest.raises(
        CheckpointError, match=f"model.pt was written by pathlode 9.0, and this is {__version__}, which"
    ):
        load_tensors(path)


def test_a_file_without_a_version_is_read(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "old.pt")
    assert load_tensors(tmp_path / "old.pt")["a"].tolist() == [1.0, 1.0]


def test_no_message_tells_to_delete_a_file(tmp_path):
    import numpy as np

    path = tmp_path / "model.pt"
    for content in ({"weights": torch.ones(2), "rmse": np.float64(0.5)}, [1, 2]):  # as torch alone writes them
        torch.save(content, path)
        with pytest.raises(CheckpointError) as refused:
            load_tensors(path)
        assert "delete" not in str(refused.value)


def test_a_value_does_not_take_the_name_of_a_part(tmp_path):
    assert beside({"weights": 1}, {"rmse": 2}) == {"weights": 1, "rmse": 2}
    with pytest.raises(CheckpointError, match="the name 'weights' is taken by a part of the file"):
        beside({"weights": 1}, {"weights": 2})
    with pytest.raises(CheckpointError, match="the name 'pathlode' is taken by the file's version"):
        save_tensors(tmp_path / "file.pt", {"pathlode": 1})


@pytest.mark.fault("a byte of a model file has changed", "a sentence says that it is damaged; its weights are not used")
def test_an_altered_or_truncated_file_is_damaged(tmp_path):
    path = tmp_path / "model.pt"
    save_tensors(str(path), {"weights": torch.arange(1000.0)})
    whole = path.read_bytes()
    place = whole.index(torch.tensor([500.0, 501.0]).numpy().tobytes())
    for content in (whole[:place] + b"?" + whole[place + 1 :], whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"model.pt cannot be read as a file of pathlode \(it is damaged\)"):
            load_tensors(path)
    path.write_bytes(whole)
    assert load_tensors(str(path))["weights"][500] == 500


def test_a_whole_file_of_another_program_is_not_called_damaged(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "table.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    torch.jit.script(torch.nn.Linear(1, 1)).save(tmp_path / "program.pt")
    for name in ("table.xlsx", "program.pt"):
        with pytest.raises(CheckpointError, match=rf"{name} cannot be read .*\(it is of another kind\)"):
            load_tensors(tmp_path / name)
    torch.save(torch.nn.Linear(1, 1), tmp_path / "module.pt")
    with pytest.raises(CheckpointError, match=r"module.pt cannot be read .*\(it holds objects that could run code\)"):
        load_tensors(tmp_path / "module.pt")
