"""Compound files ([MS-CFB]) made for tests: Outlook messages, objects, old Office files."""

import itertools
import struct
from collections.abc import Mapping

_SECTOR, _SMALL_SECTOR, _SMALL_BYTES = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5

Node = Mapping[str, "bytes | Node"]


class _Writer:
    """Collects directory entries and sectors."""

    def __init__(self) -> None:
        self.entries: list[list[object]] = []
        self.sectors: list[bytes] = []
        self.chains: list[int] = []
        self.small = b""
        self.small_chains: list[int] = []

    def add(self, name: str, kind: int, content: "bytes | Node") -> int:
        number = len(self.entries)
        self.entries.append([name, kind, _FREE, _FREE, _END, 0])
        if isinstance(content, bytes):
            if content:
                chained = self.chain if len(content) >= _SMALL_BYTES else self.chain_small
                self.entries[number][4:] = [chained(content), len(content)]
            return number
        children = [
            self.add(child, _STREAM if isinstance(inner, bytes) else _STORAGE, inner)
            for child, inner in content.items()
        ]
        for one, following in itertools.pairwise(children):
            self.entries[one][2] = following
        if children:
            self.entries[number][3] = children[0]
        return number

    def chain(self, content: bytes) -> int:
        first = len(self.sectors)
        pieces = range(0, len(content), _SECTOR)
        for at in pieces:
            self.sectors.append(content[at : at + _SECTOR].ljust(_SECTOR, b"\0"))
            self.chains.append(len(self.sectors))
        self.chains[-1] = _END
        return first

    def chain_small(self, content: bytes) -> int:
        first = len(self.small_chains)
        for at in range(0, len(content), _SMALL_SECTOR):
            self.small += content[at : at + _SMALL_SECTOR].ljust(_SMALL_SECTOR, b"\0")
            self.small_chains.append(len(self.small_chains) + 1)
        self.small_chains[-1] = _END
        return first

    def directory(self) -> bytes:
        rows = []
        for name, kind, right, child, start, size in self.entries:
            wide = str(name).encode("utf-16-le") + b"\0\0"
            rows.append(
                wide.ljust(64, b"\0")
                + struct.pack("<HBBIII", len(wide), kind, 1, _FREE, right, child)
                + bytes(36)
                + struct.pack("<IQ", start, size)
            )
        return b"".join(rows)


def compound(content: Node) -> bytes:
    """A compound file of these streams, and storages of streams."""
    writer = _Writer()
    writer.add("Root Entry", _ROOT, content)
    small, small_tables = _END, 0
    if writer.small:
        writer.entries[0][4:] = [writer.chain(writer.small), len(writer.small)]
        table = struct.pack(f"<{len(writer.small_chains)}I", *writer.small_chains)
        table += b"\xff" * (-len(table) % _SECTOR)
        small, small_tables = writer.chain(table), len(table) // _SECTOR
    directory = writer.chain(writer.directory())
    used = len(writer.sectors)
    tables = -(-used // (_SECTOR // 4 - 1))
    fat = [*writer.chains, *[_FAT] * tables]
    fat += [_FREE] * (tables * _SECTOR // 4 - len(fat))
    places = [*range(used, used + tables), *[_FREE] * (109 - tables)]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIII", 0, tables, directory, 0, _SMALL_BYTES, small)
        + struct.pack("<III", small_tables, _END, 0)
        + struct.pack("<109I", *places)
    )
    return header + b"".join(writer.sectors) + struct.pack(f"<{len(fat)}I", *fat)


def message(
    texts: Mapping[str, str],
    attached: Mapping[str, bytes] | None = None,
    inside: Node | None = None,
) -> dict[str, "bytes | Node"]:
    """The streams of an Outlook message: property codes with their texts, and attachments."""
    node: dict[str, bytes | Node] = {"__properties_version1.0": bytes(32)}
    for code, text in texts.items():
        node[f"__substg1.0_{code}001F"] = text.encode("utf-16-le")
    for number, (name, data) in enumerate((attached or {}).items()):
        node[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8),
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": data,
        }
    if inside is not None:
        node["__attach_version1.0_#000000FF"] = {
            "__properties_version1.0": bytes(8),
            "__substg1.0_3701000D": inside,
        }
    return node


def packed(name: str, data: bytes) -> bytes:
    """An object that holds a file with its name, as Office packs one."""
    path = name.encode("cp1252") + b"\0"
    native = b"\2\0" + path + path + b"\0\0\3\0" + struct.pack("<I", len(path)) + path
    native += struct.pack("<I", len(data)) + data
    return compound({"\x01Ole10Native": struct.pack("<I", len(native)) + native})
