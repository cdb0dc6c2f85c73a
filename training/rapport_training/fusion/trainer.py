"""One training of the fusion network: a fixed number of steps, or as many as fit into a time."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from ..averaged_weights import AveragedWeights
from ..checkpoint import Checkpoint, Stateful
from ..craft.loss_balance import ModalityBalance
from .config import FusionConfig
from .losses import fusion_loss
from .network import FusionNet
from .pool import Pool, draw_batch
from .present_only import answers

WARM_UP = 0.1
"""Share of the steps in which the learning rate rises; then it falls as a cosine."""
TIMED_STEPS = 20
UNTIMED_STEPS = 10
"""The first steps allocate memory and choose kernels."""
AVERAGE_EVERY, AVERAGE_DECAY = 2, 0.99
MIN_STEPS, MAX_STEPS = 60, 6000
STEPS_BETWEEN_SAVES = 100


def train(
    pool: Pool,
    config: FusionConfig,
    *,
    seed: int,
    device: torch.device,
    seconds: float | None = None,
    steps: int | None = None,
    report: Callable[[int, int, float], None] | None = None,
    state: Path | None = None,
    start: FusionNet | None = None,
) -> tuple[FusionNet, int]:
    """The averaged network in eval mode, and the steps taken. Give `steps` to repeat a run, or `seconds` to fit one:
    the number of steps is then set from the speed of the first ones. `report` gets step, steps and mean loss. `state`, with
    `steps` only: a file from which an interrupted training goes on to the same result. `start` is trained on, with the
    moments of the tokens that it was first trained with, instead of a new network."""
    torch.manual_seed(seed)
    generator = torch.Generator(device).manual_seed(seed)
    net = FusionNet(pool.widths, pool.classes, config).to(device)
    if start is not None:
        net.load_state_dict(start.state_dict())
    else:
        for name, (mean, deviation) in pool.standard().items():
            net.standardise(name, mean, deviation)
        for name in net.statistics:
            net.standardise_statistics(name, *pool.examples(name))
    optimiser = torch.optim.AdamW(
        parameter_groups(net, config.weight_decay), lr=config.learning_rate, fused=device.type == "cuda"
    )
    balance = ModalityBalance(len(net.names), device, config.balance) if config.balance > 0 else None
    average = AveragedWeights(net, AVERAGE_DECAY)
    checkpoint = None
    if state is not None and steps is not None:
        parts: dict[str, Stateful] = {"net": net, "optimiser": optimiser, "average": average}
        if balance is not None:
            parts["balance"] = balance
        recipe = {"seed": seed, "steps": steps, **config.as_dict()}
        checkpoint = Checkpoint(state, parts, {"draws": generator}, recipe)
    total = steps or (MAX_STEPS if seconds is not None else MIN_STEPS)
    step = before = checkpoint.resume() if checkpoint else 0
    since, running = time.monotonic(), torch.zeros((), device=device)
    started = since
    net.train()
    while step < total:
        if steps is None and seconds is not None and step in (UNTIMED_STEPS, UNTIMED_STEPS + TIMED_STEPS):
            if device.type == "cuda":
                torch.cuda.synchronize()
            if step == UNTIMED_STEPS:
                since = time.monotonic()
            else:
                left = seconds - (time.monotonic() - started)
                fits = step + int(left / ((time.monotonic() - since) / TIMED_STEPS))
                total = min(max(fits, MIN_STEPS), MAX_STEPS)
        progress = step / total
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * rate(progress)
        batch = draw_batch(pool, config, progress, generator)
        # a GPU is kept waiting by many small groups, a CPU by padding
        output = net(batch.tokens, batch.masks) if device.type == "cuda" else answers(net, batch)
        loss = fusion_loss(output, batch, net.names, config, balance)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        running += loss.detach()
        if step % AVERAGE_EVERY == 0:
            average.update()
        if checkpoint and (step % STEPS_BETWEEN_SAVES == 0 or step == total):
            checkpoint.save(step)
        if report is not None and (step % max(1, total // 4) == 0 or step == total):
            report(step, total, running.item() / (step - before))
    net.load_state_dict(average.average)
    return net.eval(), total


def rate(progress: float) -> float:
    """Share of the full learning rate at `progress` in [0, 1]."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.02)
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def parameter_groups(net: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Biases, norms and single vectors are not decayed."""
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
