"""Conditional neural spline flows, one library per file."""

from pathlode.inference.flows.contract import Flow, FlowConfig, load_flow, load_flows, save_flows

__all__ = ["Flow", "FlowConfig", "load_flow", "load_flows", "save_flows"]
