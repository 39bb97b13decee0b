"""The last seen loss as the forecast of all later ones."""

from collections.abc import Sequence

import numpy as np

from pathlode.schedule.real_logs.contract import LogForecast, LogModel, Question


class LastLogValue(LogModel):
    """The loss stays as it is. The deviation is the root mean square of what past runs changed from the same share on.

    Source: ours, the simplest rival.
    """

    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        return [self._one(question) for question in questions]

    def _one(self, question: Question) -> LogForecast:
        shares = question.asked / question.asked[-1]
        changes = [
            past.log_losses_at(shares * past.end) - past.log_losses_at(np.array([question.share * past.end]))
            for past in question.past
        ]
        last = np.full(len(shares), np.log(question.seen.losses[-1]))
        return LogForecast.normal(last, np.sqrt(np.mean(np.square(changes), axis=0)))
