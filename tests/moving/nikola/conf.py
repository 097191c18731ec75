BLOG_AUTHOR = "Jo Example"
BLOG_TITLE = "The Small Wire"
SITE_URL = "https://smallwire.example/"
BLOG_EMAIL = "jo@smallwire.example"
BLOG_DESCRIPTION = "A few events, told briefly"
DEFAULT_LANG = "en"
TRANSLATIONS = {
    DEFAULT_LANG: "",
    "de": "./de",
}
NAVIGATION_LINKS = {
    DEFAULT_LANG: (("/archive.html", "Archive"),),
    "de": (("/de/archive.html", "Archiv"),),
}
THEME = "base"
POSTS = (
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.md", "posts", "post.tmpl"),
)
PAGES = (
    ("pages/*.rst", "", "page.tmpl"),
    ("pages/*.md", "", "page.tmpl"),
)
TIMEZONE = "Europe/Paris"
FORCE_ISO8601 = True
COMPILERS = {
    "rest": (".rst", ".txt"),
    "markdown": (".md", ".mdown", ".markdown"),
    "html": (".html", ".htm"),
}
OUTPUT_FOLDER = "output"
CREATE_ARCHIVE_NAVIGATION = False
GENERATE_RSS = True
