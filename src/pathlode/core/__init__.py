"""What models are built from: series, layers, solvers, encoders, fields."""
