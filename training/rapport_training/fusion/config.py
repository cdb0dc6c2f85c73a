"""All that can be switched in the fusion network and its training."""

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class FusionConfig:
    """Defaults are what is shipped; `ablate` switches one piece at a time and says what it bought."""

    width: int = 128
    heads: int = 4
    blocks: int = 2
    dropout: float = 0.25
    embedding: int = 128
    """Width of the joint embedding."""

    cross_attention: bool = True
    gated_fusion: bool = True
    statistics: str = "voice"
    """Modalities (separated by commas) whose tokens' mean and deviation stand beside what attention picks out of them."""
    statistics_dropout: float = 0.5
    contrastive: float = 0.1
    """Weight of the joint-space loss; 0 switches it off."""
    modality_dropout: float = 0.35
    """Probability that a modality is hidden; 0 also ends the rows that show one modality only."""
    alone: float = 0.45
    """Share of rows that show one modality only."""
    mixing: float = 0.15
    """Share of rows with one modality of another row."""
    balance: float = 0.5
    """Strength of the weights that balance the modalities; 0 switches them off."""
    progressive: bool = True
    distillation: float = 0.6
    """Share of the encoder's own head in the target; the rest is the label."""
    voice_mix: float = 0.5
    """Share of voice rows that are a mix of two windows, which the teacher answers anew."""
    voice_part: float = 0.4
    """Share of voice rows of which only a part in a row is shown, as of a window that speech did not fill."""
    speaker_shift: float = 0.0
    """Share of voice rows from which part of their speaker's mean is taken, as a caller baseline would; none is served."""

    batch: int = 512
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    smoothing: float = 0.1

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def but(self, **changes: Any) -> "FusionConfig":
        return replace(self, **changes)
