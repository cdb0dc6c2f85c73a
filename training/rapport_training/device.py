"""Which device a run uses."""


def chosen_device(wanted: str) -> str:
    """auto: cuda when torch is there and finds one. Raises ValueError when cuda is wanted and not there."""
    if wanted == "cpu":
        return "cpu"
    try:
        import torch

        found = torch.cuda.is_available()
    except ModuleNotFoundError:
        found = False
    if wanted == "cuda" and not found:
        raise ValueError("--device cuda: torch finds no CUDA device here; use --device cpu, or install the driver")
    return "cuda" if found else "cpu"
