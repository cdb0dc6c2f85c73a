"""Emotion in the language of customer service: a small machine-labelled evaluation set. See README.md beside this file."""
