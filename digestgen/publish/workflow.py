"""Files that have a forge build and publish the digest itself: GitHub's workflow, GitLab's pipeline. Texts, no more.

Actions are named by their commits, which nobody can put anything else in the place of, as somebody could with a tag.
"""

from __future__ import annotations

import json
import re
from typing import Final

from digestgen import __version__, fingerprint
from digestgen.dataclass import dataclass

GITHUB: Final = ".github/workflows/publish.yml"
GITLAB: Final = ".gitlab-ci.yml"

#: Looked for by the clock: on the quarter of an hour, and links once a week, when few others ask.
CRON: Final = "*/15 * * * *"
_LINKS: Final = "23 5 * * 1"

#: GitHub's own actions, each by a commit and the version that this is.
_ACTIONS: Final = {
    "checkout": "d23441a48e516b6c34aea4fa41551a30e30af803  # v6.1.0",
    "setup-python": "ece7cb06caefa5fff74198d8649806c4678c61a1  # v6.3.0",
    "cache": "27d5ce7f107fe9357f9df03efb73ab90386fccae  # v5.0.5",
    "upload-pages-artifact": "fc324d3547104276b827a68afc52ff2a11cc49c9  # v5.0.0",
    "deploy-pages": "cd2ce8fcbc39b97be8ca5fce6e763baed58fa128  # v5.0.0",
}

_MARK: Final = re.compile(r"# Made by `digestgen publish --workflow` \(([0-9a-f]{10})\)[^\n]*\n")


@dataclass(frozen=True)
class Asked:
    """What a file is written for: the folder of the site in its repository (empty: the top), the branch, the address.

    `url` is empty where site.yaml has it. `output` is the output folder as site.yaml names it.
    """

    folder: str
    branch: str
    url: str
    output: str
    cron: str = CRON
    extras: tuple[str, ...] = ()


def is_cron(text: str) -> bool:
    """Tell whether `text` is five fields of numbers, stars, steps, ranges and names, as schedules are written."""
    fields = text.split()
    return len(fields) == 5 and all(re.fullmatch(r"[0-9A-Za-z*/,-]+", field) for field in fields)


def ours(text: str) -> bool:
    """Tell whether a file is as it was written here, so that it may be written again."""
    mark = _MARK.match(text)
    return mark is not None and fingerprint.short(text[mark.end() :].encode()) == mark[1]


def _marked(text: str) -> str:
    mark = fingerprint.short(text.encode())
    about = "which writes it again only while it is as it was made."
    return f"# Made by `digestgen publish --workflow` ({mark}), {about}\n{text}"


def _install(asked: Asked) -> str:
    extras = f"[{','.join(asked.extras)}]" if asked.extras else ""
    return (
        "if [ -f requirements.txt ]; then python -m pip install --quiet -r requirements.txt; "
        f'else python -m pip install --quiet "digestgen{extras}=={__version__}"; fi'
    )


def _action(name: str) -> str:
    """Return what a step uses: an action, or with a slash one of the several that an action has."""
    return f"actions/{name}@{_ACTIONS[name.partition('/')[0]]}"


def _prepare(asked: Asked) -> str:
    address = ' --url "$DIGEST_URL"' if asked.url else ""
    return f'digestgen publish --prepare --output "{asked.output}" --now "$MOMENT"{address}'


def github(asked: Asked) -> str:
    """Return the workflow for GitHub Pages: a build that may only read, a deployment that may only deploy."""
    above = f"{asked.folder}/" if asked.folder else ""
    address = f"\n          DIGEST_URL: {json.dumps(asked.url)}" if asked.url else ""
    start = f"""\
      - name: Fetch the digest
        uses: {_action("checkout")}
        with:
          persist-credentials: false
      - name: Set up Python
        uses: {_action("setup-python")}
        with:
          python-version: "3.13"
      - name: Install digestgen
        run: |
          {_install(asked)}
"""
    return _marked(f"""\
name: Publish the digest

on:
  push:
    branches: [{json.dumps(asked.branch)}]
  schedule:
    - cron: {json.dumps(asked.cron)}
    - cron: {json.dumps(_LINKS)}
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: publish-${{{{ github.event.schedule == '{_LINKS}' && 'links' || 'pages' }}}}
  cancel-in-progress: false

defaults:
  run:
    shell: bash
    working-directory: {json.dumps("./" + asked.folder)}

jobs:
  build:
    if: github.event.schedule != '{_LINKS}'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    outputs:
      due: ${{{{ steps.due.outputs.due }}}}
      moment: ${{{{ steps.due.outputs.moment }}}}
    steps:
{start}\
      - name: Fetch what earlier runs left
        uses: {_action("cache/restore")}
        with:
          path: |
            {above}.digestgen
            {above}{asked.output}
          key: digestgen-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: digestgen-
      - name: Fetch the moment of the last publish
        uses: {_action("cache/restore")}
        with:
          path: published-at
          key: published-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: published-
      - name: Ask whether anything is due
        id: due
        env:
          EVENT: ${{{{ github.event_name }}}}
        run: |
          due=true
          last=$(cat "$GITHUB_WORKSPACE/published-at" 2>/dev/null || true)
          if [ "$EVENT" = schedule ] && [ -n "$last" ]; then
            next=$(digestgen next --now "$last" || echo never)
            next=${{next%% *}}
            next=${{next%%:}}
            if [ "$next" = never ] || [ "$(date -u -d "$next" +%s)" -gt "$(date -u +%s)" ]; then due=false; fi
            echo "Due next: $next"
          fi
          {{
            echo "due=$due"
            echo "moment=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
          }} >> "$GITHUB_OUTPUT"
      - name: Build, and look over what is published
        if: steps.due.outputs.due == 'true'
        env:
          MOMENT: ${{{{ steps.due.outputs.moment }}}}{address}
        run: |
          {_prepare(asked)}
      - name: Keep what the next run can use
        if: steps.due.outputs.due == 'true'
        uses: {_action("cache/save")}
        with:
          path: |
            {above}.digestgen
            {above}{asked.output}
          key: digestgen-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
      - name: Leave out what is not for readers
        if: steps.due.outputs.due == 'true'
        run: |
          rm -rf "{asked.output}"/.digestgen-*
      - name: Hand over the pages
        if: steps.due.outputs.due == 'true'
        uses: {_action("upload-pages-artifact")}
        with:
          path: {json.dumps(above + asked.output)}
          include-hidden-files: true

  deploy:
    needs: build
    if: needs.build.outputs.due == 'true'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      pages: write
      id-token: write
    environment:
      name: github-pages
      url: ${{{{ steps.deployment.outputs.page_url }}}}
    steps:
      - name: Publish
        id: deployment
        uses: {_action("deploy-pages")}
      - name: Note the moment
        working-directory: .
        env:
          MOMENT: ${{{{ needs.build.outputs.moment }}}}
        run: |
          echo "$MOMENT" > "$GITHUB_WORKSPACE/published-at"
      - name: Keep the moment
        uses: {_action("cache/save")}
        with:
          path: published-at
          key: published-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}

  links:
    if: github.event.schedule == '{_LINKS}'
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
{start}\
      - name: Check the links that lead out
        run: |
          digestgen check --links
""")


def gitlab(asked: Asked) -> str:
    """Return the pipeline for GitLab Pages, which serves the folder public/ of a job's artifacts."""
    where = [f"cd {json.dumps(asked.folder)}"] if asked.folder else []
    address = ' --url "$DIGEST_URL"' if asked.url else ""
    script = [*where, _install(asked), f'digestgen publish --prepare --output "$CI_PROJECT_DIR/public"{address}']
    above = f"{asked.folder}/" if asked.folder else ""
    variables = f"  variables:\n    DIGEST_URL: {json.dumps(asked.url)}\n" if asked.url else ""
    return _marked(f"""\
image: python:3.13-slim

pages:
  stage: deploy
{variables}\
  script:
{"".join(f"    - {json.dumps(line)}{chr(10)}" for line in script)}\
  cache:
    key: digestgen
    paths:
      - {above}.digestgen/
      - public/
  artifacts:
    paths:
      - public
    exclude:
      - public/.digestgen-*
  resource_group: pages
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $DIGEST_LINKS
      when: never
    - if: $CI_COMMIT_BRANCH == {json.dumps(asked.branch)}

links:
  stage: test
  script:
{"".join(f"    - {json.dumps(line)}{chr(10)}" for line in (*where, _install(asked), "digestgen check --links"))}\
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $DIGEST_LINKS
""")
