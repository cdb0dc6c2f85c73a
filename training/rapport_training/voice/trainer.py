"""One voice model: adapters and head trained together on augmented windows of balanced corpora."""

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..averaged_weights import AveragedWeights
from ..checkpoint import Checkpoint
from ..corpora.speech import SpeechClips
from ..craft.voice_augment import mask_spectrogram
from ..precision import mixed_precision
from .augmentation import VoiceAugmentation
from .clip_store import on_device
from .crops import CropSampler
from .encoder import VoiceEncoder
from .log_mel import HOP_SAMPLES, log_mel
from .schedule import Schedule, learning_rate_share

SECONDS_BETWEEN_LINES = 5.0
STEPS_BETWEEN_SAVES = 25


@dataclass(frozen=True)
class TrainRecipe:
    """Set before any held-out speaker was looked at; `--inner-split` judges another choice on training speakers."""

    batch: int = 128
    adapter_rate: float = 5e-4
    head_rate: float = 1e-3
    share_rate: float = 5e-3
    weight_decay: float = 0.02
    warm_up_steps: int = 40
    clip_norm: float = 1.0
    average_decay: float = 0.98
    label_smoothing: float = 0.1
    mixed: float = 0.5
    mix_concentration: float = 0.4
    masked_bands: int = 16
    masked_frames: int = 40


def optimiser_of(encoder: VoiceEncoder, recipe: TrainRecipe) -> torch.optim.AdamW:
    """Vectors (norms, biases) do not decay; the shares of the layers move faster, being only five."""
    groups = []
    for module, rate in ((encoder.whisper, recipe.adapter_rate), (encoder.head, recipe.head_rate)):
        named = [(name, p) for name, p in module.named_parameters() if name != "share_logits"]
        matrices = [p for _, p in named if p.ndim > 1]
        vectors = [p for _, p in named if p.ndim <= 1]
        groups += [{"params": matrices, "lr": rate}, {"params": vectors, "lr": rate, "weight_decay": 0.0}]
    groups.append({"params": [encoder.whisper.share_logits], "lr": recipe.share_rate, "weight_decay": 0.0})
    on_cuda = encoder.whisper.share_logits.is_cuda
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=on_cuda)


class VoiceTrainer:
    """Call `run` once; afterwards the encoder has the averaged weights, in eval mode."""

    def __init__(
        self,
        encoder: VoiceEncoder,
        clips: SpeechClips,
        sampler: CropSampler,
        augmentation: VoiceAugmentation,
        recipe: TrainRecipe,
        state: Path | None = None,
    ) -> None:
        """state: a file from which an interrupted training by steps goes on to the same result."""
        self.state = state
        self.encoder, self.sampler, self.augmentation, self.recipe = encoder, sampler, augmentation, recipe
        self.device = encoder.whisper.places.device
        self.labels = torch.from_numpy(clips.labels).to(self.device)
        self.optimiser = optimiser_of(encoder, recipe)
        self.full_rates = [group["lr"] for group in self.optimiser.param_groups]
        self.average = AveragedWeights(encoder, recipe.average_decay)
        self.choices = sampler.generator

    def _checkpoint(self, path: Path, steps: int) -> Checkpoint:
        parts = {"encoder": self.encoder, "optimiser": self.optimiser, "average": self.average}
        generators = {
            "crops": self.sampler.generator,
            "augmentation": self.augmentation.choices,
            "augmentation on the device": self.augmentation.generator,
        }
        return Checkpoint(path, parts, generators, {"steps": steps, **asdict(self.recipe)})

    def loss(self, clips: np.ndarray, wanted: np.ndarray) -> Tensor:
        waves, lengths = self.augmentation(clips, wanted)
        mel, frames = log_mel(waves, lengths)
        spoken = lengths // HOP_SAMPLES
        recipe = self.recipe
        mel = mask_spectrogram(mel, spoken, self.augmentation.generator, recipe.masked_bands, recipe.masked_frames)
        targets = functional.one_hot(self.labels[on_device(clips, self.device)], self._classes()).float()
        with mixed_precision(self.device):
            tokens, mask = self.encoder.tokens_of_mel(mel, frames, lengths)
            pooled = self.encoder.head.pool(tokens, mask)
            if self.choices.random() < recipe.mixed:
                pooled, targets = self._mix(pooled, targets)
            logits = self.encoder.head.leave(pooled)
        return functional.cross_entropy(logits.float(), targets, label_smoothing=recipe.label_smoothing)

    def _classes(self) -> int:
        return self.encoder.head.leave[-1].out_features

    def _mix(self, pooled: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Manifold mixup (Verma et al., 2019) between windows of the batch, after the pooling."""
        concentration = self.recipe.mix_concentration
        drawn = self.choices.beta(concentration, concentration, (len(pooled), 1)).astype(np.float32)
        share, other = on_device(drawn, self.device), on_device(self.choices.permutation(len(pooled)), self.device)
        return share * pooled + (1 - share) * pooled[other], share * targets + (1 - share) * targets[other]

    def step(self, number: int, progress: float) -> Tensor:
        """One step of the optimiser; the loss, still on the device."""
        share = learning_rate_share(number, progress, self.recipe.warm_up_steps)
        for group, rate in zip(self.optimiser.param_groups, self.full_rates, strict=True):
            group["lr"] = rate * share
        loss = self.loss(*self.sampler.draw(self.recipe.batch))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.encoder.parameters(), self.recipe.clip_norm, error_if_nonfinite=False)
        self.optimiser.step()
        self.average.update()
        return loss.detach()

    def run(self, schedule: Schedule, name: str) -> int:
        """Until the schedule is over; the number of steps. Raises FloatingPointError when the loss is no number."""
        self.encoder.train()
        start = last_line = time.monotonic()
        by_steps = math.isinf(schedule.seconds)
        checkpoint = self._checkpoint(self.state, schedule.most_steps) if self.state and by_steps else None
        steps = before = checkpoint.resume() if checkpoint else 0
        total, counted = torch.zeros((), device=self.device), 0
        while (progress := schedule.progress(steps)) < 1:
            total += self.step(steps, progress)
            steps, counted = steps + 1, counted + 1
            if checkpoint and (steps % STEPS_BETWEEN_SAVES == 0 or steps == schedule.most_steps):
                checkpoint.save(steps)
            if time.monotonic() - last_line > SECONDS_BETWEEN_LINES:
                last_line = time.monotonic()
                mean = total.item() / counted
                speed = (steps - before) * self.recipe.batch / (last_line - start)
                print(
                    f"voice {name}: {progress:4.0%}, step {steps}, loss {mean:.3f}, {speed:.0f} windows/s", flush=True
                )
                if not np.isfinite(mean):
                    raise FloatingPointError(f"voice {name}: the loss is {mean} at step {steps}; lower the rates")
                total, counted = torch.zeros_like(total), 0
        self.encoder.load_state_dict(self.average.average)
        self.encoder.eval()
        return steps
