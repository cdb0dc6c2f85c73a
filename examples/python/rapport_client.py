"""A client of rapport.v1 for one recorded voice, written from docs/protocol.md alone. stream_wav.py is its command."""

import asyncio
import json
import random
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

END_OF_STREAM, RETRANSMIT = 0x02, 0x04
COME_BACK = {"", "server_shutdown", "slow_consumer", "session_timeout", "session_elsewhere"}
COME_BACK |= {"too_many_sessions", "quota_exceeded", "rate_limited", "overloaded"}


class SessionFailed(Exception):
    """Why there is no session, or why it cannot be gone on with."""


class Session:
    """All of the recording is kept, in frames of one size: each can be sent again on another connection."""

    def __init__(self, url: str, key: str, pcm: bytes, rate_hz: int, show: Callable[[dict], None]) -> None:
        self.url, self.key, self.pcm, self.rate_hz, self.show = url, key, pcm, rate_hz, show
        self.next_seq = self.sent_seq = 0  # the frame that is due; the first that was never sent
        self.limit_bytes, self.more_credit, self.opened = 0, asyncio.Event(), asyncio.Event()
        self.id, self.token, self.window_s, self.started_s, self.heard_s = "", "", 0.0, 0.0, 0.0
        self.result_seq, self.failure, self.wait_s = 0, "", 0.0
        self.ended: dict = {}  # the data of rapport.session.ended

    async def run(self, session: dict, pace: float = 1, frame_ms: int = 20, chat: dict | None = None) -> dict:
        """Until the session has ended. Who loses the connection comes back while the service waits."""
        self.pace, self.frame_bytes, self.chat = pace, self.rate_hz * frame_ms // 1000 * 2, chat
        stream = {"streamId": 1, "kind": "voice", "party": "customer", "codec": f"pcm16le-{self.rate_hz // 1000}k"}
        first = {"type": "session.start", "session": session, "streams": [stream], "pace": pace, "recorded": True}
        while True:
            try:
                reason = await self.converse(first)
            except InvalidStatus as refusal:
                reason, self.failure = "refused", str(refusal)
                with suppress(ValueError):  # the answer of a proxy is no JSON
                    reason = self.told(json.loads(refusal.response.body))
            except (OSError, WebSocketException) as failure:
                reason, self.failure = "", str(failure)
            if self.ended:
                return self.ended
            if not self.token or reason not in COME_BACK or time.monotonic() > self.heard_s + self.window_s:
                raise SessionFailed(self.failure)
            await asyncio.sleep(self.wait_s or random.uniform(0.1, 1))
            first = {"type": "session.resume", "sessionId": self.id, "resumeToken": self.token}
            first["ackedResultSeq"] = self.result_seq

    async def converse(self, first: dict) -> str:
        """One connection. Returns the reason of its close: an error code, or nothing when it was lost."""
        self.opened.clear()
        self.failure, self.wait_s = "the connection was lost", 0
        key = {"Authorization": f"Bearer {self.key}"}
        rapport = connect(self.url, subprotocols=[Subprotocol("rapport.v1")], additional_headers=key, ping_interval=10)
        async with rapport as socket, asyncio.TaskGroup() as tasks:
            sender = tasks.create_task(self.send_media(socket))
            await say(socket, {**first, "ref": "first"})
            with suppress(ConnectionClosed):
                async for text in socket:
                    await self.take(json.loads(text), socket)
            sender.cancel()
        return socket.close_reason or ""

    async def send_media(self, socket: ClientConnection) -> None:
        await self.opened.wait()
        if self.chat:  # on every connection: a messageId that is known is ignored
            await say(socket, {"type": "chat.message", **self.chat})
        while (start := self.next_seq * self.frame_bytes) < len(self.pcm):
            payload = self.pcm[start : start + self.frame_bytes]
            end = start + len(payload)
            await asyncio.sleep(self.started_s + end / 2 / self.rate_hz / self.pace - time.monotonic())
            while end > self.limit_bytes:
                self.more_credit.clear()
                await self.more_credit.wait()
            flags = (RETRANSMIT if self.next_seq < self.sent_seq else 0) | (
                END_OF_STREAM if end == len(self.pcm) else 0
            )
            header = struct.pack(">BBHIQQ", 1, flags, 1, self.next_seq, start * 500_000 // self.rate_hz, start)
            self.sent_seq = max(self.sent_seq, self.next_seq + 1)
            await say(socket, header + payload)
            self.next_seq += 1
        await say(socket, {"type": "session.end"})

    async def take(self, message: dict, socket: ClientConnection) -> None:
        self.heard_s = time.monotonic()
        match message["type"]:
            case "session.ready" | "session.resumed":
                self.id, self.token = message["sessionId"], message.get("resumeToken", "")
                self.window_s = message.get("resumeWindowMs", 0) / 1000
                self.started_s = self.started_s or self.heard_s
                [stream] = message["credits"] if "credits" in message else message["streams"]
                self.limit_bytes = stream["limitBytes"]
                self.next_seq = len(self.pcm) if stream.get("ended") else stream.get("nextSeq", 0)
                self.opened.set()
            case "credit":
                self.limit_bytes = max(self.limit_bytes, message["limitBytes"])
                self.more_credit.set()
            case "result" if message["seq"] > self.result_seq:  # a resume may repeat some
                self.result_seq = message["seq"]
                self.show(message["event"])
                await say(socket, {"type": "result.ack", "seq": self.result_seq})
                if message["event"]["type"] == "rapport.session.ended":
                    self.ended = message["event"]["data"]
            case "error":
                self.told(message)
                if message.get("ref") == "first" and not message["fatal"]:
                    await socket.close()

    def told(self, error: dict) -> str:
        self.failure = f"{error['code']}: {error['message']} {error['advice']}"
        self.url, self.wait_s = error.get("address", self.url), error.get("retryAfterMs", 0) / 1000
        return error["code"]


async def say(socket: ClientConnection, message: dict | bytes) -> None:
    with suppress(ConnectionClosed):  # who reads will find out, behind all that came before
        await socket.send(message if isinstance(message, bytes) else json.dumps(message))
