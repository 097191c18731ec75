"""Pictures in a site: what pages, feeds and machines are told of them, and what comes along."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from digestgen import build, check
from digestgen.pictures import darkroom, rights
from digestgen.pictures.album import Recipe, Size, facts
from tests.building import NOW, built, everything, published, told, well_built
from tests.sites import write_site
from tests.test_pictures import DEVICE, OWNER, picture

SITE = """\
-- site.yaml --
title: Pictures
url: https://example.org/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
feeds: {rss: site, json: site}
-- content/ports.md --
---
title: Ports
date: 2024-05-03
image: {src: lead.jpg, alt: The lead}
---
Words. ![In the text](text.png)

[The original](text.png)
-- content/alone.md --
---
title: Alone
date: 2024-05-02
---
![At the top](text.png){ width=30 }

![At the top](text.png) and ![from the root](/root.webp)
-- content/none.md --
---
title: None
date: 2024-05-01
---
Words.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = write_site(tmp_path / "site", SITE)
    (folder / "content/static").mkdir()
    (folder / "content/lead.jpg").write_bytes(picture("jpeg", (600, 400), turn=6))
    (folder / "content/text.png").write_bytes(picture("png", (60, 40)))
    (folder / "content/static/root.webp").write_bytes(picture("webp", (90, 70)))
    return folder


def images(page: bytes) -> list[dict[str, str]]:
    """Return the attributes of each picture of a page."""
    return [dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in re.findall(r"<img ([^>]*)>", page.decode())]


def test_every_picture_of_the_site_has_its_width_and_height_and_comes_when_it_is_needed(site: Path) -> None:
    files = well_built(site)
    lead, text = images(files["2024/05/ports/index.html"])
    assert (lead["width"], lead["height"], lead["fetchpriority"], "loading" in lead) == ("400", "600", "high", False)
    assert (text["width"], text["height"], text["loading"]) == ("60", "40", "lazy")
    first, second, third = images(files["2024/05/alone/index.html"])
    assert (first["width"], first["height"], first["fetchpriority"]) == ("30", "20", "high")
    assert (second["width"], second["loading"], third["width"], third["height"]) == ("60", "lazy", "90", "70")


def test_machines_are_told_how_large_it_is_and_whose(site: Path) -> None:
    files = well_built(site)
    page = files["2024/05/ports/index.html"].decode()
    assert '<meta property="og:image:width" content="400">' in page
    assert '"height":{"@type":"QuantitativeValue","value":600,"unitCode":"E37"}' in page
    assert f"Picture: {OWNER.credit}" in page
    assert "CC BY-SA 4.0" in page
    feed = files["rss.xml"].decode()
    assert 'medium="image" width="400" height="600"' in feed
    assert "width=&quot;60&quot; height=&quot;40&quot;" in feed or 'width="60" height="40"' in feed


def test_what_the_author_says_of_whose_it_is_comes_first(site: Path) -> None:
    path = site / "content/ports.md"
    path.write_text(path.read_text().replace("alt: The lead", "alt: L, credit: Us, license: Ours"))
    page = well_built(site)["2024/05/ports/index.html"].decode()
    assert "Picture: Us" in page
    assert OWNER.credit not in page


def test_picture_that_is_shown_tells_of_no_place_and_one_that_is_only_linked_or_static_is_as_it_was(site: Path) -> None:
    (site / "content/linked.md").write_text("---\ntitle: L\ndate: 2024-05-01\n---\n[The file](lead.jpg)\n")
    files = well_built(site)
    assert DEVICE.encode() not in files["2024/05/ports/lead.jpg"]
    assert DEVICE.encode() not in files["2024/05/ports/text.png"]
    assert files["2024/05/linked/lead.jpg"] == (site / "content/lead.jpg").read_bytes()
    assert files["root.webp"] == (site / "content/static/root.webp").read_bytes()


def test_a_changed_picture_changes_the_pages_that_show_it_alone(site: Path) -> None:
    well_built(site)
    (site / "content/text.png").write_bytes(picture("png", (80, 40)))
    assert built(site).rendered == {"2024/05/ports/index.html", "2024/05/alone/index.html"}
    (site / "content/lead.jpg").write_bytes(picture("jpeg", (300, 200)))
    own, lists = {"2024/05/ports/index.html"}, {"index.html", "archive/2024/05/index.html", "2024/05/alone/index.html"}
    assert own < built(site).rendered <= own | lists
    assert built(site).rendered == frozenset()


def test_deleting_what_is_remembered_changes_nothing(site: Path) -> None:
    files = well_built(site)
    (site / ".digestgen/cache.sqlite").unlink()
    assert well_built(site) == files


def test_broken_pictures_are_told_with_their_lines_and_published_as_they_are(site: Path) -> None:
    (site / "content/text.png").write_bytes(b"no picture")
    (site / "content/lead.jpg").write_bytes(picture("jpeg")[:-30])
    result = built(site)
    name = "content/text.png is damaged, or no picture of the kind that its name promises"
    lines = [line for line in told(result.diagnostics) if line.startswith("warning[bad-picture]")]
    for place in ("alone.md:5:15", "alone.md:7:15", "ports.md:6:23"):
        assert f"warning[bad-picture] content/{place} {name}" in lines
    short = "content/lead.jpg is cut short, or of a form that is not understood"
    assert f"warning[bad-picture] content/ports.md:4:14 {short}" in lines
    assert result.output is not None
    assert published(result.output)["2024/05/ports/text.png"] == b"no picture"


def test_nothing_is_said_of_a_picture_without_a_size_that_is_no_fault(site: Path) -> None:
    (site / "content/text.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    path = site / "content/alone.md"
    path.write_text(path.read_text().replace("text.png", "text.svg"))
    assert [line for line in told(built(site).diagnostics) if "bad-picture" in line] == []


# --- sizes


@pytest.fixture
def sized(site: Path) -> Path:
    """The site, with sizes; its lead is wider than all of them, its other picture a drawing that fits."""
    path = site / "site.yaml"
    path.write_text(path.read_text() + "images: {widths: [40, 80, 120], quality: {jpeg: 70}}\n")
    (site / "content/lead.jpg").write_bytes(picture("jpeg", (150, 300), turn=6))
    (site / "content/text.png").write_bytes(picture("png", (100, 50)))
    return site


def names(files: dict[str, bytes]) -> dict[str, list[str]]:
    """Return the endings of all sizes, as "40.avif", by the fingerprint that they share."""
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        if path.startswith("assets/pictures/"):
            name, _, ending = path.removeprefix("assets/pictures/").partition("-")
            found.setdefault(name, []).append(ending)
    return found


def test_sizes_are_made_in_both_kinds_and_never_larger_than_the_picture(sized: Path) -> None:
    files = well_built(sized)
    lead = ["120.avif", "120.jpg", "40.avif", "40.jpg", "80.avif", "80.jpg"]
    text = ["100.avif", "100.jpg", "40.avif", "40.jpg", "80.avif", "80.jpg"]
    root = ["40.avif", "40.jpg", "80.avif", "80.jpg", "90.avif", "90.jpg"]
    assert sorted(names(files).values()) == sorted([lead, text, root])
    for path, data in files.items():
        if path.startswith("assets/pictures/"):
            width = int(re.findall(r"-(\d+)\.", path)[0])
            with Image.open(io.BytesIO(data)) as made:
                assert made.width == width
                assert made.getexif().get(0x0112, 1) == 1
            assert DEVICE.encode() not in data
            assert rights.read("avif" if path.endswith("avif") else "jpeg", data) == OWNER


def test_new_words_beside_a_picture_leave_what_was_made_of_it(sized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = well_built(sized)
    path = sized / "content/ports.md"
    path.write_text(path.read_text().replace("[The original]", "[The whole]"))
    monkeypatch.setattr(darkroom, "_decoded", None)
    result = built(sized)
    assert result.rendered == {"2024/05/ports/index.html"}
    assert result.output is not None
    after = published(result.output)
    assert {path for path in files.keys() | after if files.get(path) != after.get(path)} <= {
        "2024/05/ports/index.html",
        *(path for path in files if path.endswith((".xml", ".json"))),
    }


def test_pages_offer_all_sizes_and_name_the_largest(sized: Path) -> None:
    page = well_built(sized)["2024/05/ports/index.html"].decode()
    assert page.count("<picture>") == 2
    lead, text = images(page.encode())
    assert (lead["width"], lead["height"], text["width"], text["height"]) == ("120", "60", "100", "50")
    assert re.fullmatch(r"../../../assets/pictures/[0-9a-f]{16}-120.jpg", lead["src"])
    assert [item.split()[1] for item in text["srcset"].split(", ")] == ["40w", "80w", "100w"]
    assert re.search(
        r'<source type="image/avif" srcset="[^"]*-40.avif 40w, [^"]*-80.avif 80w, [^"]*-100.avif 100w" sizes=', page
    )
    assert re.search(r'<meta property="og:image" content="https://example.org/assets/pictures/\w+-120.jpg">', page)


def test_picture_that_is_wider_than_its_sizes_is_published_itself_only_where_it_is_linked(sized: Path) -> None:
    assert "2024/05/ports/lead.jpg" not in well_built(sized)
    path = sized / "content/ports.md"
    path.write_text(path.read_text() + "\n[In full](lead.jpg)\n")
    assert DEVICE.encode() not in well_built(sized)["2024/05/ports/lead.jpg"]


def test_the_same_sizes_come_out_whatever_is_remembered_and_in_however_many_processes(sized: Path) -> None:
    files = well_built(sized)
    kept = {path.name: path.read_bytes() for path in (sized / ".digestgen/pictures").iterdir()}
    assert len(kept) == 18
    shutil.rmtree(sized / ".digestgen")
    result = build.build(build.Request(sized, NOW, jobs=2))
    assert result.output is not None
    assert published(result.output) == files
    assert {path.name: path.read_bytes() for path in (sized / ".digestgen/pictures").iterdir()} == kept


def test_nothing_is_decoded_that_was_before(sized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = well_built(sized)
    shutil.rmtree(sized / "public")
    monkeypatch.setattr(darkroom, "_decoded", None)
    assert well_built(sized) == files


def test_damaged_sizes_on_the_shelf_are_made_anew_and_those_of_lost_pictures_go(sized: Path) -> None:
    files = well_built(sized)
    for number, path in enumerate(sorted((sized / ".digestgen/pictures").iterdir())):
        path.write_bytes([b"", b"garbage", path.read_bytes()[:-1]][number % 3])
    shutil.rmtree(sized / "public")
    assert well_built(sized) == files
    (sized / "content/ports.md").unlink()
    left = names(well_built(sized))
    assert len(left) == 2
    assert len([*(sized / ".digestgen/pictures").iterdir()]) == 12


def test_nothing_foreign_is_removed_from_the_shelf_or_written_behind_a_link(sized: Path, tmp_path: Path) -> None:
    shelf, mine = sized / ".digestgen/pictures", tmp_path / "mine"
    well_built(sized)
    (shelf / "notes.txt").write_text("mine")
    (sized / "content/ports.md").unlink()
    files = well_built(sized)
    assert (shelf / "notes.txt").exists()
    shelf.rename(mine)
    shelf.symlink_to(mine)
    for path in mine.glob("?" * 40):
        path.unlink()
    shutil.rmtree(sized / "public")
    assert well_built(sized) == files
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]
    shelf.unlink()
    shelf.parent.rename(tmp_path / "ours")
    before = everything(tmp_path / "ours")
    shelf.parent.symlink_to(tmp_path / "ours")
    shutil.rmtree(sized / "public")
    assert well_built(sized) == files
    assert everything(tmp_path / "ours") == before


def test_pictures_that_cannot_be_decoded_end_the_build_with_their_names(sized: Path) -> None:
    data = picture("jpeg", (150, 300))
    (sized / "content/lead.jpg").write_bytes(data[: len(data) // 2])
    result = built(sized)
    assert not result.ok
    assert any(line.startswith("error[picture-refused] content/lead.jpg:1:1") for line in told(result.diagnostics))


def test_pictures_that_cannot_be_decoded_are_told_beside_other_errors(sized: Path) -> None:
    data = picture("jpeg", (150, 300))
    (sized / "content/lead.jpg").write_bytes(data[: len(data) // 2])
    (sized / "content/2024-05-09-wrong.md").write_text("---\ntitle: Wrong\n---\n[a](nowhere.md)\n")
    codes = ["broken-link", "picture-refused"]
    assert [item.code for item in built(sized).diagnostics if item.severity == "error"] == codes
    found = check.check(check.Request(sized, NOW)).diagnostics
    assert [item.code for item in found if item.severity == "error"] == codes


def test_no_rule_lets_a_page_name_sizes_that_could_not_be_made(sized: Path) -> None:
    data = picture("jpeg", (150, 300))
    (sized / "content/lead.jpg").write_bytes(data[: len(data) // 2])
    with (sized / "site.yaml").open("a") as file:
        file.write("rules: {picture-refused: off, bad-picture: off}\n")
    result = built(sized)
    assert not result.ok
    assert [item.code for item in result.diagnostics if item.severity == "error"] == ["picture-refused"]


def test_bombs_are_refused_before_they_are_decoded(sized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "png")
    (sized / "content/text.png").write_bytes(out.getvalue())
    monkeypatch.setattr(darkroom, "_decoded", None)
    result = built(sized)
    assert not result.ok
    line = "error[picture-refused] content/alone.md:5:15 content/text.png has more than 89 million pixels"
    assert line in told(result.diagnostics)


def test_without_the_part_that_makes_pictures_the_line_is_told_that_installs_it(
    sized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    result = built(sized)
    found = next(item for item in result.diagnostics if item.code == "missing-extra")
    assert (found.severity, found.help) == ("error", "install it: pip install 'digestgen[images]'")
    assert found.span is not None
    assert found.span.line == 5


def test_a_build_that_changes_nothing_does_not_ask_for_what_makes_pictures(sized: Path) -> None:
    code = (
        "import sys; from digestgen.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit('PIL' in sys.modules)"
    )
    once, again = (
        subprocess.run([sys.executable, "-c", code, "-C", str(sized), "build", "-j1"], check=False) for _ in range(2)
    )
    assert (once.returncode, again.returncode) == (1, 0)


# --- what a picture looks like


def made(data: bytes, kind: str, width: int) -> Image.Image:
    """Return a size of a picture, decoded."""
    known = facts(data)
    assert known is not None
    size = Size("", kind, width, max(1, round(known.head.height * width / known.head.width)))
    ((_, out),) = darkroom.developed(data, known, Recipe(), [size])
    return Image.open(io.BytesIO(out))


def test_picture_stands_upright() -> None:
    image = Image.new("RGB", (100, 50), "white")
    image.paste((255, 0, 0), (0, 0, 50, 50))
    for kind, width in (("jpeg", 25), ("avif", 25), ("webp", 50)):
        exif, out = Image.Exif(), io.BytesIO()
        exif[0x0112] = 6  # its left is to be above
        image.save(out, kind, exif=exif)
        small = made(out.getvalue(), "png", width).convert("RGB")
        assert small.height == 2 * width
        above, below = small.getpixel((width // 2, 5)), small.getpixel((width // 2, 2 * width - 5))
        assert isinstance(above, tuple)
        assert isinstance(below, tuple)
        assert (above[1] < 60, below[1] > 200) == (True, True)


def test_colours_are_those_of_srgb_whatever_the_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    cmyk, out = Image.new("CMYK", (60, 40), (0, 255, 255, 0)), io.BytesIO()
    cmyk.save(out, "jpeg", icc_profile=profile)  # no profile of its colours: it cannot be used, and is left out
    small = made(out.getvalue(), "jpeg", 30)
    assert (small.mode, small.info.get("icc_profile")) == ("RGB", None)
    pixel = small.getpixel((15, 10))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 180
    assert pixel[1] < 80


def test_depths_and_transparency_survive() -> None:
    deep, out = Image.new("I;16", (60, 40), 40_000), io.BytesIO()
    deep.save(out, "png")
    pixel = made(out.getvalue(), "jpeg", 30).convert("L").getpixel((3, 3))
    assert pixel in range(153, 160)
    glass, out = Image.new("RGBA", (60, 40), (255, 0, 0, 0)), io.BytesIO()
    glass.save(out, "png")
    for kind in ("avif", "png", "webp"):
        assert made(out.getvalue(), kind, 30).convert("RGBA").getchannel("A").getextrema() == (0, 0)
    few, out = Image.new("P", (60, 40)), io.BytesIO()
    few.putpalette([0, 0, 0, 255, 255, 255])
    few.save(out, "png")
    assert made(out.getvalue(), "png", 30).mode == "P"
