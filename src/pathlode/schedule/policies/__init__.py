"""Ways to set the learning rate of a training, one a file, all with AdamW or an optimiser derived from it.

A policy is made for a training with a setting: the peak rate of a schedule, or what a policy that learns
(:mod:`pathlode.schedule.learners`) has found in past runs.
"""
