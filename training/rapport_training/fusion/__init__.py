"""The fusion network: training on tokens of our own encoders, calibration, measurements and export.

No corpus has voice, face and text of one customer together. Rows join examples of the same label from different corpora:
SYNTHETIC pairs, called so wherever a figure rests on them. Figures of one modality alone are real.
"""
