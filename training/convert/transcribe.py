"""Reference transcript of fixtures/jfk.wav of the speech model: greedy, padded with zeros, by the parameters of the manifest.

    python -m convert.transcribe MODELS_DIR

Writes fixtures/transcript.json beside it.
"""

import argparse
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from .log_mel import log_mel
from .make_golden import jfk, read_wav, whisper_prompt
from .model_folder import ModelFolder, folder_of
from .two_part_encoder import hidden_of
from .write_manifest import text_of

NEVER = -1e9
TAIL_MS = 2_000
"""Zeros behind the sound end the text."""


def allowed(parameters: dict, first: bool) -> np.ndarray:
    """[vocabulary], 0 or NEVER, added to the logits: no suppressed ids, nothing above the end of text."""
    mask = np.zeros(parameters["vocabularySize"], np.float32)
    mask[parameters["suppressIds"]] = NEVER
    mask[parameters["endOfTextId"] + 1 :] = NEVER
    if first:
        mask[parameters["suppressBeginIds"]] = NEVER
    return mask


def context_ms(samples: int, parameters: dict) -> int:
    """The first context that leaves TAIL_MS behind the sound; the longest for longer sound."""
    need_ms = samples * 1000 / parameters["sampleRateHz"] + TAIL_MS
    contexts = parameters["transcriptContextsMs"]
    return next((ms for ms in contexts if ms >= need_ms), contexts[-1])


def greedy(model: ModelFolder, sound: np.ndarray) -> list[int]:
    """sound [samples] at 16 kHz -> token ids without prompt and end."""
    p = model.manifest["parameters"]
    seconds = len(sound) / p["sampleRateHz"]
    padded = context_ms(len(sound), p) * p["sampleRateHz"] // 1000
    hidden = hidden_of(model, log_mel(np.pad(sound, (0, padded - len(sound))))[None])
    cross = model.run("cross", {"hidden": hidden})
    empty = np.zeros((1, p["decoderHeads"], 0, p["headWidth"]), np.float32)
    past = {f"past_{part}_{i}": empty for i in range(p["decoderLayers"]) for part in "kv"}
    tokens = whisper_prompt(p)
    ids: list[int] = []
    limit = int(seconds * p["maxTokensPerSecond"]) + p["maxTokensExtra"]
    while len(ids) < limit:
        out = model.run("decoder", {"tokens": np.array([tokens])} | past | cross)
        best = int((out["logits"][0] + allowed(p, first=not ids)).argmax())
        if best == p["endOfTextId"]:
            break
        ids.append(best)
        tokens = [best]
        past = {name.replace("present", "past"): value for name, value in out.items() if name.startswith("present")}
    return ids


def write_transcript(models: Path) -> str:
    """Returns the text."""
    model, wav = ModelFolder(folder_of(models, "speech")), jfk(models)
    sound = read_wav(wav)
    ids = greedy(model, sound)
    tokenizer = Tokenizer.from_file(str(model.path / model.manifest["assets"]["tokenizer"]["file"]))
    transcript = {
        "file": wav.name,
        "sampleRateHz": model.manifest["parameters"]["sampleRateHz"],
        "samples": len(sound),
        "language": "en",
        "paddedToMs": context_ms(len(sound), model.manifest["parameters"]),
        "text": tokenizer.decode(ids).strip(),
        "tokenIds": ids,
    }
    wav.with_name("transcript.json").write_text(text_of(transcript) + "\n")
    return transcript["text"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    print(write_transcript(parser.parse_args().models))


if __name__ == "__main__":
    main()
