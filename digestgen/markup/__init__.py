"""From an article's Markdown to safe HTML: the only home of Python-Markdown, Pygments and nh3."""
