"""Solvers of ODEs and SDEs: methods, their settings, and backends. :mod:`pathlode.core.solve` is what callers use."""
