"""A gateway that serves, watched from outside: its API, its readiness, its error lines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from support.running import CONTACT, PACKS, PASSWORD_MAILS, Installation, until


class Serving:
    """A gateway that serves, with its key's file and what it said on standard error."""

    def __init__(self, there: Installation) -> None:
        self.there = there
        self.data = Path(there.environment["GATEWAY_DATA_DIR"])
        self.key = self.data / "keys" / "log.key"
        self.next = self.data / "keys" / "log.key.next"
        making = ("token", "create", "--role", "coordinator", "--agency", "tamariki-care")
        self._token = there.run(*making, "--representative", CONTACT).strip()
        self.start()

    def start(self) -> None:
        """Serve; what was said before is kept."""
        with (self.there.folder / "errors").open("ab") as errors:
            self.there.serve(errors=errors)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The error lines of the service so far."""
        lines = (self.there.folder / "errors").read_text("utf-8").splitlines()
        return [line for line in map(json.loads, lines) if line["level"] == "error"]

    def ready(self) -> tuple[int, str]:
        """What `/readyz` answers: status and body."""
        try:
            with urlopen(f"{self.there.base}/readyz") as answer:  # noqa: S310 - our own address
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def transfers(self) -> list[dict[str, Any]]:
        """Every transfer, by the API."""
        wanted = Request(  # noqa: S310 - our own address
            f"{self.there.base}/api/v1/transfers?limit=200",
            headers={"Authorization": f"Bearer {self._token}"},
        )
        with urlopen(wanted) as answer:  # noqa: S310 - our own address
            listed: list[dict[str, Any]] = json.load(answer)["items"]
        return listed

    def sealed(self) -> list[dict[str, Any]]:
        """The transfers that wait to be mailed."""
        return [each for each in self.transfers() if each["state"] in {"queued", "sealed"}]

    @contextmanager
    def goes_out(self) -> Iterator[None]:
        """The pack that is sent while the block lasts is complete some time after it."""
        mails = self.there.mail.mails
        wanted = len(mails) + PACKS + PASSWORD_MAILS
        yield
        until(lambda: len(mails) >= wanted)
        until(lambda: not self.sealed())

    @contextmanager
    def held_back(self, why: str) -> Iterator[str]:
        """A pack that is sent now does not leave before the block, which is to mend what is wrong.

        Gives what `/readyz` says before that. Afterwards everything arrives by itself.
        """
        until(lambda: self.ready()[0] == 503)
        answer = self.ready()[1]
        assert why in answer
        assert "Mend the log" in answer
        with self.goes_out():
            before = self.there.mail.received_bytes
            self.there.send()
            until(lambda: len(self.sealed()) == PACKS)
            until(lambda: sum(each["attempts"] for each in self.sealed()) >= 2)
            assert self.there.mail.received_bytes == before
            yield answer
        assert self.ready()[0] == 200

    def export(self, name: str, **settings: str) -> Path:
        """Take the log out."""
        folder = self.there.folder / name
        with self.there.given(**settings):
            self.there.run("audit", "export", "--out", str(folder))
        return folder

    def restart(self) -> None:
        """Serve anew, with the settings as they are now."""
        self.there.stop()
        self.start()
