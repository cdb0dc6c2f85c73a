"""Makes the sample call: `python make.py` writes call.json, two WAV files and the frames one folder up."""

import json
from pathlib import Path

from frames import write_frames
from sound import Spoken, perform, track, write_wav
from story import CHAT, DURATION_MS, TITLE, Party
from voices import SAMPLE_RATE_HZ

SAMPLE = Path(__file__).resolve().parent.parent
FORMAT_VERSION = 1


def main() -> None:
    spoken = perform()
    parties: tuple[Party, ...] = ("customer", "agent")
    tracks = {party: track(spoken, party) for party in parties}
    for party, samples in tracks.items():
        write_wav(SAMPLE / f"{party}.wav", samples)
    frames = write_frames(SAMPLE / "frames", spoken, tracks["customer"])
    call = {
        "formatVersion": FORMAT_VERSION,
        "title": TITLE,
        "synthetic": True,
        "language": "en",
        "durationMs": DURATION_MS,
        "voice": [_voice("customer"), _voice("agent")],
        "chat": _chat(spoken),
        "video": {"party": "customer", "framesDir": "frames", "frames": frames},
        "script": [_script(item) for item in spoken],
    }
    (SAMPLE / "call.json").write_text(_readable(call), encoding="utf-8")
    talk_ms = {p: sum(i.end_ms - i.start_ms for i in spoken if i.line.party == p) for p in tracks}
    print(f"{DURATION_MS} ms; speech {talk_ms}; {len(frames)} frames")


def _voice(party: str) -> dict[str, object]:
    return {
        "streamName": f"{party}-voice",
        "party": party,
        "file": f"{party}.wav",
        "sampleRateHz": SAMPLE_RATE_HZ,
    }


def _chat(spoken: list[Spoken]) -> list[dict[str, object]]:
    return [
        {"party": m.party, "ptsMs": spoken[m.after_line].end_ms + m.offset_ms, "text": m.text} for m in CHAT
    ]


def _script(item: Spoken) -> dict[str, object]:
    line = item.line
    return {
        "party": line.party,
        "startMs": item.start_ms,
        "endMs": item.end_ms,
        "text": line.text,
        "note": line.note,
    }


def _readable(call: dict[str, object]) -> str:
    """JSON with one line for each voice, message, frame and spoken line."""
    parts = []
    for key, value in call.items():
        if isinstance(value, list):
            rows = ",\n".join(f"    {json.dumps(row)}" for row in value)
            parts.append(f'  "{key}": [\n{rows}\n  ]')
        elif isinstance(value, dict):
            rows = ",\n".join(f"      {json.dumps(row)}" for row in value["frames"])
            head = "".join(
                f"    {json.dumps(k)}: {json.dumps(v)},\n" for k, v in value.items() if k != "frames"
            )
            parts.append(f'  "{key}": {{\n{head}    "frames": [\n{rows}\n    ]\n  }}')
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
