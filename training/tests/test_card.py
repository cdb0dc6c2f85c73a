"""Model cards say what the manifest says; what may not be used commercially says so on its first line."""

import copy
import json
from pathlib import Path

import pytest

from rapport_training.card import NON_COMMERCIAL, main, renewed
from rapport_training.data_licences import SOURCES, licence_of, sources_of, sources_of_folder

MODELS = Path(__file__).parents[2] / "models"
CARD = """# fusion

Prose by hand.

<!-- card:figures -->
<!-- /card -->

More prose.

<!-- card:data -->
former table
<!-- /card -->
"""


@pytest.fixture
def manifest() -> dict:
    return json.loads((MODELS / "fusion" / "model.json").read_text())


def test_first_line_says_non_commercial_when_any_data_is(manifest: dict) -> None:
    assert renewed(CARD, manifest).splitlines()[0] == f"# fusion: {NON_COMMERCIAL}"
    own = manifest | {"trainedOn": ["own", "goemotions"]}
    assert renewed(CARD, own).splitlines()[0] == "# fusion"
    assert renewed(renewed(CARD, manifest), own).splitlines()[0] == "# fusion"


def test_figures_of_the_manifest_are_in_the_card_and_prose_stays(manifest: dict) -> None:
    card = renewed(CARD, manifest)
    for figure in manifest["figures"]:
        assert f"| {figure['what']} | {figure['value']} {figure['unit']} | {figure['protocol']} |" in card
    assert "Prose by hand." in card and "More prose." in card and "former table" not in card
    changed = copy.deepcopy(manifest)
    changed["figures"][0]["value"] = 0.123
    assert renewed(card, changed) != card and renewed(card, manifest) == card


def test_data_are_listed_with_their_licence(manifest: dict) -> None:
    card = renewed(CARD, manifest)
    for name in sources_of_folder("fusion"):
        assert SOURCES[name].licence in card


def test_licence_follows_what_was_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "speech").mkdir()
    assert sources_of("voice", tmp_path) == ["whisper", "own"]
    assert licence_of(sources_of("voice", tmp_path)).startswith(
        "ours: made of Whisper base (MIT (OpenAI)), the user's own"
    )
    (tmp_path / "nemo").mkdir()
    assert sources_of("voice", tmp_path) == ["whisper", "nemo", "own"]
    assert licence_of(sources_of("voice", tmp_path)).startswith("non-commercial research only: ")


def test_an_unknown_block_is_named(manifest: dict) -> None:
    with pytest.raises(ValueError, match="the card of fusion has a block 'figure': use one of tensors, figures"):
        renewed(CARD.replace("card:figures", "card:figure"), manifest)


def test_check_finds_a_card_that_differs_and_writing_repairs_it(tmp_path: Path, manifest: dict) -> None:
    folder = tmp_path / "fusion"
    folder.mkdir()
    (folder / "model.json").write_text(json.dumps(manifest))
    (folder / "README.md").write_text(CARD)
    assert main([str(tmp_path), "--check"]) == 1
    assert (folder / "README.md").read_text() == CARD
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0


def test_a_new_folder_gets_a_card(tmp_path: Path, manifest: dict) -> None:
    (tmp_path / "fusion").mkdir()
    (tmp_path / "fusion" / "model.json").write_text(json.dumps(manifest))
    assert main([str(tmp_path)]) == 0
    card = (tmp_path / "fusion" / "README.md").read_text()
    assert card.startswith(f"# fusion: {NON_COMMERCIAL}\n") and "Article 5(1)(f)" in card
    assert f"| {manifest['figures'][0]['what']} |" in card


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in MODELS.glob("*/model.json")))
def test_every_card_of_the_repository_owns_up_on_its_first_line(folder: str) -> None:
    licence = json.loads((MODELS / folder / "model.json").read_text())["licence"]
    first = (MODELS / folder / "README.md").read_text().splitlines()[0]
    restricted = "non-commercial" in licence or "research" in licence
    assert ("non-commercial" in first) == restricted, f"{folder}: licence {licence!r}, first line {first!r}"


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in MODELS.glob("*/model.json")))
def test_every_card_of_the_repository_is_complete(folder: str) -> None:
    card = (MODELS / folder / "README.md").read_text()
    for part in ("Licence of the weights:", "**Intended**", "**Forbidden**", "Limits**", "igure"):
        assert part in card, f"{folder}: {part}"
    data = card.partition("<!-- card:data -->")[2].partition("<!-- /card -->")[0]
    assert "| licence |" in data and "No figure yet" not in card, folder


def test_the_cards_of_the_repository_say_what_their_manifests_say() -> None:
    assert main([str(MODELS), "--check"]) == 0, "run python -m rapport_training.card ../models"
