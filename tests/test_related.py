"""Older articles with the same tags and sources, shown below an article."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import views
from tests.building import Planned, built, planned

Site = Callable[[str], Path]

HEAD = "-- site.yaml --\ntitle: Digest\nurl: https://example.org/\n"


def article(name: str, day: int, front: str = "") -> str:
    return f"-- content/{name}.md --\n---\ntitle: {name}\ndate: 2024-05-{day:02}\n{front}\n---\nText.\n"


def beside(plan: Planned, name: str) -> list[str]:
    page = plan.page(f"2024/05/{name}/index.html", views.ArticlePage)
    return [card.title for card in page.related]


def test_older_articles_with_most_in_common_come_first(site: Site) -> None:
    fronts = ["tags: [x]", "tags: [x, y]\nsources: [wire]", "tags: [z]", "tags: [x, y]\nsources: [wire]", "tags: [x]"]
    plan = planned(site(HEAD + "".join(article(f"a{day}", day, front) for day, front in enumerate(fronts, 1))))
    assert [beside(plan, f"a{day}") for day in range(1, 6)] == [[], ["a1"], [], ["a2", "a1"], ["a4", "a2", "a1"]]


def test_what_stands_beside_it_in_its_story_is_not_told_twice(site: Site) -> None:
    fronts = ["tags: [x]", "tags: [x]\nstory: it", "tags: [x]\nstory: it"]
    plan = planned(site(HEAD + "".join(article(f"a{day}", day, front) for day, front in enumerate(fronts, 1))))
    assert beside(plan, "a3") == ["a1"]


@pytest.mark.parametrize("count", [3, 12])
def test_a_new_article_renders_no_other_than_its_neighbour_for_what_they_have_in_common(site: Site, count: int) -> None:
    folder = site(HEAD + "".join(article(f"a{day}", day, "tags: [x, y]") for day in range(1, count + 1)))
    assert built(folder).ok
    (folder / "content/b.md").write_text("---\ntitle: b\ndate: 2024-05-30\ntags: [x, y]\n---\n", encoding="utf-8")
    rendered = [path for path in built(folder).rendered if path.startswith("2024/")]
    assert sorted(rendered) == [f"2024/05/a{count}/index.html", "2024/05/b/index.html"]
