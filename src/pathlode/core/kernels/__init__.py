"""Compiled inner loops as autograd functions, for single precision on a CPU.

pip builds them where it finds a C compiler. Without them, or for another dtype or device, equivalent PyTorch code runs. It is
slower; the results agree up to rounding (the tests compare). The environment variable ``PATHLODE_KERNELS=0`` switches the
compiled loops off.
"""

from pathlode.core.kernels.length import Length
from pathlode.core.kernels.library import plain, usable
from pathlode.core.kernels.march import March
from pathlode.core.kernels.perceptron import Perceptron
from pathlode.core.kernels.scan import CELLS, Scan

__all__ = ["CELLS", "Length", "March", "Perceptron", "Scan", "plain", "usable"]
