"""Conditional neural spline flows, a library a file."""

from pathlode.inference.flows.contract import Flow, FlowConfig, load_flow

__all__ = ["Flow", "FlowConfig", "load_flow"]
