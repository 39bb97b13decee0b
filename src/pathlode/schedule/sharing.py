"""What one of several processes decides for all."""

from collections.abc import Callable
from typing import TypeVar, cast

from torch import distributed

_Decision = TypeVar("_Decision")


def decided_once(decide: Callable[[], _Decision]) -> _Decision:
    """What rank 0 of ``torch.distributed`` decides, in all its processes. Without several processes, what this one decides.

    All processes must call it, as for every collective operation. Only rank 0 calls ``decide``.

    Cost: one broadcast of the decision, which must be picklable.
    """
    if not (distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1):
        return decide()
    found = [decide() if distributed.get_rank() == 0 else None]
    distributed.broadcast_object_list(found, src=0)
    return cast(_Decision, found[0])
