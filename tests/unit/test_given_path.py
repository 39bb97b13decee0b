import pytest

from pathlode.errors import CheckpointError
from pathlode.given_path import as_file


def test_text_and_paths_name_a_file(tmp_path):
    assert as_file(str(tmp_path / "new.pt")) == as_file(tmp_path / "new.pt") == tmp_path / "new.pt"


@pytest.mark.parametrize("given", [None, 3, ""])
def test_what_names_no_file_is_refused(given):
    with pytest.raises(CheckpointError, match="expected the name of a file, as text or a pathlib.Path"):
        as_file(given)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="is a folder, expected the name of a file"):
        as_file(tmp_path)
