"""The command ``pathlode``: forecasts from tables, without Python."""
