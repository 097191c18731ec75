"""Connections: who comes in, how long they may take, and how many there may be at once."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import field
from http import HTTPStatus
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.serve import wire
from digestgen.serve.guard import Guard
from digestgen.serve.wire import Answer, Refused, Request

#: Seconds in which a request's head and body have to be there, and in which a client has to take some of an answer.
PATIENCE: Final = 10.0
#: So many connections at once. Of those that ask for nothing, the one that waited longest makes way.
CONNECTIONS: Final = 200
#: So many ports are tried, from the one that was asked for on.
_PORTS: Final = 20


class PortsTakenError(OSError):
    """No port is free."""


@dataclass(frozen=True)
class House:
    """What lies behind the door.

    `answer` returns the answer to a request, `stream` an event stream where one is asked for, `pieces` the bytes of a
    file that an answer names, and `note` takes what went wrong.
    """

    answer: Callable[[Request], Answer]
    stream: Callable[[Request], AsyncGenerator[bytes, None] | None]
    pieces: Callable[[Answer], Iterable[bytes]]
    note: Callable[[str], None]


@dataclass(eq=False)
class Door:
    """Lets requests in, one after the other on each connection."""

    house: House
    guard: Guard = field(default_factory=lambda: Guard("", 0))
    _listening: asyncio.Server | None = None
    _present: set[asyncio.StreamWriter] = field(default_factory=set)
    _waiting: dict[asyncio.StreamWriter, None] = field(default_factory=dict)

    async def open(self, host: str, port: int) -> int:
        """Listen on `host`, at `port` or the next that is free (0: any), and return where.

        Raises PortsTakenError where none is free, and OSError for a host that is none of this machine's.
        """
        ports = range(port, min(port + _PORTS, 65536)) if port else (0,)
        for number in ports:
            try:
                server = await asyncio.start_server(self._came, host, number, limit=wire.HEAD, backlog=CONNECTIONS)
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            self._listening = server
            took = int(server.sockets[0].getsockname()[1])
            self.guard = Guard(f"[{host}]" if ":" in host else host, took)
            return took
        raise PortsTakenError(f"the ports {ports[0]} to {ports[-1]} cannot be had; name another one with --port")

    def close(self) -> None:
        """Let nobody in any more, and break off what is going on."""
        if self._listening is not None:
            self._listening.close()
        for writer in [*self._present]:
            writer.transport.abort()

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._present) >= CONNECTIONS and not self._make_room():
            writer.transport.abort()
            return
        self._present.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, TimeoutError):
            pass  # whoever asked has gone, or is too slow
        finally:
            self._present.discard(writer)
            writer.close()

    def _make_room(self) -> bool:
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        self._waiting.pop(oldest)
        self._present.discard(oldest)
        oldest.transport.abort()
        return True

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer the next request; return whether there may be another one on this connection."""
        request: Request | None = None
        try:
            request = await self._request(reader, writer)
            if request is None:
                return False
            self.guard.check(request)
            stream = self.house.stream(request)
            if stream is not None:
                await _pour(stream, reader, writer)
                return False
            answer = self._answer(request)
        except Refused as refused:
            answer = wire.refusal(refused)
        lasting = request is not None and request.lasting
        await self._send(answer, request, writer, lasting=lasting)
        return lasting

    def _answer(self, request: Request) -> Answer:
        try:
            return self.house.answer(request)
        except Refused as refused:
            return wire.refusal(refused)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one answer is none in the next
            self.house.note(f"fault: {request.method} {request.path!r} failed with {type(error).__name__}: {error}")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"this is a fault of digestgen's own\n")

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
        """Return the next request; None where the client has no more. Raises TimeoutError where it is too slow."""
        self._waiting[writer] = None
        try:
            async with asyncio.timeout(PATIENCE):
                request = wire.parse(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(request.length)
                return request
        except asyncio.LimitOverrunError:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request is too long") from None
        except asyncio.IncompleteReadError as rest:
            if rest.partial:
                raise Refused(HTTPStatus.BAD_REQUEST, "the request ends too soon") from None
            return None
        finally:
            self._waiting.pop(writer, None)

    async def _send(
        self, answer: Answer, request: Request | None, writer: asyncio.StreamWriter, *, lasting: bool
    ) -> None:
        writer.write(wire.head_of(answer, lasting=lasting))
        if request and request.method == "HEAD":
            pass
        elif answer.path:
            for piece in self.house.pieces(answer):
                writer.write(piece)
                await _taken(writer)
        else:
            writer.write(answer.body)
        await _taken(writer)


async def _pour(
    stream: AsyncGenerator[bytes, None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send an event stream (HTML's server-sent events), which has no end of its own, until the client goes."""
    begun = Answer(HTTPStatus.OK, type="text/event-stream")
    writer.write(wire.head_of(begun, lasting=False, measured=False))
    tasks = {asyncio.create_task(_sent(stream, writer)), asyncio.create_task(reader.read(1))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sent(stream: AsyncGenerator[bytes, None], writer: asyncio.StreamWriter) -> None:
    try:
        async for piece in stream:
            writer.write(piece)
            await _taken(writer)
    finally:
        await stream.aclose()


async def _taken(writer: asyncio.StreamWriter) -> None:
    """Wait until the client took so much that more may be sent; raise TimeoutError where it does not."""
    async with asyncio.timeout(PATIENCE):
        await writer.drain()
