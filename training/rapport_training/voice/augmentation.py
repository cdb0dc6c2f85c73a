"""How often and how strongly the pieces of `craft/` act on the voices of a batch, and in which order."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from ..craft import voice_augment as craft
from ..craft.phase_vocoder import change_speed, shift_pitch, stretch_time
from .clip_store import ClipStore, on_device
from .log_mel import STATE_SAMPLES, level

MADE_SEED = 8
RESPONSE_SAMPLES = 8_000
CODEC_CUTOFFS_HZ = np.array([4_000, 6_000, 7_000], np.float32)
FEWEST = 3
"""Windows that a piece is done to: one for each of the three kinds of noise."""


@dataclass(frozen=True)
class AugmentRecipe:
    """Shares of the windows to which each piece is done, and the ranges of its strength."""

    stretched: float = 0.12
    sped: float = 0.15
    pitched: float = 0.18
    rate: tuple[float, float] = (0.85, 1.18)
    in_a_room: float = 0.2
    noisy: float = 0.4
    snr_db: tuple[float, float] = (5.0, 30.0)
    on_the_telephone: float = 0.5
    band_limited: float = 0.15
    with_loss: float = 0.12
    most_loss: float = 0.08


@dataclass(frozen=True)
class Surroundings:
    """Recorded noise [samples] and room responses [rooms, RESPONSE_SAMPLES], 16 kHz, on the device."""

    noise: Tensor
    rooms: Tensor


def read_surroundings(data: Path, device: torch.device) -> Surroundings:
    """Of DATA/clips/noise and DATA/clips/rir; made ones where DATA has no `clips`, as a user's own folder may.
    Raises FileNotFoundError when one of the two is empty."""
    if not (data / "clips").is_dir():
        print("no folder clips with recorded noise and rooms: made ones take their place", flush=True)
        return made_surroundings(device)

    def waves(kind: str) -> list[np.ndarray]:
        paths = sorted((data / "clips" / kind).glob("*.wav"))
        if not paths:
            raise FileNotFoundError(f"{data / 'clips' / kind} has no .wav file")
        read = [soundfile.read(path, dtype="float32", always_2d=True)[0][:, 0] for path in paths]
        return [wave / max(1e-6, float(np.sqrt(np.mean(wave**2)))) for wave in read]

    rooms = []
    for wave in waves("rir"):
        from_direct = wave[np.abs(wave).argmax() :][:RESPONSE_SAMPLES] / np.abs(wave).max()
        rooms.append(np.pad(from_direct, (0, RESPONSE_SAMPLES - len(from_direct))))
    noise = torch.from_numpy(np.concatenate(waves("noise"))).float()
    return Surroundings(noise.to(device), torch.from_numpy(np.stack(rooms)).float().to(device))


def made_surroundings(device: torch.device) -> Surroundings:
    """Ten seconds of noise that falls by 3 dB an octave, and rooms of .15 to .6 s."""
    generator = torch.Generator().manual_seed(MADE_SEED)
    noise = craft.coloured_noise((1, 160_000), torch.ones(1), generator)[0]
    rooms = craft.room_responses(torch.linspace(0.15, 0.6, 4), RESPONSE_SAMPLES, generator)
    return Surroundings((noise / noise.square().mean().sqrt()).to(device), rooms.to(device))


class VoiceAugmentation:
    """Windows of a batch, cut from the store and changed. Choices are drawn on the CPU, so that the device never waits;
    noise is drawn on the device."""

    def __init__(self, store: ClipStore, lengths: np.ndarray, around: Surroundings, recipe: AugmentRecipe, seed: int):
        self.store, self.clip_lengths, self.around, self.recipe = store, lengths, around, recipe
        self.choices = np.random.default_rng(seed)
        self.generator = torch.Generator(store.device).manual_seed(seed)

    def __call__(self, clips: np.ndarray, wanted: np.ndarray) -> tuple[Tensor, Tensor]:
        """Places of clips and the samples wanted of each, [B] -> waves [B, S] levelled, lengths [B]."""
        waves, lengths = self._tempo_and_pitch(clips, wanted)
        inside = torch.arange(waves.shape[1], device=waves.device)[None] < lengths[:, None]
        for piece in (self._room, self._noise, self._telephone, self._narrow_codec, self._loss):
            waves = piece(waves * inside)
        return level(waves * inside, lengths), lengths

    def _tempo_and_pitch(self, clips: np.ndarray, wanted: np.ndarray) -> tuple[Tensor, Tensor]:
        """The items are in random order, so a run of them is a random choice."""
        items = len(clips)
        rates = self.choices.uniform(*self.recipe.rate, items)
        shares = (self.recipe.stretched, self.recipe.sped, self.recipe.pitched)
        a, b, c = np.cumsum([round(share * items) for share in shares])
        source_rates = np.where(np.arange(items) < b, rates, 1.0)
        source = np.minimum((wanted * source_rates).astype(np.int64), self.clip_lengths[clips])
        lengths = np.minimum(wanted, (source / source_rates).astype(np.int64)) // STATE_SAMPLES * STATE_SAMPLES
        offsets = (self.choices.random(items) * (self.clip_lengths[clips] - source + 1)).astype(np.int64)
        cut = self.store.cut(clips, offsets, source)
        waves = cut.new_zeros(items, int(lengths.max()))
        on_cpu = torch.from_numpy(rates).float()
        for start, end, change in ((0, a, stretch_time), (a, b, change_speed), (b, c, shift_pitch)):
            if end > start:
                changed = change(cut[start:end], on_cpu[start:end])[:, : waves.shape[1]]
                waves[start:end, : changed.shape[1]] = changed
        rest = cut[c:, : waves.shape[1]]
        waves[c:, : rest.shape[1]] = rest
        return waves, on_device(lengths, cut.device)

    def _some(self, items: int, share: float) -> Tensor:
        """Places of a random choice, on the device; at least FEWEST, since a transform of no waves is an error."""
        count = max(FEWEST, self.choices.binomial(items, share))
        return on_device(self.choices.permutation(items)[:count], self.store.device)

    def _uniform(self, count: int, low: float, high: float) -> Tensor:
        return on_device(self.choices.uniform(low, high, count).astype(np.float32), self.store.device)

    def _room(self, waves: Tensor) -> Tensor:
        some = self._some(len(waves), self.recipe.in_a_room)
        recorded, made = some[::2], some[1::2]
        rooms = self.choices.integers(len(self.around.rooms), size=len(recorded))
        responses = [self.around.rooms[on_device(rooms, waves.device)]]
        responses.append(craft.room_responses(self._uniform(len(made), 0.1, 0.6), RESPONSE_SAMPLES, self.generator))
        places = torch.cat([recorded, made])
        return waves.index_copy(0, places, craft.reverberate(waves[places], torch.cat(responses)))

    def _noise(self, waves: Tensor) -> Tensor:
        """A third recorded, a third coloured, a third the voices of other items."""
        some = self._some(len(waves), self.recipe.noisy)
        count, samples = len(some), waves.shape[1]
        starts = self.choices.integers(len(self.around.noise), size=len(some[::3]))
        index = on_device(starts, waves.device)[:, None] + torch.arange(samples, device=waves.device)[None]
        recorded = self.around.noise[index % len(self.around.noise)]
        coloured = craft.coloured_noise(
            (len(some[1::3]), samples), self._uniform(len(some[1::3]), 0, 2), self.generator
        )
        others = on_device(self.choices.integers(len(waves), size=(3, len(some[2::3]))), waves.device)
        babble = waves[others].sum(0) + 1e-5
        noise = torch.cat([recorded, coloured, babble])
        places = torch.cat([some[::3], some[1::3], some[2::3]])
        mixed = craft.add_noise(waves[places], noise, self._uniform(count, *self.recipe.snr_db))
        return waves.index_copy(0, places, mixed)

    def _telephone(self, waves: Tensor) -> Tensor:
        """Between -45 and -15 dB before the mu-law, whose noise depends on the level; half with the standard band."""
        some = self._some(len(waves), self.recipe.on_the_telephone)
        chosen = waves[some]
        target = 10 ** (self._uniform(len(some), -45, -15) / 20) / craft.power(chosen).sqrt()
        low, high = self._uniform(len(some), 200, 400), self._uniform(len(some), 3_000, 3_700)
        low[::2], high[::2] = 300, 3_400
        narrow = craft.telephone_band(chosen * target[:, None], low, high)
        return waves.index_copy(0, some, narrow)

    def _narrow_codec(self, waves: Tensor) -> Tensor:
        some = self._some(len(waves), self.recipe.band_limited)
        cutoff_hz = on_device(self.choices.choice(CODEC_CUTOFFS_HZ, len(some)), waves.device)
        return waves.index_copy(0, some, craft.limit_band(waves[some], cutoff_hz))

    def _loss(self, waves: Tensor) -> Tensor:
        some = self._some(len(waves), self.recipe.with_loss)
        loss = self._uniform(len(some), 0, self.recipe.most_loss)
        return waves.index_copy(0, some, craft.lose_packets(waves[some], loss, self.generator))
