"""The text encoder: four layers that both tasks share, then two of their own for the sentence space and two for emotion.

Every path has the six layers of MiniLM-L6. The sentence branch keeps close to the start weights, so that intents made
from a few examples still work; the emotion branch may move as far as it needs, and fusion reads its tokens.
"""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..labels import EMOTIONS
from .start_weights import load_minilm
from .text_checkpoint import read_heads, read_pieces
from .token_pool import TokenPool, open_tokenizer
from .training_texts import FINE
from .transformer import MINILM, Transformer, masked_mean

BRANCH_LAYERS = 2
EMBEDDINGS = "embeddings."
ENCODE_BATCH = 256


class EmotionHead(nn.Module):
    """Attention pooling over the tokens, one hidden layer, a sigmoid each for the seven; 28 finer ones for training."""

    def __init__(self, width: int = MINILM.width, dropout: float = 0.1) -> None:
        super().__init__()
        self.attention = nn.Linear(width, 1)
        self.hidden = nn.Linear(width, width)
        self.emotions = nn.Linear(width, len(EMOTIONS))
        self.fine = nn.Linear(width, len(FINE))
        self.dropout = dropout

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """[B, T, width], [B, T] -> logits [B, 7] and [B, 28]."""
        weights = (self.attention(tokens).squeeze(-1).float() + (1 - mask) * -1e4).softmax(-1)
        pooled = (tokens * weights.unsqueeze(-1).to(tokens.dtype)).sum(1)
        hidden = F.dropout(torch.tanh(self.hidden(pooled)), self.dropout, self.training)
        return self.emotions(hidden), self.fine(hidden)


class TextEncoder(nn.Module):
    """`sentence` and `emotion` run one branch; `forward` runs both, as it is served."""

    def __init__(self, start: Transformer, branch_layers: int = BRANCH_LAYERS) -> None:
        super().__init__()
        self.embeddings = start.embeddings
        split = len(start.layers) - branch_layers
        self.shared = nn.ModuleList(start.layers[:split])
        self.sentence_layers = nn.ModuleList(start.layers[split:])
        self.emotion_layers = copy.deepcopy(self.sentence_layers)
        self.emotion_head = EmotionHead()

    def trained_names(self) -> list[str]:
        """What training changes: everything but the embeddings."""
        return [name for name in self.state_dict() if not name.startswith(EMBEDDINGS)]

    def _shared(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        x = self.embeddings(ids)
        for layer in self.shared:
            x = layer(x, bias)
        return x, bias

    def _sentence(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        for layer in self.sentence_layers:
            x = layer(x, bias)
        return F.normalize(masked_mean(x, mask).float(), dim=-1)

    def _tokens(self, x: Tensor, bias: Tensor) -> Tensor:
        for layer in self.emotion_layers:
            x = layer(x, bias)
        return x

    def sentence(self, ids: Tensor, mask: Tensor) -> Tensor:
        """[B, T] -> [B, 384] of norm 1."""
        return self._sentence(*self._shared(ids, mask), mask)

    def emotion(self, ids: Tensor, mask: Tensor, frozen_below: bool = False) -> tuple[Tensor, Tensor]:
        """[B, T] -> logits [B, 7], [B, 28]. frozen_below: no gradient reaches the shared layers."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen_below):
            x, bias = self._shared(ids, mask)
        return self.emotion_head(self._tokens(x, bias), mask)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """-> emotion logits [B, 7], embedding [B, 384], tokens [B, T, 384]."""
        x, bias = self._shared(ids, mask)
        tokens = self._tokens(x, bias)
        return self.emotion_head(tokens, mask)[0], self._sentence(x, bias, mask), tokens


class TextModel:
    """A text encoder with its tokenizer, ready to encode."""

    def __init__(self, net: TextEncoder, weights: Path, device: torch.device) -> None:
        self.net = net.to(device).eval()
        self.device = device
        self.tokenizer = open_tokenizer(weights)

    @torch.no_grad()
    def tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """-> [B, T, 384] and the mask [B, T] float, 1 = a token."""
        pool = TokenPool(self.tokenizer, texts, self.device)
        ids, mask = pool.batch(torch.arange(len(pool)).numpy())
        return self.net(ids, mask)[2].float(), mask

    def emotion_logits(self, texts: Sequence[str]) -> Tensor:
        """-> [B, 7], of independent sigmoids."""
        return self._each(texts, 0)

    def embedding(self, texts: Sequence[str]) -> Tensor:
        """-> [B, 384], L2 norm 1."""
        return self._each(texts, 1)

    def _each(self, texts: Sequence[str], output: int) -> Tensor:
        pool = TokenPool(self.tokenizer, texts, self.device)
        return torch.cat(list(self._batches(pool, output)))[_inverse(pool)]

    @torch.no_grad()
    def _batches(self, pool: TokenPool, output: int) -> Iterator[Tensor]:
        for rows in pool.batches(torch.arange(len(pool)).numpy(), ENCODE_BATCH):
            yield self.net(*pool.batch(rows))[output].float()


def _inverse(pool: TokenPool) -> Tensor:
    """Where each row went when the pool was sorted by length."""
    order = torch.from_numpy(pool.lengths).argsort(stable=True)
    return order.argsort()


def load(weights_dir: Path | str, checkpoint_dir: Path | str | None, device: torch.device | str = "cpu") -> TextModel:
    """The encoder of a checkpoint folder; where it holds none, the start weights with an emotion head that knows nothing.

    Raises FileNotFoundError when the start weights or one piece of the checkpoint is missing.
    """
    net = TextEncoder(load_minilm(Path(weights_dir)))
    pieces = read_pieces(Path(checkpoint_dir)) if checkpoint_dir is not None else None
    if pieces is None:
        print(f"no text checkpoint in {checkpoint_dir}: start weights", flush=True)
    else:
        tensors = pieces | read_heads(Path(checkpoint_dir or "."))["emotion_head"]
        missing = sorted(set(net.trained_names()) - set(tensors))
        if missing:
            raise FileNotFoundError(
                f"the text checkpoint in {checkpoint_dir} lacks {missing[0]} and {len(missing) - 1} more"
            )
        net.load_state_dict({name: value.float() for name, value in tensors.items()}, strict=False)
    return TextModel(net, Path(weights_dir), torch.device(device))
