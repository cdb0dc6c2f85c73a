"""Size of the finished picture and where the face rests in it."""

WIDTH, HEIGHT, OVERSAMPLE = 320, 240, 2
UNIT_PX = 54.0
"""Pixels of the finished picture in one face unit: the eyes are 46 px apart."""
FACE_CENTRE_PX = (160.0, 106.0)
"""Where the point between the eyes rests."""
