"""Building blocks of models: series, layers, solvers, encoders, fields, decoders."""
