"""Conditional neural spline flows, one library per file."""

from pathlode.inference.flows.contract import Flow, FlowConfig, load_flow

__all__ = ["Flow", "FlowConfig", "load_flow"]
