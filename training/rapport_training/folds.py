"""Which speakers each of the five folds leaves out. One model a fold, `all` for the one that is shipped."""

FOLDS = ("0", "1", "2", "3", "4")
SHIPPED = "all"


def held_out(fold: str, speakers: list[str]) -> set[str]:
    """The speakers of one corpus that `fold` never trains on: of the sorted speakers every fifth, from the fold's number
    on; none for the shipped model. Numbers sort as numbers."""
    if fold == SHIPPED:
        return set()
    ordered = sorted(set(speakers), key=lambda name: (0, int(name), "") if name.isdigit() else (1, 0, name))
    return set(ordered[int(fold) :: len(FOLDS)])
