"""An edition as a mail: HTML with its styles inside, a text beside it, and both in one message (RFC 5322, RFC 2046)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape, unescape
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from digestgen import build, fingerprint, library, reading, theme, unchanged, urls, views, wording
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span, graded
from digestgen.editions import Edition
from digestgen.library import Library, Part
from digestgen.markup import clean
from digestgen.plan import site
from digestgen.plan.outputs import Rendered
from digestgen.render import Renderer, TemplateFault, filters_of
from digestgen.schema import meant

#: A mail program of many readers cuts what is longer, in bytes.
LARGEST: Final = 100_000


@dataclass(frozen=True)
class Request:
    """What is asked for: an edition by name, number or as "latest", of the language `lang` (the main one without)."""

    folder: Path
    now: datetime
    edition: str = "latest"
    lang: str = ""


@dataclass(frozen=True)
class Letter:
    """An edition as a mail. `html` and `text` are its parts; `message` is all of it, as `data` in bytes with CRLF."""

    name: str
    lang: str
    subject: str
    html: str
    text: str
    message: EmailMessage

    @property
    def data(self) -> bytes:
        return self.message.as_bytes()


@dataclass()
class Result:
    """The letter, None where something is wrong, and what is told; `settings` are those of the site."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    letter: Letter | None = None
    settings: Config | None = None


def letter(request: Request) -> Result:
    """Return the mail of an edition. The same edition of the same site makes the same bytes.

    Raises `MissingError` where the extra that puts styles inside is not installed, OSError where the disk fails.
    """
    settings, found = build.settings_of(request.folder)
    if settings is None:
        return Result(graded(found, {}, strict=False))
    look = unchanged.look(str(request.folder))
    try:
        return _written(request, settings, reading.read(request.folder, settings, look, found))
    finally:
        look.store.close()


def _written(request: Request, settings: Config, given: reading.Reading) -> Result:
    given.add_pages(request.now)
    shelf, faults = library.assemble(given.articles, given.registries, settings, request.now)
    given.found.extend([*faults, *_unready(settings)])
    filters, more = filters_of(given.tree.plugins)
    given.found.extend(more)
    design, faults = theme.load(settings, request.folder, given.tree.static, given.pictures)
    interface, further = wording.load(settings, given.tree.catalogues, design.above if design else ())
    options = design.options if design else {}
    planned, more = site.plan(shelf, given.tree.files, options, given.unread, interface=interface)
    given.found.extend([*faults, *further, *more])
    result = Result(settings=settings)
    try:
        edition, part = _meant(request, shelf)
        if design and not _wrong(given.found, settings):
            page = _page(edition, part, planned)
            renderer = Renderer(design, planned.sites, settings.base, None, filters, interface=interface)
            result.letter = _letter(edition, part, page, renderer, settings)
    except UnknownError as error:
        given.found.append(Diagnostic("no-edition", str(error), help=error.help))
    except TemplateFault as fault:
        given.found.append(fault.diagnostic)
    if result.letter and len(result.letter.html.encode()) > LARGEST:
        given.found.append(_too_large(result.letter))
        result.letter = None
    told = graded(given.found, settings.rules, strict=False)
    result.diagnostics = given.tree.with_lines(told)
    return result


def _too_large(made: Letter) -> Diagnostic:
    size = len(made.html.encode())
    message = f"the mail of the edition {made.name} has {size:,} bytes with headlines alone; programs cut it there"
    return Diagnostic("mail-too-large", message, help=f"at most {LARGEST:,} bytes are safe: make two editions of it")


def _unready(settings: Config) -> Iterator[Diagnostic]:
    """Yield what site.yaml lacks or has wrong for a mail."""
    if not settings.url and not settings.vague:
        yield Diagnostic(
            "mail-setting",
            "a mail needs the address of the site, and site.yaml has no `url`",
            Span("site.yaml"),
            help="add `url: https://…`, where the site will live",
        )
    email = settings.email
    for key, value in (("from", email.sender), ("to", email.to), ("reply_to", email.reply_to)):
        if value and "@" not in parseaddr(value)[1]:
            yield _bad(settings, key, f"`{value[:80]}` has no address", "expected Name <name@example.org>")
    left = email.unsubscribe
    if left and not _is_placeholder(left) and urls.classify(left).kind not in ("external", "mail"):
        yield _bad(settings, "unsubscribe", f"`{left[:80]}` is no address", "expected https://…, mailto:… or {{ … }}")


def _bad(settings: Config, key: str, message: str, label: str) -> Diagnostic:
    return Diagnostic("mail-setting", message, settings.marks.get(f"email.{key}", Span("site.yaml")), label)


def _is_placeholder(text: str) -> bool:
    """Tell whether a mailing service will put an address in the place of `text`: {{ … }}, *|…|*, %…%, [[…]], <%…%>."""
    return re.search(r"\{\{.+\}\}|\*\|.+\|\*|%[\w:]+%|\[\[?\w.*\]|<%.+%>", text) is not None


def _wrong(found: Sequence[Diagnostic], settings: Config) -> bool:
    return any(item.severity == "error" for item in graded(found, settings.rules, strict=False))


class UnknownError(Exception):
    """What was asked for is not there; the text says what is."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def _meant(request: Request, shelf: Library) -> tuple[Edition, Part]:
    langs = [part.language.lang for part in shelf.parts]
    lang = request.lang or langs[0]
    part = next((part for part in shelf.parts if part.language.lang.lower() == lang.lower()), None)
    if part is None:
        raise UnknownError(f"the site has no `{lang}`", f"its languages: {', '.join(langs)}")
    if not part.editions:
        off = shelf.config.editions == "off"
        raise UnknownError(
            f"there is no edition in `{part.language.lang}`",
            "`editions: weekly` in site.yaml makes one of each week's articles" if off else "none has an article yet",
        )
    wanted = request.edition.strip()
    known = {edition.name: edition for edition in reversed(part.editions)}
    numbered = {str(edition.number): edition for edition in reversed(part.editions) if edition.number}
    edition = part.editions[0] if wanted == "latest" else known.get(wanted) or numbered.get(wanted)
    if edition is None:
        hint = meant(wanted, [*known, *numbered]) or f"the newest: {', '.join(item.name for item in part.editions[:5])}"
        raise UnknownError(f"there is no edition `{wanted}` in `{part.language.lang}`", hint)
    return edition, part


def _page(edition: Edition, part: Part, planned: site.Plan) -> views.EditionPage:
    made = (output.content for output in planned.outputs if isinstance(output.content, Rendered))
    content = next(item for item in made if item.template == "edition.html" and item.url == edition.url)
    page = content.page
    assert isinstance(page, views.EditionPage), part.language.lang
    return page


# --- the two parts


def _letter(edition: Edition, part: Part, page: views.EditionPage, renderer: Renderer, settings: Config) -> Letter:
    whole = urls.absolute(settings.url, edition.url)
    issue = _tidied(page, whole)
    lang = part.language.lang
    subject = f"{part.language.title}: {' · '.join(dict.fromkeys((page.edition.label, page.name)))}"
    mail = views.MailPage(
        head=page.head,
        issue=issue,
        subject=subject,
        preheader=_preheader(page),
        web=whole,
        unsubscribe=settings.email.unsubscribe,
        address=settings.email.address,
    )
    sized, html = _fitting(mail, lambda page: _styled(_rendered("mail.html", page, lang, renderer), whole))
    text = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", _rendered("mail.txt", sized, lang, renderer))).strip()
    made = Letter(edition.name, lang, subject, html, text + "\n", EmailMessage())
    return replace(made, message=_message(made, edition, whole, settings))


def _fitting(mail: views.MailPage, made: Callable[[views.MailPage], str]) -> tuple[views.MailPage, str]:
    """Return the mail at the greatest depth at which programs show it whole, else with headlines only, and its HTML."""
    html = made(mail)
    while mail.depth and len(html.encode()) > LARGEST:
        mail = replace(mail, depth=mail.depth - 1)
        html = made(mail)
    return mail, html


def _rendered(template: str, page: views.MailPage, lang: str, renderer: Renderer) -> str:
    content = Rendered(template, lang, page.issue.edition.url, "", listed=False, make=lambda: page)
    return renderer.render(content).data.decode()


def _preheader(page: views.EditionPage) -> str:
    """Return what stands beside the subject in a list of mails: the standfirst, or the first headlines."""
    cards = [*([page.lead] if page.lead else []), *(item.card for section in page.sections for item in section.items)]
    return page.standfirst or " · ".join(card.title for card in cards[:3])


def _tidied(page: views.EditionPage, whole: str) -> views.EditionPage:
    """Return the edition with texts as a mail may hold them, and whole addresses in them."""
    sections = tuple(
        replace(section, items=tuple(replace(item, html=_text(item.html, whole)) for item in section.items))
        for section in page.sections
    )
    return replace(page, html=_text(page.html, whole), sections=sections)


_ADDRESS: Final = re.compile(r"""(\s(?:href|src|cite)=")([^"]*)(")""")


def _text(html: str, whole: str) -> str:
    """Return HTML of an article without pictures, which a mail must not need, and with whole addresses."""

    def absolute(match: re.Match[str]) -> str:
        return match[1] + escape(urljoin(whole, unescape(match[2]))) + match[3]

    return _ADDRESS.sub(absolute, clean.clean_for_mail(html)) if html else ""


class MissingError(Exception):
    """An extra is not installed; the text is the line that installs it."""


def _styled(html: str, whole: str) -> str:
    """Return `html` with its styles at each element, where all mail programs find them."""
    try:
        import css_inline
    except ImportError:
        raise MissingError("pip install 'digestgen[email]'") from None
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, base_url=whole)
    return str(inliner.inline(html))


# --- the message


def _message(made: Letter, edition: Edition, whole: str, settings: Config) -> EmailMessage:
    email = settings.email
    message = EmailMessage(policy=SMTP)
    sender = _mailbox(email.sender) or _mailbox(settings.publisher.email)
    message["Subject"] = made.subject
    if sender:
        message["From"] = Address(sender.display_name or settings.title, addr_spec=sender.addr_spec)
    for name, value in (("To", email.to), ("Reply-To", email.reply_to)):
        mailbox = _mailbox(value)
        if mailbox:
            message[name] = mailbox
    message["Date"] = format_datetime(_date(edition))
    message["Message-ID"] = _message_id(made, whole, settings)
    for name, value in _list_headers(made, settings):
        message[name] = value
    message.set_content(made.text, cte="quoted-printable")
    message.add_alternative(made.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = made.lang  # last, since setting the content clears what tells of it
    # the library would draw lots for it, and the same edition has to make the same bytes
    message.set_boundary(f"=_{fingerprint.of_value((made.text, made.html))[:32]}")
    return message


def _mailbox(written: str) -> Address | None:
    name, address = parseaddr(written)
    return Address(name, addr_spec=address) if "@" in address else None


def _date(edition: Edition) -> datetime:
    """When an edition was ready: when it begins, or when the last of its articles was released."""
    return max([edition.stamp.at, *(item.released.at for item in edition.articles)])


def _message_id(made: Letter, whole: str, settings: Config) -> str:
    """Return an id that stays with the edition, whatever is mended in it (RFC 5322, 3.6.4)."""
    name = uuid.uuid5(settings.site_id, f"mail {made.lang} {made.name}")
    return f"<{name}@{urls.host(whole) or 'localhost'}>"


def _list_headers(made: Letter, settings: Config) -> Iterator[tuple[str, str]]:
    """Yield the headers of a mailing list (RFC 2919, RFC 2369, RFC 8058)."""
    email = settings.email
    if email.list_id:
        yield "List-Id", f"{settings.title} <{email.list_id}>"
    prefix = next((item.prefix for item in settings.languages if item.lang == made.lang), "")
    yield "List-Archive", f"<{urls.absolute(settings.url, f'{prefix}/editions/')}>"
    if urls.classify(email.unsubscribe).kind in ("external", "mail") and not _is_placeholder(email.unsubscribe):
        yield "List-Unsubscribe", f"<{email.unsubscribe}>"
        if email.unsubscribe.startswith("https:"):
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
