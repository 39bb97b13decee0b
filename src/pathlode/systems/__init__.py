"""Simulated dynamical systems behind one contract, :class:`pathlode.systems.contract.System`."""
