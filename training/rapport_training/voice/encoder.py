"""The voice encoder as it is served, and its own emotion head: waves -> tokens of 200 ms -> logits."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ..atomic_file import write_atomically
from ..labels import EMOTIONS
from .head import EmotionHead
from .log_mel import STATE_SAMPLES, log_mel
from .whisper_encoder import WIDTH, Weights, WhisperEncoder

START_WEIGHTS = "whisper-base-encoder.safetensors"
FORMAT = 1
STATES_PER_TOKEN = 10
TOKEN_SAMPLES = STATE_SAMPLES * STATES_PER_TOKEN
"""One voice token is the mean of 10 states: 200 ms. A remainder is dropped."""


@dataclass(frozen=True)
class VoiceConfig:
    """What the network is built from; kept in its checkpoint. The dropouts act at training only."""

    rank: int = 16
    alpha: float = 32.0
    encoder_dropout: float = 0.05
    head_dropout: float = 0.4


class VoiceEncoder(nn.Module):
    """Its state dict holds only what is trained: adapters, layer norms, shares of the layers and the head."""

    def __init__(self, weights: Weights, config: VoiceConfig) -> None:
        super().__init__()
        self.config = config
        self.whisper = WhisperEncoder(weights, config.rank, config.alpha, config.encoder_dropout)
        self.head = EmotionHead(WIDTH, len(EMOTIONS), config.head_dropout)

    def tokens_of_mel(self, mel: Tensor, frames: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """mel [B, 80, T] and frames [B] as `log_mel` gives them, lengths [B] samples without the tail
        -> tokens fp32 [B, n, width], mask bool [B, n]."""
        counts = lengths // TOKEN_SAMPLES
        most = max(1, (mel.shape[2] // 2 - 1) // STATES_PER_TOKEN)
        emo = self.whisper(mel, frames)[:, : most * STATES_PER_TOKEN]
        tokens = emo.float().reshape(len(emo), most, STATES_PER_TOKEN, WIDTH).mean(2)
        mask = torch.arange(most, device=mel.device)[None] < counts[:, None]
        return tokens * mask[..., None], mask

    def tokens(self, waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """waves [B, S] 16 kHz, levelled, of which lengths [B] samples count -> tokens [B, S // 3200, width], mask."""
        lengths = lengths // STATE_SAMPLES * STATE_SAMPLES
        inside = torch.arange(waves.shape[1], device=waves.device)[None] < lengths[:, None]
        mel, frames = log_mel(waves * inside, lengths)
        tokens, mask = self.tokens_of_mel(mel, frames, lengths)
        count = max(1, waves.shape[1] // TOKEN_SAMPLES)
        return tokens[:, :count], mask[:, :count]

    def emotion_logits(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """[B, 7] in the order of EMOTIONS"""
        return self.head(tokens, mask)


def read_start_weights(folder: Path) -> Weights:
    """By their CTranslate2 names, fp16 on the CPU. Raises FileNotFoundError that says how to make them."""
    path = folder / START_WEIGHTS
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: make it with python -m convert.write_encoder_weights {folder}")
    return load_file(path)


def save(encoder: VoiceEncoder, path: Path, notes: dict[str, Any]) -> None:
    """What was trained, in fp16 (2.2 MB), with its config and `notes` (plain values)."""
    state = {name: value.detach().half().cpu() for name, value in encoder.state_dict().items()}
    content = {"format": FORMAT, "config": asdict(encoder.config), "state": state, "notes": notes}
    write_atomically(path, lambda unfinished: torch.save(content, unfinished))


def load(weights_dir: Path, checkpoint: Path | None, device: str | torch.device) -> VoiceEncoder:
    """Ready to serve (eval mode). Without a checkpoint: Whisper's own states and an untrained head.

    Raises ValueError when the checkpoint is of another format.
    """
    weights = read_start_weights(Path(weights_dir))
    if checkpoint is None:
        return VoiceEncoder(weights, VoiceConfig()).to(device).eval()
    content = torch.load(checkpoint, map_location="cpu", weights_only=True)
    if content.get("format") != FORMAT:
        raise ValueError(f"{checkpoint} has the format {content.get('format')}, expected {FORMAT}: train it again")
    encoder = VoiceEncoder(weights, VoiceConfig(**content["config"]))
    encoder.load_state_dict(content["state"])
    return encoder.to(device).eval()
