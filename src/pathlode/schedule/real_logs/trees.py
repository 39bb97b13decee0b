"""Boosted trees on what is known of a run, a rival without a form of the curve."""

from collections.abc import Sequence

import numpy as np

from pathlode.arrays import Array
from pathlode.schedule.real_logs.contract import LogForecast, LoggedRun, LogModel, Question

TREE_QUANTILES = (0.05, 0.5, 0.95)
BEGINNINGS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of past runs that the trees learn to continue."""
TREE_MOMENTS = 8
"""Moments of the rest of each, equally spaced up to the end."""
TREE_ROUNDS, TREE_DEPTH, TREE_STEP = 80, 3, 0.1


class BoostedTrees(LogModel):
    """Three quantiles of ln L(u) - ln L(s) at a later share u of a run seen until s, by boosted trees with the quantile loss.

    They see s, u, the changes of ln L from s/4 and from s/2 to s, the rates at s and u over the largest rate, and the sum of
    the rates up to s and from there to u, over that of the whole run. So runs of different tasks are alike.

    Source: Chen & Guestrin 2016, XGBoost (https://arxiv.org/abs/1603.02754).
    """

    def answer(self, questions: Sequence[Question]) -> list[LogForecast]:
        fitted: dict[tuple[int, ...], object] = {}
        return [self._one(question, fitted) for question in questions]

    def _one(self, question: Question, fitted: dict[tuple[int, ...], object]) -> LogForecast:
        from xgboost import XGBRegressor

        key = tuple(id(run) for run in question.past)
        if key not in fitted:
            model = XGBRegressor(
                objective="reg:quantileerror",
                quantile_alpha=list(TREE_QUANTILES),
                n_estimators=TREE_ROUNDS,
                max_depth=TREE_DEPTH,
                learning_rate=TREE_STEP,
                tree_method="hist",
                n_jobs=1,
            )
            fitted[key] = model.fit(*tree_examples(question.past))
        end = float(question.asked[-1])
        inputs = features(question.seen, question.seen.end, question.asked, end)
        found = np.sort(fitted[key].predict(inputs), axis=1).astype(float) + np.log(question.seen.losses[-1])  # type: ignore[attr-defined]
        return LogForecast(mean=found[:, 1], low=found[:, 0], high=found[:, 2])


def features(run: LoggedRun, now: float, later: Array, end: float) -> Array:
    """What the trees see of a run at a step, for each later step, (later, feature).

    Args:
        run: the run, of whose losses only those until ``now`` count.
        now: the last seen step.
        later: the steps of interest.
        end: the last step.
    """
    logs = run.log_losses_at(np.array([now / 4, now / 2, now]))
    sums = run.sums(np.concatenate([[now, end], later]))
    rates = run.rates_at(np.concatenate([[now], later])) / run.rates.max()
    fixed = [now / end, logs[2] - logs[0], logs[2] - logs[1], rates[0], sums[0] / sums[1]]
    own = [later / end, rates[1:], (sums[2:] - sums[0]) / sums[1]]
    return np.column_stack([*(np.full(len(later), value) for value in fixed), *own])


def tree_examples(past: Sequence[LoggedRun]) -> tuple[Array, Array]:
    """Features and changes of the logarithm of the loss of past runs, (example, feature) and (example,)."""
    inputs, targets = [], []
    for run in past:
        for share in BEGINNINGS:
            now, later = share * run.end, run.end * np.linspace(share, 1.0, TREE_MOMENTS + 1)[1:]
            inputs.append(features(run, now, later, run.end))
            targets.append(run.log_losses_at(later) - run.log_losses_at(np.array([now])))
    return np.concatenate(inputs), np.concatenate(targets)
