"""The smallest client of rapport.v1 (docs/protocol.md), without resume: streams a voice and prints what comes back.

python first_client.py ../../sample/customer.wav [ws://127.0.0.1:8080/v1/stream] [API key]
"""

import json
import struct
import sys
import wave
from contextlib import suppress

from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect


def main(path: str, url: str = "ws://127.0.0.1:8080/v1/stream", key: str = "rapport-development") -> None:
    with wave.open(path, "rb") as wav:  # one channel of 16 bits
        rate_hz, pcm = wav.getframerate(), wav.readframes(wav.getnframes())
    voice = {"streamId": 1, "kind": "voice", "party": "customer", "codec": f"pcm16le-{rate_hz // 1000}k"}
    start = {"type": "session.start", "session": {"language": "en"}, "streams": [voice], "pace": 20}
    sent, limit_bytes = 0, 0
    headers = {"Authorization": f"Bearer {key}"}
    with connect(url, subprotocols=["rapport.v1"], additional_headers=headers) as socket:
        socket.send(json.dumps(start))
        for text in socket:  # until the service has closed
            message = json.loads(text)
            match message["type"]:
                case "session.ready":
                    limit_bytes = message["credits"][0]["limitBytes"]
                case "credit":
                    limit_bytes = message["limitBytes"]
                case "result":
                    show(message["event"])
                    with suppress(ConnectionClosedOK):  # it may be over while its last results are read
                        socket.send(json.dumps({"type": "result.ack", "seq": message["seq"]}))
                case "error":
                    print(f"{message['code']}: {message['message']} {message['advice']}", file=sys.stderr)
            sent = send(socket, pcm, rate_hz, sent, limit_bytes)


def send(socket: ClientConnection, pcm: bytes, rate_hz: int, sent: int, limit_bytes: int) -> int:
    """Frames of 100 ms, as many as the credit has room for. Returns how many bytes were sent by now."""
    size = rate_hz // 10 * 2
    while sent < len(pcm) and (end := min(sent + size, len(pcm))) <= limit_bytes:
        flags = 0x02 if end == len(pcm) else 0  # the end of the stream
        header = struct.pack(">BBHIQQ", 1, flags, 1, sent // size, sent * 500_000 // rate_hz, sent)
        socket.send(header + pcm[sent:end])
        sent = end
        if flags:
            socket.send(json.dumps({"type": "session.end"}))
    return sent


def show(event: dict) -> None:
    data = event["data"]
    print(event["type"], data.get("text") or data.get("label") or data.get("reason") or "", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
