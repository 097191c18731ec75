"""The server's side of the process that builds: starts it, asks it, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from digestgen import codec
from digestgen.dataclass import dataclass
from digestgen.serve.values import ZONE, Built, Early, Facts, Order, Task

#: One line of the worker's: the files of a million pages.
_LINE: Final = 1 << 28

#: Where digestgen itself can be imported from.
_HERE: Final = str(Path(__file__).resolve().parents[2])


@dataclass()
class Builder:
    """Builds what `order` says, in a process that is started when it is needed and replaced when it ended."""

    order: Order
    _process: asyncio.subprocess.Process | None = None

    async def build(
        self,
        now: float,
        show: Callable[[Early], None],
        *,
        index: bool = False,
        changed: Iterable[str] = (),
        shown: Iterable[str] = (),
    ) -> Built:
        """Build as at `now` (seconds since 1970), with an `index` for the search.

        `changed` are the files that alone have changed since the last build, if that is known. Of the output's files
        that are `shown`, those that change are given to `show` before the rest is there, where that can be.
        """
        if self._process is None or self._process.returncode is not None:
            self._process = await self._started()
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            task = Task(repr(now), index, tuple(changed), tuple(shown))
            self._process.stdin.write(codec.dump(task).encode("utf-8", "replace") + b"\n")
            await self._process.stdin.drain()
        while isinstance(built := await self._answer(Early | Built), Early):
            show(built)
        if built is None:
            code = await self._process.wait()
            self._process = None
            return Built(ok=False, fault=f"the process that builds ended with {code}; the next change starts another")
        assert isinstance(built, Built)
        return built

    async def facts(self) -> Facts | None:
        """Return what else is to be known of the build that was just asked for; None where its process ended."""
        facts = await self._answer(Facts)
        assert facts is None or isinstance(facts, Facts)
        return facts

    async def _answer(self, kind: Any) -> object:
        """Return the value of the type `kind` that comes next; None where there is none."""
        if self._process is None:
            return None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        return codec.load(kind, line.decode("utf-8", "surrogatepass"), ZONE) if line.endswith(b"\n") else None

    async def _started(self) -> asyncio.subprocess.Process:
        order = self.order
        given = (order.folder, order.room, order.drafts, order.future, order.jobs)
        # the folder that one is in is no place to import from (-P): it may be the site's, and hold any file
        code = f"import sys; sys.path.append({_HERE!r}); from digestgen.serve.worker import main; main(*{given!r})"
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-c",
            code,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE,
            start_new_session=True,  # a Ctrl-C is the server's, which ends the worker and all that it started
        )

    async def end(self) -> None:
        """End the process and whatever it started, at once: a build that is ended anywhere leaves whole files."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
