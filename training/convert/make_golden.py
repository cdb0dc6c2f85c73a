"""Make golden.npz of every model anew: inputs, and what Python onnxruntime makes of them, one thread on the CPU.

    python -m convert.make_golden MODELS_DIR

Inputs of silero-vad and of Whisper are cut from fixtures/jfk.wav in the folder of the speech model, those of text-minilm are the
sentences in its manifest; the other models keep the inputs of the golden.npz that is there (synthetic pictures and
random tokens, drawn once). Run write_manifest.py afterwards.
"""

import argparse
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from .log_mel import level, log_mel
from .model_folder import ModelFolder, Tensors, folder_of, model_folders
from .run_golden import case_tensors
from .stored_npz import read_stored, write_stored
from .two_part_encoder import encoder_feeds, hidden_of

VAD_CHUNKS = (0, 9, 10, 11, 12)  # silence, then consecutive chunks over the first onset of speech
MEL_FRAMES = 160  # 1.6 s
DECODER_FRAMES = 6  # encoder frames given to cross and decoder: enough for arithmetic, small on disk

# graph, case, inputs and the outputs to keep (all when None)
Case = tuple[str, str, Tensors, set[str] | None]


def read_wav(path: Path) -> np.ndarray:
    """16 kHz mono PCM16 -> [samples] float32 in -1..1."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def jfk(models: Path) -> Path:
    return folder_of(models, "speech") / "fixtures" / "jfk.wav"


def whisper_prompt(parameters: dict[str, Any]) -> list[int]:
    """The ids before a text; a model of one language has none for language and task."""
    language = parameters["languageTokenIds"].get("en")
    ids = [parameters["startOfTranscriptId"], language, parameters.get("transcribeId"), parameters["noTimestampsId"]]
    return [i for i in ids if i is not None]


def vad_cases(model: ModelFolder, models: Path) -> Iterator[Case]:
    """Chunks of one stream: each has the state and the context that the chunks before it left."""
    parameters = model.manifest["parameters"]
    chunk, context = parameters["chunkSamples"], parameters["contextSamples"]
    sound = np.pad(read_wav(jfk(models)), (context, 0))
    state = np.zeros((2, 1, parameters["stateWidth"]), np.float32)
    for i in range(max(VAD_CHUNKS) + 1):
        inputs = {
            "input": sound[None, i * chunk : (i + 1) * chunk + context],
            "state": state,
            "sr": np.array(parameters["sampleRateHz"]),
        }
        if i in VAD_CHUNKS:
            yield "model", f"chunk{i}", inputs, None
        state = model.run("model", inputs)["stateN"]


def whisper_cases(model: ModelFolder, models: Path) -> Iterator[Case]:
    """Encoder, cross, then the decoder with the prompt on an empty cache, and one step on the cache of that."""
    parameters = model.manifest["parameters"]
    start = parameters["sampleRateHz"] // 2
    mel = log_mel(read_wav(jfk(models))[start:])[None, :, :MEL_FRAMES]
    if "emotion" in model.manifest["graphs"]:
        yield "emotion", "speech", {"mel": mel}, None
    yield "encoder", "speech", encoder_feeds(model, mel), None
    hidden = hidden_of(model, mel)[:, :DECODER_FRAMES]
    yield "cross", "speech", {"hidden": hidden}, None
    cross = model.run("cross", {"hidden": hidden})
    empty = np.zeros((1, parameters["decoderHeads"], 0, parameters["headWidth"]), np.float32)
    past = {f"past_{part}_{i}": empty for i in range(parameters["decoderLayers"]) for part in "kv"}
    inputs = {"tokens": np.array([whisper_prompt(parameters)])} | past | cross
    yield "decoder", "prompt", inputs, None
    out = model.run("decoder", inputs)
    past = {name.replace("present", "past"): value for name, value in out.items() if name.startswith("present")}
    tokens = np.array([[int(out["logits"].argmax())]])
    yield "decoder", "step", {"tokens": tokens} | past | cross, {"logits", "alignment"}


def text_cases(model: ModelFolder, models: Path) -> Iterator[Case]:
    tokenizer = Tokenizer.from_file(str(model.path / model.manifest["assets"]["tokenizer"]["file"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.manifest["parameters"]["maxTokens"])
    for case in model.manifest["golden"]["cases"]:
        ids = np.array([tokenizer.encode(case["text"]).ids])
        yield case["graph"], case["name"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}, None


def kept_cases(model: ModelFolder, models: Path) -> Iterator[Case]:
    golden = read_stored(model.path / model.manifest["golden"]["file"])
    for case in model.manifest["golden"]["cases"]:
        yield case["graph"], case["name"], case_tensors(golden, case["graph"], case["name"], "in"), None


# by task
CASES: dict[str, Callable[[ModelFolder, Path], Iterator[Case]]] = {
    "voice-activity": vad_cases,
    "speech": whisper_cases,
    "text": text_cases,
}


def write_golden(model: ModelFolder, models: Path) -> None:
    arrays: Tensors = {}
    for graph, case, inputs, kept in CASES.get(model.manifest["task"], kept_cases)(model, models):
        outputs = model.run(graph, inputs)
        arrays |= {f"{graph}/{case}/in/{name}": value for name, value in inputs.items()}
        arrays |= {f"{graph}/{case}/out/{n}": v for n, v in outputs.items() if kept is None or n in kept}
    target = model.path / model.manifest["golden"]["file"]
    write_stored(target, arrays)
    print(model.path.name, len(arrays), "tensors", target.stat().st_size, "bytes")


def write_log_mel(model: ModelFolder) -> None:
    """wave -> level -> mel (of the levelled wave and its tail of zeros); the wave that is there is kept."""
    target = model.path / model.manifest["assets"]["logMel"]["file"]
    sound = read_stored(target)["wave"]
    levelled = level(sound)
    tail = model.manifest["parameters"]["emotionTailSamples"]
    write_stored(target, {"wave": sound, "level": levelled, "mel": log_mel(np.pad(levelled, (0, tail)))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    models: Path = parser.parse_args().models
    for path in model_folders(models):
        write_golden(ModelFolder(path), models)
    write_log_mel(ModelFolder(folder_of(models, "speech")))


if __name__ == "__main__":
    main()
