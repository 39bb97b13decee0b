"""The published logs of real trainings, a part of the scheduler chapter."""

from collections.abc import Mapping
from typing import Any

from workflow.configuration.schema import InvalidConfig

LOG_PUBLISHERS = ("multipowerlaw", "algoperf")
"""Who published the logs."""


def check_real_logs(scheduler: Mapping[str, Any]) -> None:
    """Refuses runs that are both past and held out, and past studies that are not read."""
    own = scheduler["real_logs"]
    for name, members in own["multipowerlaw"]["held_out"].items():
        for member in members:
            if member in own["multipowerlaw"]["past"]:
                raise InvalidConfig(
                    f"config: scheduler.real_logs.multipowerlaw names {member!r} in past and in held_out.{name}; remove one"
                )
    if not any(own["multipowerlaw"]["held_out"].values()):
        raise InvalidConfig(
            "config: scheduler.real_logs.multipowerlaw.held_out names no run, expected at least one to predict; add one"
        )
    studies, past = own["algoperf"]["studies"], own["algoperf"]["past_studies"]
    if past > studies:
        raise InvalidConfig(
            f"config: scheduler.real_logs.algoperf.past_studies is {past}, expected at most its {studies} studies; lower "
            "it, or raise studies"
        )
