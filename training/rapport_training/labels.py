"""The seven emotions in the one order that is used everywhere, and what other people's labels become."""

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")

SPEECH_LABELS = {
    "angry": "anger",
    "disgust": "disgust",
    "fearful": "fear",
    "happy": "joy",
    "neutral": "neutral",
    "calm": "neutral",
    "sad": "sadness",
    "surprised": "surprise",
}
"""RAVDESS, nEMO and URDU; calm counts as neutral."""

FERPLUS_LABELS = {
    "neutral": "neutral",
    "happiness": "joy",
    "surprise": "surprise",
    "sadness": "sadness",
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
}
"""FER+ without contempt, unknown and no face, which have no place among the seven."""
