"""The training craft: one named piece a file, each with a test of its own and a switch where it is used."""
