"""Conditional neural spline flows, one library per file."""

from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.saving import load_flow, load_flows, save_flows
from pathlode.inference.flows.settings import FlowConfig

__all__ = ["Flow", "FlowConfig", "load_flow", "load_flows", "save_flows"]
