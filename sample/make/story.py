"""The story of the sample call: who says what, after which pause, and how. Invented from end to end.

Everything else in this folder only performs what stands here.
"""

from dataclasses import dataclass
from typing import Literal

Party = Literal["customer", "agent"]

TITLE = "A late lamp, charged twice"
DURATION_MS = 150_000
LEAD_IN_MS = 1_200
"""Silence before the first word."""


@dataclass(frozen=True)
class Line:
    """One utterance. `gap_ms` counts from the end of the line before; below zero the two overlap."""

    party: Party
    gap_ms: int
    delivery: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Chat:
    """A chat message sent `offset_ms` after line number `after_line` (from 0) has ended."""

    party: Party
    after_line: int
    offset_ms: int
    text: str


@dataclass(frozen=True)
class Stretch:
    """A stretch of the picture that begins `offset_ms` after line number `after_line` has ended."""

    after_line: int
    offset_ms: int
    length_ms: int

    def covers(self, time_ms: int, line_ends_ms: list[int]) -> bool:
        start_ms = line_ends_ms[self.after_line] + self.offset_ms
        return start_ms <= time_ms < start_ms + self.length_ms


LINES: tuple[Line, ...] = (
    Line(
        "agent",
        0,
        "agent",
        "Thank you for calling Larkfield Home. My name is Tom. How can I help you today?",
        "greeting",
    ),
    Line(
        "customer",
        700,
        "plain",
        "Hi Tom. Three weeks ago I ordered a reading lamp from you, and it still hasn't arrived. Where is my order?",
        "late order",
    ),
    Line("agent", 500, "agent", "I am sorry about the wait. Could you give me the order number, please?"),
    Line("customer", 600, "plain", "Sure, I am putting it in the chat.", "leans out of the picture"),
    Line("agent", 3_200, "agent", "Thank you, I have it. Let me look that up for you."),
    Line(
        "customer",
        1_300,
        "worried",
        "And I have a problem with my payment. I looked at my bank account this morning, and you charged me twice.",
        "charged twice",
    ),
    Line("agent", 700, "agent", "One moment, please. I will check the payments as well."),
    Line(
        "agent",
        2_600,
        "agent",
        "Yes, I can see two payments. And it seems the parcel was sent back to our warehouse last week.",
    ),
    Line("customer", 350, "upset", "What? Sent back? Nobody told me!", "upset"),
    Line("customer", 450, "upset", "I hate this! This is the third time I am calling you!"),
    Line("agent", 400, "agent", "I understand, and I would like to explain what", "interrupted"),
    Line(
        "customer",
        -700,
        "angry",
        "No, you don't understand! Every time somebody promises to fix it, and nothing happens!",
        "talks over the agent",
    ),
    Line(
        "customer",
        500,
        "angry",
        "I am so angry! I was charged twice for a lamp I never got!",
        "angriest moment",
    ),
    Line("customer", 700, "angry", "This is terrible service. I want to make a complaint!", "complaint"),
    Line(
        "agent",
        900,
        "agent_soft",
        "You are right, and I am really sorry. This should not have happened to you.",
        "apology",
    ),
    Line("customer", 800, "upset", "I want to cancel my order.", "cancels"),
    Line("customer", 700, "upset", "And I want my money back. All of it.", "wants a refund"),
    Line(
        "agent",
        700,
        "agent_soft",
        "Of course. I have cancelled the order, and I am sending both payments back to you right now.",
    ),
    Line(
        "customer",
        1_200,
        "sad",
        "It was a present for my mother. Her birthday was on Sunday, and I had nothing to give her.",
        "sad",
    ),
    Line("customer", 600, "sad", "It made me really sad."),
    Line(
        "agent",
        800,
        "agent_soft",
        "I am so sorry to hear that. Which card and which e-mail address should I use for the refund?",
        "asks for the card",
    ),
    Line("customer", 700, "calm", "I will type them in the chat.", "looks down to type"),
    Line("customer", 4_600, "calm", "Okay. And when will I get my refund?", "asks about the refund"),
    Line(
        "agent",
        500,
        "agent",
        "Within three working days. And if you still want the lamp, a courier can bring you one tomorrow, free of charge.",
        "resolution",
    ),
    Line("customer", 400, "surprised", "Oh! Really? Tomorrow?", "surprised"),
    Line("customer", 350, "happy", "Oh wow, that would be wonderful! Thank you so much!", "relieved"),
    Line("agent", 500, "agent", "You are very welcome. The confirmation is on its way to your e-mail."),
    Line("customer", 2_300, "happy", "Oh, your message is here. That's great!", "reads the message"),
    Line(
        "customer",
        450,
        "happy",
        "I am so happy that we sorted this out. You have been really kind, Tom. Thank you!",
        "thanks",
    ),
    Line("agent", 500, "agent", "My pleasure. Have a lovely day, and goodbye."),
    Line("customer", 500, "happy", "You too. Bye!", "goodbye"),
)

CHAT: tuple[Chat, ...] = (
    Chat("customer", 3, 2_300, "my order confirmation: https://shop.example/orders/LK-20417"),
    Chat("customer", 6, 1_600, "also, where can I see my invoice?"),
    Chat("customer", 13, 400, "this is ridiculous!!"),
    Chat("customer", 21, 3_300, "my card is 4111 1111 1111 1111 and my e-mail is name@example.com"),
    Chat("agent", 26, 500, "Refund on its way, and your new lamp arrives tomorrow."),
)

AWAY: tuple[Stretch, ...] = (Stretch(3, 300, 6_000), Stretch(6, 500, 3_500))
"""The customer leans out of the picture: no face."""
FROZEN: tuple[Stretch, ...] = (Stretch(16, 2_000, 3_000), Stretch(22, 2_500, 2_500))
"""The camera hangs: the same picture is sent again."""
TYPING: tuple[Stretch, ...] = (Stretch(21, 200, 3_200),)
"""The customer looks down at the keyboard."""
