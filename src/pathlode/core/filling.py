"""The last observation of each feature, at every time of a series with gaps."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pathlode.core.recorded import recorded, recorded_scan
from pathlode.core.shapes import Mask, Times, Values


def last_observed(times: Times, values: Values, mask: Mask, reverse: bool = False) -> tuple[Values, Values]:
    """Time and value of each feature's last observation up to every time and at it, (..., time, feature).

    Before a feature's first observation the time is -inf and the value 0.

    Args:
        times: (..., time).
        values: (..., time, feature).
        mask: where values were observed.
        reverse: whether series are read from their end. The last observation is then the next one in time, and inf stands for
            none.
    """
    along = [times.movedim(-1, 0)[..., None], values.movedim(-2, 0), mask.movedim(-2, 0)]
    none = torch.zeros_like(along[1][0], memory_format=torch.contiguous_format)
    state = [none + (torch.inf if reverse else -torch.inf), none]
    if recorded():
        _, found = recorded_scan(_pass, state, along, reverse)
    else:
        rows, order = [], -1 if reverse else 1
        for entries in list(zip(*(tensor.unbind() for tensor in along), strict=True))[::order]:
            state, row = _pass(state, entries)
            rows.append(row)
        found = [torch.stack(each[::order]) for each in zip(*rows, strict=True)]
    when, last = (each.movedim(0, -2) for each in found)
    return when, last


def _pass(state: Sequence[Tensor], entries: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The last observation after one more time, twice: to go on with, and as a result."""
    time, value, seen = entries
    now = [time.where(seen, state[0]), value.where(seen, state[1])]
    return now, [part.clone() for part in now] if recorded() else now
