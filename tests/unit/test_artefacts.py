from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from pathlode.artefacts import COMMITTED, ArrayFile, JsonFile, TableFile, axes
from pathlode.column_kinds import Text
from pathlode.errors import DataError


@dataclass(frozen=True)
class Spectra(ArrayFile):
    """Spectra of stars."""

    flux: np.ndarray[Any, Any] = axes("star", "wavelength")
    errors: Mapping[str, np.ndarray[Any, Any]] = axes("star", by="instrument")
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Masses(TableFile):
    """Masses of stars."""

    columns: ClassVar[Mapping[str, str]] = {"star": Text("its name"), "mass": "in solar masses"}


@dataclass(frozen=True)
class Settings(JsonFile):
    """Settings of a telescope."""

    rate: float
    names: Sequence[str]
    lens: Mapping[str, int | None] = field(default_factory=dict)
    label: ClassVar[str] = "small"


@pytest.fixture
def spectra():
    return Spectra(np.ones((2, 3)), {"near infrared": np.zeros(2), "x/y": np.ones(2)}, ["a", "b"])


def test_arrays_come_back_with_their_types(spectra, tmp_path):
    spectra.save(tmp_path / "s.npz")
    back = Spectra.load(tmp_path / "s.npz")
    np.testing.assert_array_equal(back.flux, spectra.flux)
    assert list(back.errors) == ["near infrared", "x/y"]
    np.testing.assert_array_equal(back.errors["x/y"], [1, 1])
    assert back.names == ["a", "b"]


def test_axes_must_be_as_declared():
    with pytest.raises(DataError, match=r"flux has shape \(2,\), expected the axes \(star, wavelength\)"):
        Spectra(np.ones(2), {})
    with pytest.raises(DataError, match="errors/a has 5 along 'star', but flux has 2, expected equally many"):
        Spectra(np.ones((2, 3)), {"a": np.ones(5)})


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "lacking"])
def test_a_damaged_file_of_arrays_is_refused_with_a_sentence(spectra, tmp_path, damage):
    path = tmp_path / "s.npz"
    spectra.save(path)
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:300])
    elif damage == "other":
        path.write_text("hello")
    else:
        np.savez(path, facts=np.array("{}"))
    with pytest.raises(
        DataError, match=r"s.npz cannot be read as spectra of stars \(.+\): delete it, and the pipeline"
    ) as told:
        Spectra.load(path)
    assert "\n" not in str(told.value)


def test_tables_are_joined_and_checked(tmp_path):
    for name, mass in (("a", 1.0), ("b", 0.123456789)):
        Masses(pd.DataFrame({"star": [name], "mass": mass})).save(tmp_path / f"{name}.csv")
    joined = Masses.load(tmp_path / "a.csv", tmp_path / "b.csv").table
    assert joined["mass"].tolist() == [1.0, 0.123457]
    (tmp_path / "c.csv").write_text("star\nc\n")
    with pytest.raises(
        DataError, match=r"c.csv cannot be read as masses of stars \(the table lacks the column 'mass' \(in solar"
    ):
        Masses.load(tmp_path / "a.csv", tmp_path / "c.csv")
    (tmp_path / "d.csv").write_text("")
    with pytest.raises(DataError, match="d.csv cannot be read as masses of stars"):
        Masses.load(tmp_path / "d.csv")
    (tmp_path / "e.csv").write_text("star,mass\ne,1.0\nf")
    with pytest.raises(
        DataError, match=r"e.csv cannot be read as masses of stars \(its last row is cut off\): delete it"
    ):
        Masses.load(tmp_path / "e.csv")


def test_an_entry_of_another_kind_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("star,mass\n051,1\n7,1 sun\n")
    with pytest.raises(
        DataError,
        match=r"p.csv cannot be read as masses of stars \(column 'mass' \(in solar masses\), row number 2: '1 sun' is no "
        r"number\): delete it, and the pipeline will make it again",
    ):
        Masses.load(path)
    path.write_text("star,mass\n051,1\n7,2\n")
    assert Masses.load(path).table["star"].tolist() == ["051", "7"]


def test_a_file_of_the_repository_is_to_be_restored(tmp_path):
    class Published(Masses):
        """Published masses of stars."""

        remedy = COMMITTED

    with pytest.raises(
        DataError, match=r"as published masses of stars \(it does not exist\): restore it from the repo"
    ):
        Published.load(tmp_path / "published.csv")


def test_plain_values(tmp_path):
    path = tmp_path / "s.json"
    Settings(0.5, ["a"]).save(path)
    assert Settings.load(path) == Settings(0.5, ["a"])
    path.write_text('{"rate": 1, "names": [], "lens": {"a": null, "b": 2}}')
    assert Settings.load(path) == Settings(1, [], {"a": None, "b": 2})
    for damaged, told in {
        '{"rate": "fast", "names": []}': "rate is 'fast', expected float",
        '{"rate": true, "names": []}': "rate is True, expected float",
        '{"rate": 1, "names": "ab"}': r"names is 'ab', expected Sequence\[str\]",
        '{"rate": 1, "names": [], "lens": {"a": 0.5}}': "lens is {'a': 0.5}, expected Mapping",
    }.items():
        path.write_text(damaged)
        with pytest.raises(DataError, match=rf"s.json cannot be read as settings of a telescope \({told}"):
            Settings.load(path)
    path.write_text('{"rate": 1}')
    with pytest.raises(DataError, match="s.json cannot be read as settings of a telescope"):
        Settings.load(path)
