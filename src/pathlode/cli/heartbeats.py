"""The commands on recordings of heartbeats."""

from pathlib import Path
from typing import Any

import click

from pathlode.errors import ConfigError
from pathlode.plots.report_files import REPORT_FILES, save_report

MODEL = Path("results/ecg/heartbeats.pt")
"""The classifier that is taken if none is named: what `snakemake ecg_model` makes, seen from the project's folder."""


@click.group("ecg")
def ecg_group() -> None:
    """Classes of heartbeats in recordings of an ECG. This is no medical device."""


@ecg_group.command("report")
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help=f"File that `snakemake ecg_model` makes; by default {MODEL}.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=f"Folder to write to: {', '.join(REPORT_FILES)}; by default RECORD_report in the working directory.",
)
@click.option("--lead", help="Name of the channel to read; by default lead MLII or II, or the most like it.")
@click.option("--unit", help="Unit of the signal: mV, uV or V; by default the one that the file says.")
@click.option("--rate", type=float, help="Samples per second, for tables without times, or whose times count samples.")
@click.option(
    "--annotator", help="Ending of the file of annotations beside a WFDB record; by default atr, if it is there."
)
@click.option("--annotated", is_flag=True, help="Take the annotated beats instead of those that are found.")
@click.option(
    "--polarity",
    type=click.Choice(["checked", "kept", "flipped"]),
    default="checked",
    show_default=True,
    help="Refuse a recording that seems to be upside down, take it as it is, or turn it over.",
)
def report_command(
    record: Path, model: Path | None, output: Path | None, polarity: str, annotated: bool, **options: Any
) -> None:
    """Classifies the beats of RECORD: a WFDB record, with or without annotations, or a file .edf, .bdf, .csv or .parquet.

    The classes are those of ANSI/AAMI EC57: N, S, V, F and Q. Beats with invalid samples are left out and counted.

    \b
    Examples:
      pathlode ecg report mitdb/100
      pathlode ecg report night.edf --model heartbeats.pt --lead "ECG II" -o report
      pathlode ecg report chest.csv --model heartbeats.pt --rate 125 --unit mV -o report
    """
    import torch

    torch.set_num_threads(1)  # networks this small are slower on several
    try:
        from pathlode.ecg.beat_model import BeatModel
        from pathlode.ecg.recording.recording_files import read_recording, without_ending
        from pathlode.ecg.recording.wfdb_channels import signal_files
        from pathlode.ecg.report import report_on
        from pathlode.ecg.report_page import NOTICE, how_well

        bare = without_ending(record.absolute())
        output = output or Path(f"{bare.name}_report")
        model = model or _made_model()
        marks = bare.with_name(f"{bare.name}.{options['annotator']}")
        _check_folder(output, record, marks, model, *signal_files(bare))
        classifier = BeatModel.load(model)
        report = report_on(read_recording(record, **options), classifier, polarity, annotated)
        summary = report.summary()
        save_report(output, report, summary, classifier.card)
    except ImportError as error:
        raise ConfigError(f"{str(error).splitlines()[0]}: pip install 'pathlode[cli,ecg]'") from None
    shares = ", ".join(f"{share:.2%} called {name}" for name, share in summary.burden.items())
    shares += "".join(f", {count:,} flagged {flag!r}" for flag, count in summary.flagged.items() if count)
    click.echo(f"{output}: {summary.classified:,} of {summary.beats:,} beats classified, {shares}", err=True)
    for sentence in (NOTICE, how_well(classifier.card, summary.rate_hz)):
        click.echo(sentence, err=True)


def _made_model() -> Path:
    if not MODEL.exists():
        raise ConfigError(
            f"{MODEL} does not exist here: make it by `snakemake ecg_model` in the project's folder, or name it by --model"
        )
    return MODEL


def _check_folder(folder: Path, *inputs: Path) -> None:
    """Refuses a folder to which the report cannot be written, or in which it would replace a file that is read."""
    from pathlode.cli.outputs import check_output

    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file, expected a folder: give --output another name")
    file = next((each for each in folder.absolute().parents if each.exists() and not each.is_dir()), None)
    if file is not None:
        raise ConfigError(f"{file} is a file, expected a folder: give --output another name")
    for name in REPORT_FILES:
        if (folder / name).is_dir():
            raise ConfigError(f"{folder / name} is a folder, expected a file: remove it, or give --output another name")
        check_output(folder / name, *inputs)
