"""Heartbeats of the MIT-BIH Arrhythmia Database: records, beats, splits, features and classifiers."""
