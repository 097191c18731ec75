"""Handing a mail to a server, once: what was sent to whom stands beside site.yaml, since no cache may forget it."""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from digestgen import files
from digestgen.config import SmtpConfig
from digestgen.dataclass import dataclass

#: Where it is remembered what was sent: a file to be committed with the site.
FILE: Final = "sent-editions.json"

_LIMIT: Final = 4 * 1024 * 1024
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class PostError(Exception):
    """A mail was not sent; the text says why, and what to do."""


@dataclass(frozen=True)
class Sending:
    """An edition and the address of the list that it goes to."""

    message: EmailMessage
    to: str

    @property
    def key(self) -> str:
        return f"{self.message['Message-ID']} {self.to.lower()}"


def check(folder: Path, sending: Sending) -> None:
    """Raise `PostError` where an edition was sent to this list, or where that is not certain."""
    state = _sent(folder).get(sending.key)
    if state is None:
        return
    at = str(state.get("at", "")) if isinstance(state, Mapping) else ""
    if isinstance(state, Mapping) and state.get("done") is True:
        raise PostError(f"this edition went to {sending.to} already, {at}; it is never sent twice")
    raise PostError(
        f"sending this edition to {sending.to} was begun {at} and did not end; look whether it arrived. If it did not, "
        f"take its line out of {FILE}"
    )


def send(folder: Path, sending: Sending, smtp: SmtpConfig, password: str, now: datetime) -> None:
    """Hand the mail to the server, after it was noted that this begins; at the end it is noted that it was done.

    Raises `PostError` where it was sent before or the server refuses; what the server refused may be sent again.
    """
    files.make_own(str(folder), ".digestgen")
    with files.lock(str(folder / ".digestgen" / "sending.lock")):
        check(folder, sending)
        sent = _sent(folder)
        at = now.isoformat(timespec="seconds")
        _keep(folder, {**sent, sending.key: {"at": at, "subject": str(sending.message["Subject"]), "done": False}})
        try:
            _hand_over(sending, smtp, password)
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            if _surely_not_sent(error):
                _keep(folder, sent)
            raise PostError(_reason(error, smtp)) from None
        _keep(folder, {**sent, sending.key: {"at": at, "subject": str(sending.message["Subject"]), "done": True}})


def _hand_over(sending: Sending, smtp: SmtpConfig, password: str) -> None:
    port = smtp.port or _PORTS[smtp.security]
    context = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, port, timeout=60, context=context)
    else:
        server = smtplib.SMTP(smtp.host, port, timeout=60)
    with server:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, password)
        server.send_message(sending.message, to_addrs=[sending.to])


def _surely_not_sent(error: Exception) -> bool:
    """Tell whether a server refused, or was never reached; a connection that broke may have been too late."""
    return isinstance(
        error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused | ConnectionRefusedError
    ) or (isinstance(error, OSError) and not isinstance(error, TimeoutError | ConnectionError | smtplib.SMTPException))


def _reason(error: Exception, smtp: SmtpConfig) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{smtp.host} refuses the login; is the password in {smtp.variable} right?"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{smtp.host} refuses the list's address: {_said(next(iter(error.recipients.values())))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{smtp.host} refuses the mail: {_said((error.smtp_code, error.smtp_error))}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{smtp.host} does not offer what is asked: {error}; see `security` and `user` of email.smtp"
    return f"{smtp.host} cannot be reached, or the connection broke: {error}"


def _said(answer: tuple[int, bytes | str]) -> str:
    code, text = answer
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {shown}"


def _sent(folder: Path) -> dict[str, Any]:
    """Return what is noted. Raises `PostError` where that cannot be read: then nobody knows what was sent."""
    try:
        rows = json.loads(files.read_bytes(str(folder / FILE), _LIMIT))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, dict):
        raise PostError(f"{FILE} cannot be read, so nobody knows what was sent; mend it, or remove it if it is empty")
    return rows


def _keep(folder: Path, rows: Mapping[str, Any]) -> None:
    files.put(str(folder / FILE), (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode(), sync=True)
