# What all chapters share: the checked configuration, and where results and logs go. No rules.

import os
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from workflow.chapters import CHAPTERS
from workflow.code import code
from workflow.configuration import FILES, InvalidConfig, check
from workflow.configuration.command_line import read_texts
from workflow.variations import vary

# By which Snakemake reads them: the compiled one, where it is there, is ten times as fast.
yaml.FullLoader = getattr(yaml, "CFullLoader", yaml.FullLoader)

for file in FILES:

    configfile: file


read_texts(config)
try:
    check(config)
except InvalidConfig as error:
    raise WorkflowError(str(error))
THREADS = vary(config)  # of a job


def own(name):
    """A file of this workflow, relative to the working directory, which differs from the workflow's folder if it is a module."""
    return os.path.relpath(Path(workflow.current_basedir).parent / name)


def shown(path, name=None, of="all"):
    """A table or figure in the report, with the caption of its own name or of another.

    The caption's first line, which the report does not show, says under which chapter and subject: `.. chapter: subject`.
    """
    stem, suffix = Path(path).stem, Path(path).suffix
    caption = f"workflow/report/{name or stem}.rst"
    with open(own(caption)) as file:
        part, _, subject = file.readline().removeprefix("..").strip().partition(": ")
    title = CHAPTERS[part].title if part in CHAPTERS else part
    labels = {"what": stem.replace("_", " "), "of": of, "file": suffix.removeprefix(".")}
    return report(path, caption=f"../{caption}", category=title, subcategory=subject, labels=labels)


FORMATS = ["csv", "md", "tex"]  # of tables for readers
BASE, LOGS = (folder if config["scale"] == "hour" else f"{folder}/{config['scale']}" for folder in ("results", "logs"))
RESULTS = BASE
if config["variation"] != "none":
    RESULTS, LOGS = (f"{folder}/stability/{config['variation']}" for folder in (BASE, LOGS))
TABLES = f"{RESULTS}/tables"


def in_formats(name):
    """A table for readers in all formats."""
    return [shown(f"{TABLES}/{name}.{suffix}") for suffix in FORMATS]


def drawn(chapter, names):
    """The figures of a chapter in both formats. The report shows the PNG, with the caption of <chapter>_<name>_figure."""
    folder = f"{RESULTS}/figures/{chapter}"
    shown_in_report = [shown(f"{folder}/{name}.png", f"{chapter}_{name}_figure") for name in names]
    return [*shown_in_report, *(f"{folder}/{name}.pdf" for name in names)]


MADE_BY_NAME = {"report_record", "score_worn"}  # rules that make such figures for targets of their own


def is_drawn(figure, whole, left_out):
    """Whether a run of these chapters, which may be all, draws a figure of `claims.figures`, some systems being left out. Those of
    targets of their own count if they have been made."""
    path, of_claims = f"{RESULTS}/figures/{figure}.png", figure.removeprefix("claims_")
    if of_claims != figure and of_claims in CHAPTERS:
        return of_claims in config["chapters"]
    for each in workflow.rules:
        if any(file.endswith(".png") for file in each.output) and each.is_producer(path):
            if each.name in MADE_BY_NAME:
                return Path(path).exists()
            chapter = CHAPTER_OF_RULE.get(each.name)
            if chapter is None:
                return whole or figure != "settling"
            if chapter not in config["chapters"]:
                return False
            if each.get_wildcards(path).get("system") not in left_out:
                return True
    raise WorkflowError(
        f"config: claims.figures names {figure!r}, which no rule makes; name one that a run leaves in {RESULTS}/figures"
    )
