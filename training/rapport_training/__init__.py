"""Training of Rapport's own models: voice, text, face and fusion. `python -m rapport_training --help`."""
