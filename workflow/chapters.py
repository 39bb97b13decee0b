"""The chapters of the pipeline, one entry each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Its name is also the name of its target, of its key and file in the configuration, of the module that checks these
    (workflow/configuration/<name>.py), of its folder under results/ and results/figures/, of its page (docs/<name>.md), and of
    the target in its claims. Its rules are in rules/<name>.smk and rules/<name>_results.smk. On SLURM its tables and figures
    are one group, <name>_results.

    Attributes:
        name: the chapter's name.
        claimed: the tables in results/tables that its claims read.
        extra: the package's extra that its jobs need, if any.
        statistic: description of the scores on its page.
    """

    name: str
    claimed: tuple[str, ...]
    extra: str | None = None
    statistic: str = "median over seeds [range]"


CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        Chapter("dynamics", claimed=("dynamics", "training", "sizes_needed", "probes")),
        Chapter("inference", claimed=("inference",), extra="inference"),
        Chapter("ecg", claimed=("ecg",), extra="ecg"),
        Chapter(
            "scheduler",
            claimed=("scheduler",),
            extra="schedule",
            statistic="means over runs, median eigenvalue; differences in points [interval]; CPU seconds",
        ),
    )
}
"""All chapters by name, in reading order."""
