"""Streams a customer's voice, a WAV file, to Rapport and prints what comes back.

python stream_wav.py ../../sample/customer.wav --language en --pace 4 --chat "Where is my refund?"
"""

import argparse
import asyncio
import os
import sys
import wave

from rapport_client import Session, SessionFailed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wav", help="one channel of 16 bits at 8, 16, 24 or 48 kHz")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/v1/stream")
    parser.add_argument("--key", default=os.environ.get("RAPPORT_KEY", "rapport-development"), help="or RAPPORT_KEY")
    parser.add_argument("--language", help="of the conversation, BCP 47; else it is told from the voice")
    parser.add_argument("--pace", type=float, default=1, help="seconds of media a second")
    parser.add_argument("--frame-ms", type=int, default=20, choices=range(20, 101), metavar="20..100")
    parser.add_argument("--chat", help="a message of the customer, sent at the start")
    options = parser.parse_args()
    pcm, rate_hz = read(options.wav)
    session = {"channel": "voice"} | ({"language": options.language} if options.language else {})
    chat = {"party": "customer", "text": options.chat, "messageId": "chat-1", "ptsMs": 0} if options.chat else None
    call = Session(options.url, options.key, pcm, rate_hz, show=lambda event: print(line(event), flush=True))
    try:
        ended = asyncio.run(call.run(session, options.pace, options.frame_ms, chat))
    except SessionFailed as failure:
        sys.exit(f"The session did not end: {failure}")
    if ended["reason"] != "ended":
        sys.exit(f"The session is not complete: it ended with reason {ended['reason']}.")
    if ended["incomplete"]:
        sys.exit("The service finished nothing for two minutes and gave up the rest: see what else it has to do.")


def read(path: str) -> tuple[bytes, int]:
    try:
        with wave.open(path, "rb") as wav:
            if (wav.getnchannels(), wav.getsampwidth()) != (1, 2) or wav.getframerate() not in (
                8000,
                16000,
                24000,
                48000,
            ):
                sys.exit(f"{path}: not one channel of 16 bits at 8, 16, 24 or 48 kHz.")
            return wav.readframes(wav.getnframes()), wav.getframerate()
    except (OSError, EOFError, wave.Error) as failure:
        sys.exit(f"{path}: {failure}.")


def line(event: dict) -> str:
    """What a person reads of a result, with its media time."""
    data = event["data"]
    match event["type"]:
        case "rapport.session.started":
            return f"{clock(0)}  session {event['subject']}"
        case "rapport.transcript.final":
            return f'{clock(data["endMs"])}  {data["party"]} ({data["source"]}): "{data["text"]}"  {intents(data)}'
        case "rapport.window.assessed" if "label" in data:
            unsure = f" (unsure: {data['abstained']})" if "abstained" in data else ""
            why = " ".join(f"{of} {m['contribution']:+.2f}" for of, m in data["modalities"].items() if m["present"])
            return f"{clock(data['windowEndMs'])}  {data['label']} {data['confidence']:.2f}{unsure}  {why}  {intents(data)}"
        case "rapport.window.assessed":
            absent = ", ".join(f"{of} {m.get('absentReason', '')}" for of, m in data["modalities"].items())
            return f"{clock(data['windowEndMs'])}  nothing to assess: {absent}  {intents(data)}"
        case "rapport.session.ended":
            found = f"{data['assessments']} windows, {data['finals']} finals"
            return f"{clock(data['durationMs'])}  {data['reason']}: {found}"
        case _:
            return f"{clock(data.get('mediaMs', 0))}  {event['type']} {data.get('kind', '')} {data.get('detail', '')}"


def intents(data: dict) -> str:
    return " ".join(f"[{intent['name']} {intent['score']:.2f}]" for intent in data["intents"])


def clock(ms: float) -> str:
    return f"{int(ms // 60_000):02}:{ms % 60_000 / 1000:04.1f}"


if __name__ == "__main__":
    main()
