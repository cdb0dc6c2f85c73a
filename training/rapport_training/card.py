"""The parts of a model card that follow from its manifest, so that no card says other figures than what is served.

    python -m rapport_training.card MODELS_DIR [--check]

A card is `README.md` of a model folder. Prose is written by hand and left alone; the first line, and what stands between
`<!-- card:NAME -->` and `<!-- /card -->`, are written from `model.json` and the licences of the data. NAME is tensors,
figures, data or use. --check writes nothing, and fails when a card differs.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .atomic_file import write_text_atomically
from .data_licences import LISTED, SOURCES, is_non_commercial, sources_of_folder

BLOCK = re.compile(r"<!-- card:(\w+) -->\n.*?<!-- /card -->", re.DOTALL)
NON_COMMERCIAL = "for non-commercial research only"

INTENDED = {
    "voice-activity": "where somebody speaks in the sound of a service conversation, so that only speech is listened to",
    "face-detection": "where the face of a customer who agreed to be seen is in a picture, not who it is",
    "speech": "what a consenting customer said, and tokens of how it was said, in a live or recorded service conversation",
    "text": "what a customer feels and wants, from the text of a service conversation",
    "expression": "one face token a picture for fusion, of a customer who agreed to be seen",
    "fusion": "an estimate of what a customer expresses in a window of a conversation, for a person who decides",
}
FORBIDDEN = (
    "inferring the emotions of people at work or in education, which the EU prohibits (AI Act, Article 5(1)(f)); deciding "
    "anything about a person by the answer alone; telling whether somebody lies, is ill or is fit for work; "
    "watching people who do not know of it"
)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [list(head), ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def tensors(manifest: dict[str, Any]) -> str:
    rows = [
        [graph, f"{side[:-1]} `{tensor['name']}`", f"{tensor['type']} [{', '.join(map(str, tensor['shape']))}]"]
        for graph, spec in manifest["graphs"].items()
        for side in ("inputs", "outputs")
        for tensor in spec[side]
    ]
    return table(("graph", "tensor", "type, shape"), rows)


def figures(manifest: dict[str, Any]) -> str:
    rows = [[f["what"], f"{f['value']} {f['unit']}", f["protocol"], f["source"]] for f in manifest["figures"]]
    return table(("figure", "value", "protocol", "source"), rows) if rows else "No figure yet."


def trained_on(manifest: dict[str, Any]) -> tuple[str, ...]:
    return tuple(manifest.get("trainedOn") or sources_of_folder(manifest["name"]))


def data(manifest: dict[str, Any]) -> str:
    sources = [SOURCES[name] for name in trained_on(manifest)]
    rows = [[s.name, s.what, s.licence, "yes" if s.commercial else "**no**"] for s in sources]
    weights = f"Licence of the weights: {manifest['licence'].split(LISTED)[0]}."
    return (
        table(("trained on", "what it is", "licence", "commercial use"), rows) + "\n\n" + weights if rows else weights
    )


def use(manifest: dict[str, Any]) -> str:
    commercial = (
        f"- **Licence**: {NON_COMMERCIAL}, since data it was trained on allows no more. Train it on data that you may use "
        "(training/README.md) before any commercial use.\n"
        if is_non_commercial(trained_on(manifest))
        else ""
    )
    return f"{commercial}- **Intended**: {INTENDED[manifest['task']]}.\n- **Forbidden**: {FORBIDDEN}."


BLOCKS = {"tensors": tensors, "figures": figures, "data": data, "use": use}


def title(manifest: dict[str, Any]) -> str:
    """The first line, which says it when the model may not be used commercially."""
    return f"# {manifest['name']}" + (f": {NON_COMMERCIAL}" if is_non_commercial(trained_on(manifest)) else "")


def renewed(card: str, manifest: dict[str, Any]) -> str:
    """The card with its first line and its blocks as the manifest has them. Raises ValueError for an unknown block."""

    def block(match: re.Match[str]) -> str:
        if match[1] not in BLOCKS:
            raise ValueError(f"the card of {manifest['name']} has a block {match[1]!r}: use one of {', '.join(BLOCKS)}")
        return f"<!-- card:{match[1]} -->\n\n{BLOCKS[match[1]](manifest)}\n\n<!-- /card -->"

    first, _, rest = card.partition("\n")
    if not first.startswith("# "):
        raise ValueError(f"the card of {manifest['name']} does not begin with a title")
    return f"{title(manifest)}\n{BLOCK.sub(block, rest)}"


def first_card(manifest: dict[str, Any]) -> str:
    """A card for a folder that has none: all blocks, and no prose yet."""
    blocks = "\n\n".join(f"<!-- card:{name} -->\n<!-- /card -->" for name in BLOCKS)
    return renewed(f"# \n\n{manifest['origin']}.\n\n{blocks}\n", manifest)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    differing = False
    for path in sorted(args.models.glob("*/model.json")):
        manifest, card = json.loads(path.read_text()), path.with_name("README.md")
        before = card.read_text() if card.exists() else ""
        after = renewed(before, manifest) if before else first_card(manifest)
        if after == before:
            continue
        differing = True
        print(f"{card}", "differs from its manifest" if args.check else "written")
        if not args.check:
            write_text_atomically(card, after)
    return 1 if args.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
