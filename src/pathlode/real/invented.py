"""Invented files in the forms of the real ones, for tests and for trying the pipeline. Results on them say nothing."""

import io
import tarfile
from pathlib import Path

import numpy as np

from pathlode.files import writing
from pathlode.real.lynx_hare import LynxHare
from pathlode.real.physionet import HEADER, HOURS
from pathlode.real.vowels import COEFFICIENTS

MEASURED = {"HR": (85.0, 20.0), "Temp": (37.0, 0.8), "Urine": (90.0, 60.0), "Glucose": (140.0, 50.0)}
"""Invented quantities: mean and standard deviation over stays."""
SPEAKERS = 9
RATES_OF_PELTS = (0.6, 0.03, 0.8, 0.03, 30.0, 8.0, 0.2, 0.2)
"""Parameters of :class:`pathlode.real.lynx_hare.LynxHare` that invented pelts have."""


def write_invented(folder: Path, stays: int, utterances: int, seed: int) -> list[Path]:
    """Writes the files of all data sets, under their own names.

    Args:
        folder: folder to write to.
        stays: number of intensive-care stays.
        utterances: number of utterances of each speaker, in training and in test.
        seed: seed of the numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    texts, died = {}, {}
    for number in range(stays):
        name = str(200000 + number)
        died[name] = int(rng.random() < 0.3)
        texts[name] = invented_stay(name, rng, sick=died[name])
    files = [folder / name for name in ("set-a.tar.gz", "Outcomes-a.txt")]
    pack(files[0], texts)
    outcomes = [f"{name},{dead}\n" for name, dead in died.items()]
    files[1].write_text("RecordID,In-hospital_death\n" + "".join(outcomes))
    for part in ("TRAIN", "TEST"):
        files.append(folder / f"JapaneseVowels_{part}.ts")
        lines = [invented_utterance(speaker, rng) for speaker in range(SPEAKERS) for _ in range(utterances)]
        files[-1].write_text("\n".join(["@problemName JapaneseVowels", "@data", *lines]) + "\n")
    files.append(folder / "hudson-bay-lynx-hare.csv")
    files[-1].write_text(invented_pelts(rng))
    return files


def invented_pelts(rng: np.random.Generator) -> str:
    """A table of pelts of 21 years, with log-normal noise."""
    theta, years = np.array([RATES_OF_PELTS]), np.arange(21.0)[None]
    hare, lynx = (LynxHare().solution(theta, years)[0] * np.exp(theta[:, 6:] * rng.standard_normal((21, 2)))).T
    rows = (f"{1900 + year}, {lynx[year]:.1f}, {hare[year]:.1f}\n" for year in range(21))
    return "# invented\nYear, Lynx, Hare\n" + "".join(rows)


def pack(archive: Path, texts: dict[str, str]) -> None:
    """Writes an archive of text files, by name without suffix."""
    with writing(archive) as temporary, tarfile.open(temporary, "w:gz") as packed:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"set-a/{name}.txt")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))


def invented_stay(name: str, rng: np.random.Generator, sick: int) -> str:
    """The file of a stay. Each quantity swings about its level; that of the heart rate is higher in those who die."""
    lines = [f"00:00,{key},{value}" for key, value in
             (("RecordID", name), ("Age", rng.integers(20, 90)), ("Gender", rng.integers(2)), ("Height", -1),
              ("ICUType", rng.integers(1, 5)), ("Weight", 80))]  # fmt: skip
    for quantity, (mean, std) in MEASURED.items():
        level = mean + std * (rng.normal() + sick * (quantity == "HR"))
        minutes = np.sort(rng.choice(HOURS * 60, size=rng.integers(5, 40), replace=False))
        swing = level + 0.5 * std * np.sin(2 * np.pi * minutes / (24 * 60) + rng.random())
        lines += [
            f"{at // 60:02d}:{at % 60:02d},{quantity},{max(value, 30):.1f}"
            for at, value in zip(minutes, swing, strict=True)
        ]
    return "\n".join([HEADER, *lines]) + "\n"


def invented_utterance(speaker: int, rng: np.random.Generator) -> str:
    """A line of an utterance: a wave for each coefficient, whose phase and level tell the speaker."""
    times = np.arange(rng.integers(7, 20))
    phases = 0.7 * speaker * np.arange(COEFFICIENTS)
    waves = np.sin(times / 3 + phases[:, None]) + np.cos(phases)[:, None] + 0.1 * rng.normal(size=(COEFFICIENTS, 1))
    return ":".join([*(",".join(f"{value:.4f}" for value in wave) for wave in waves), str(speaker + 1)])
