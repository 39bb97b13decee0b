"""The ground that models stand on: series, layers, solvers, encoders, fields."""
