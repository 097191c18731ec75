"""Every kind of fault that digestgen tells, with its default severity.

The codes are stable: site.yaml's `rules` names them, and so do the reference pages, which tests hold against this
list.
"""

from __future__ import annotations

from typing import Final

from digestgen.diagnostics import Rule

_RULES: Final = (
    # --- files as a whole
    Rule("not-utf8", "A file is not UTF-8 text."),
    Rule(
        "too-large",
        "A file is larger than is read (1 MiB of settings, 4 MiB of article, 100 MiB of file), always an error.",
    ),
    Rule("unreadable", "A file or folder cannot be read, which is always an error, or it is neither.", "warning"),
    Rule("link-outside", "A symbolic link leads out of the site, and is not followed.", "warning"),
    Rule("bad-name", "A file's name cannot be published on every host and system."),
    Rule("not-an-article", "A file has another ending than .md and looks like an article.", "warning"),
    # --- YAML
    Rule("no-front-matter", "An article does not begin with a front matter between two lines of `---`."),
    Rule("unclosed-front-matter", "The front matter is not closed by a line of `---`."),
    Rule("yaml-syntax", "The YAML cannot be read."),
    Rule("yaml-tab", "YAML is indented with a tab."),
    Rule("yaml-alias", "YAML anchors, aliases and merge keys are not read."),
    Rule("yaml-tag", "YAML tags are not read."),
    Rule("yaml-depth", "YAML is nested deeper than any setting needs."),
    Rule("unquoted-colon", "A value has a colon and is not quoted, so YAML reads it as a mapping."),
    Rule("yaml-comment", "A value is cut short by a `#` after a blank, which begins a comment.", "warning"),
    Rule("duplicate-key", "A key stands twice in one mapping."),
    # --- values
    Rule("wrong-type", "A value is of another kind than its key expects."),
    Rule("bad-value", "A value is none that its key knows."),
    Rule("bad-date", "A date is not written as a date, or does not exist."),
    Rule("bad-url", "An address cannot be one, or is of a kind that is not allowed."),
    Rule(
        "unknown-key", "A key is not known: a warning in articles and registries, an error in site.yaml and theme.yaml."
    ),
    Rule("missing-key", "A key that is needed is missing."),
    Rule("missing-folder", "The folder of the articles does not exist."),
    Rule("missing-site", "There is no site.yaml in the folder."),
    Rule("missing-title", "An article or a page has no title."),
    Rule("missing-date", "An article has no date, neither in its front matter nor in its file's name."),
    Rule("bad-slug", "A slug would not survive in an address as it is written."),
    Rule("bad-alias", "A former address cannot be one on this site."),
    Rule("early-correction", "A correction is dated before the article was published."),
    Rule("never-published", "An article expires before it is published, or at that moment.", "warning"),
    Rule("similar-role", "A credit's role is nearly one that digestgen has words for.", "warning"),
    Rule("person-twice", "A credit names one person twice.", "warning"),
    Rule("empty-translation", "A `translation` is there and says nothing.", "warning"),
    Rule("unnamed-source", "A source has neither a name nor an address."),
    Rule("similar-source", "A source's name is nearly that of a publisher in sources.yaml.", "warning"),
    Rule("missing-license", "A work is published again under a licence that nobody knows."),
    Rule("missing-canonical", "A work is published again, and `canonical` does not lead to where it stands."),
    Rule("duplicate-name", "Two entries of a registry have one name."),
    # --- the body
    Rule("too-complex", "An article is nested so deeply that it cannot be rendered."),
    Rule("over-budget", "An article takes more time or memory than one may, or makes a page that is too large."),
    Rule("broken-link", "A link or a picture points to a file, a page or a heading that does not exist."),
    Rule("held-headline", "A link's text is the headline of an article that is held back, and stays.", "warning"),
    Rule("held-picture", "A picture in content/static/ is held back with the only articles that show it.", "note"),
    Rule("refused-link", "A link has an address of a kind that is not allowed, as javascript:.", "warning"),
    Rule("bad-picture", "A picture's file is damaged, or none of the kind that its name promises.", "warning"),
    Rule("picture-refused", "A picture has too many pixels, or is damaged, so that it cannot be made smaller or safe."),
    Rule("missing-alt", "A picture has no alternative text.", "warning"),
    # --- the site as a whole
    Rule("url-collision", "Two things claim one address, or addresses that one file system holds for the same."),
    Rule("edition-name", "The file of an edition is not named by a day or a week, where editions are daily or weekly."),
    Rule("edition-listing", "An edition lists what is no article of its language, or what an edition lists already."),
    Rule("edition-number", "Two editions of one language have the same number."),
    Rule("edition-empty", "An edition has no articles."),
    Rule("editions-off", "A file of content/editions/ is an article, as site.yaml asks for no editions.", "note"),
    Rule("same-language", "A translation is said to come from its own language."),
    Rule("translation-twice", "Two articles of one language share a translation key."),
    Rule("misspelt-story", "A `story` is nearly, but not quite, one of stories.yaml.", "warning"),
    Rule("no-url", "site.yaml has no `url`, so neither feeds nor a sitemap are written.", "note"),
    Rule("no-site-id", "site.yaml has a `url` but no `site_id`, so the ids in feeds change with the address.", "note"),
    # --- words
    Rule("bad-catalogue", "A catalogue of words (.po) cannot be read, or is not where or what its name says."),
    Rule("bad-message", "A translation in a catalogue cannot stand for its message."),
    Rule("unknown-message", "A catalogue translates what no page says.", "warning"),
    Rule("untranslated", "Pages say some things in English, because their language has no words for them.", "warning"),
    # --- themes
    Rule("no-theme", "The theme does not exist."),
    Rule("theme", "A template or a file of the theme is wrong."),
    Rule("text-outside", "A template that extends another one has text outside all blocks, shown nowhere.", "warning"),
    # --- habits, which only `digestgen check` tells
    Rule("unlicensed-source", "No licence is known for the works of a publisher.", "warning", "check"),
    Rule("skipped-heading", "A heading leaves out a level, so that the outline has a hole.", "warning", "check"),
    Rule("duplicate-title", "Two articles of one language have the same title.", "warning", "check"),
    Rule("tag-spelling", "A tag is spelt in several ways.", "warning", "check"),
    Rule("similar-tags", "Two tags differ by a letter.", "warning", "check"),
    Rule("unused-tag", "A tag of tags.yaml is used by no article.", "warning", "check"),
    Rule("tracking-link", "An address carries parameters that tell whom a reader comes from.", "warning", "check"),
    Rule("short-link", "An address hides behind a shortener where it leads.", "warning", "check"),
    Rule("credited-twice", "One work is credited in two editions.", "warning", "check"),
    Rule(
        "missing-translation",
        "An article lacks a language that nearly all others of its time have.",
        "warning",
        "check",
    ),
    Rule(
        "unmarked-language",
        "A passage is in another language than its article, and does not say so.",
        "warning",
        "check",
    ),
    Rule("dead-link", "A link leads to what is not there any more.", "error", "check"),
    Rule("moved-link", "A link leads to what has moved for good.", "note", "check"),
    Rule("silent-link", "A link's host does not answer, or does not answer programs.", "warning", "check"),
    Rule(
        "private-link", "A link leads to this machine or into a private network, and is not asked.", "warning", "check"
    ),
    # --- what is installed
    Rule("missing-extra", "The site asks for what an optional part of digestgen does, which is not installed."),
    Rule("search-failed", "Pagefind did not make the search index; the site is built, and the last index stays."),
    # --- mail
    Rule("no-edition", "The edition that is asked for does not exist.", "error", "email"),
    Rule("mail-setting", "site.yaml lacks what a mail needs, or has it wrong.", "error", "email"),
    Rule("mail-too-large", "The mail of an edition is larger than mail programs show.", "error", "email"),
    # --- feeds of others
    Rule("feed-failed", "A feed that is followed gives no answer, or is no feed.", "error", "import"),
    Rule("feed-broken", "A feed that is followed is broken, and was read as far as that goes.", "warning", "import"),
    Rule("feed-moved", "A feed that is followed has moved for good.", "note", "import"),
    # --- plug-ins
    Rule("plugin", "A plug-in does not exist, offers nothing, fails, or returns what it must not."),
    Rule("plugin-check", "What a plug-in's own check found; it says how grave that is.", "warning"),
    # --- the output folder
    Rule("output-refused", "The output folder must not be written to."),
    Rule("output-foreign", "A file that digestgen did not write stands where a page must go."),
    Rule("output-changed", "A file that digestgen wrote was changed since, and is written again.", "warning"),
    Rule("output-held", "An empty folder of the output cannot be removed, for it is in use or protected.", "warning"),
    # --- publishing
    Rule(
        "leak", "A file that is to be published holds a secret, or names a folder of this machine.", "error", "publish"
    ),
    Rule("foreign-branch", "The branch to publish to holds what digestgen did not publish there.", "error", "publish"),
    Rule(
        "not-published",
        "The site was not published, or not all of it: git, the remote or a command refuses.",
        "error",
        "publish",
    ),
)

RULES: Final[dict[str, Rule]] = {rule.code: rule for rule in _RULES}
