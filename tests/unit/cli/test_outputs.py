import pytest

from pathlode.cli.outputs import check_output
from pathlode.errors import ConfigError


def test_an_output_that_cannot_be_written_is_refused_first(tmp_path, monkeypatch):
    kept = tmp_path / "kept.csv"
    kept.write_text("old")
    kept.chmod(0o444)
    for output, message in (
        (kept, "kept.csv is write-protected"),
        (kept / "out.csv", "kept.csv is a file, expected the folder"),
    ):
        with pytest.raises(ConfigError, match=message):
            check_output(output)
    check_output(tmp_path / "new/deep/out.csv")
    monkeypatch.setattr("os.access", lambda place, mode: place != tmp_path)
    with pytest.raises(ConfigError, match="is a write-protected folder: give --output a file in another one"):
        check_output(tmp_path / "new/out.csv")
