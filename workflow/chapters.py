"""The chapters of the pipeline. What a chapter's name does not say stands here, in one entry for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Its name is that of its target, of its key and file of the configuration, of the module that checks it
    (workflow/configuration/<name>.py), of its folder under results/ and results/figures/, of its page (docs/<name>.md), and
    what its claims have for a target. Its rules stand in rules/<name>.smk and rules/<name>_results.smk. On SLURM, its tables
    and figures are one group, <name>_results.

    Attributes:
        name: the chapter's name.
        claimed: the tables, of results/tables, that its claims read.
        extra: the extra of the package that its jobs need, if any.
        statistic: what the scores on its page are.
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
"""All chapters by name, in the order in which they are read."""
