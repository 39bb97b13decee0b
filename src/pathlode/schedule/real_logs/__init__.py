"""Published logs of real trainings: how well the beginning of a run, and past runs, predict the rest of it."""
