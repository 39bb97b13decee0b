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
    places = places_of_last(mask, reverse)
    none = (places < 0) | (places == mask.shape[-2])
    places = places.masked_fill(none, 0)
    when = times[..., None].expand(mask.shape).gather(-2, places)
    return when.masked_fill(none, torch.inf if reverse else -torch.inf), values.gather(-2, places).masked_fill(
        none, 0.0
    )


def places_of_last(mask: Mask, reverse: bool = False) -> Tensor:
    """The place along time of each feature's last observation up to every time and at it, (..., time, feature).

    Where there is none, it is -1; if series are read from their end, the number of times.

    Args:
        mask: where values were observed, (..., time, feature).
        reverse: whether series are read from their end.
    """
    number = mask.shape[-2]
    places = torch.arange(number, device=mask.device)[:, None].where(mask, number if reverse else -1)
    if recorded():  # ONNX has no cumulative maximum
        along = places.movedim(-2, 0)
        _, (found,) = recorded_scan(
            _pass_back if reverse else _pass, [along[-1 if reverse else 0].clone()], [along], reverse
        )
        return found.movedim(0, -2)
    return places.flip(-2).cummin(dim=-2).values.flip(-2) if reverse else places.cummax(dim=-2).values


def _pass(state: Sequence[Tensor], entries: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The last place after one more time, twice: to go on with, and as a result."""
    now = torch.maximum(state[0], entries[0])
    return [now], [now.clone()]


def _pass_back(state: Sequence[Tensor], entries: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """As :func:`_pass`, from the end."""
    now = torch.minimum(state[0], entries[0])
    return [now], [now.clone()]
