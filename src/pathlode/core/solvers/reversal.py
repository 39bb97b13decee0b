"""Vector fields run backwards in time."""

from collections.abc import Callable, Iterator

from torch import nn

from pathlode.core.shapes import State


def reversed_in_time(field: Callable[[State], State]) -> Callable[[State], State]:
    """dh/ds = -f(h), along which the solution of dh/dt = f(h) runs back in s = -t. A module stays a module."""
    return _Reversed(field) if isinstance(field, nn.Module) else lambda h: -field(h)


class _Reversed(nn.Module):
    def __init__(self, field: nn.Module) -> None:
        super().__init__()
        self.field = field

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Those that the field gives, which may be more than it has registered."""
        return self.field.parameters(recurse)

    def forward(self, h: State) -> State:
        return -self.field(h)
