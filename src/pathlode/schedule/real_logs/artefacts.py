"""The tables about real logs."""

from collections.abc import Mapping
from typing import ClassVar

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text

_ASKED = {"source": Text("whose logs"), "held_out": Text("what the past runs lack")}
_MODEL = {"model": Text("name of the model"), "seen": "share of the run's steps that it sees"}


class LogForecasts(TableFile):
    """How well models predict the rest of logged runs, one row per run, model and seen share.

    A loss is that of the training, or for a metric of which more is better its distance from the best value.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **_ASKED,
        "group": Text("what was trained"),
        "run": Text("name of the run"),
        **_MODEL,
        "error": "ln(predicted / logged loss) at the end",
        "spread": "standard deviation that the model states for it",
        "covered": "1 if the logged loss at the end lies in the model's central 90 %, else 0",
        "rest": "root mean square of ln(predicted / logged loss) over all later rows",
        "rest_covered": "share of the later rows whose logged loss lies in the model's central 90 %",
    }
    float_format = "%.6g"


class RealLogs(TableFile):
    """How well models predict the end of logged runs, one row per source, held-out part, model and seen share."""

    columns: ClassVar[Mapping[str, str]] = {
        **_ASKED,
        **_MODEL,
        "error": "mean of |ln(predicted / logged loss)| at the end, over runs",
        "spread": "mean of the standard deviations that the model states for it",
        "covered_90": "share of the runs whose logged loss at the end lies in the model's central 90 %",
    }
    float_format = "%.4g"
