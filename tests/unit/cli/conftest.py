import pytest
from small import DAYS, FIT, table

from pathlode.cli.main import main


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """A table of numbers and one of dates, each with its model."""
    folder = tmp_path_factory.mktemp("tables")
    table().to_csv(folder / "decays.csv", index=False)
    table().assign(t=DAYS, id=table()["id"].astype("category")).to_parquet(folder / "dated.parquet", index=False)
    assert main(["fit", str(folder / "decays.csv"), *FIT, "-o", str(folder / "model.pt")]) == 0
    assert main(["fit", str(folder / "dated.parquet"), *FIT, "-o", str(folder / "dated.pt")]) == 0
    assert not list(folder.glob(".*"))  # neither checkpoints nor half a file
    return folder
