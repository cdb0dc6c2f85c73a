"""Conversion of ready models, and checks of every folder under `models/`: run as `python -m convert.NAME` from `training/`."""
