"""A user's own labelled data: folders `speech`, `faces` and `texts`, each with an `index.csv` (format: training/README.md).

Everything is checked before anything is trained or written: a fault names the file, the row and the reason.
"""
