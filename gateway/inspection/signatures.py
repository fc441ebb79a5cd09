"""What files that are not taken in look like, so that a refusal can say what was sent."""

import re

_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<!-- saved from url")
_PROGRAM_SIGNATURES = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xca\xfe\xba\xbe", "a Java or macOS program"),
    (b"\xfe\xed\xfa\xce", "a macOS program"),
    (b"\xfe\xed\xfa\xcf", "a macOS program"),
    (b"\xce\xfa\xed\xfe", "a macOS program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\x00asm", "a WebAssembly program"),
    (b"dex\n", "an Android program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (b"#!", "a script"),
    (b"FWS", "a Flash film"),
    (b"CWS", "a Flash film"),
    (b"ZWS", "a Flash film"),
)
_PROGRAM_NAMES = """
ade adp app appx bas bat chm class cmd com command cpl crt dll elf exe gadget hlp hta inf
ins iso isp jar js jse lnk mde msc msh msi msix msp mst ocx one pif ps1 ps1xml ps2 psc1
psd1 psm1 py pyc pyw reg rgs scf scr sct settingcontent-ms sh shb shs sys url vb vbe vbs
vbscript vhd vhdx ws wsc wsf wsh xll xla xlam xbap
"""
_OTHERS = (
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PK\x03\x04", "a ZIP archive: send the documents in it one by one"),
    (b"Rar!\x1a\x07", "a RAR archive: send the documents in it one by one"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: send the documents in it one by one"),
    (b"\x1f\x8b", "a gzip archive: send the documents in it one by one"),
    (b"BZh", "a bzip2 archive: send the documents in it one by one"),
    (b"\xfd7zXZ\x00", "an xz archive: send the documents in it one by one"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive: send the documents in it one by one"),
    (b"MSCF", "a cabinet archive: send the documents in it one by one"),
    (b"ITSF", "a compiled help file"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote notebook: save it as a PDF"),
    (b"GIF8", "a GIF picture: save it as a PNG"),
    (b"BM", "a bitmap picture: save it as a PNG"),
    (b"II*\x00", "a TIFF picture: save it as a PDF"),
    (b"MM\x00*", "a TIFF picture: save it as a PDF"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"RIFF", "a film, sound or WebP picture"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"\x00\x00\x01\xba", "a film"),
    (b"%!PS", "a PostScript program: save it as a PDF"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile: save it as a PNG"),
    (b"\x78\x9f\x3e\x22", "a winmail.dat of Outlook: save what is in it one by one"),
    (b"\xffWPC", "a WordPerfect document: save it as .docx"),
    (b"{\\pwi", "a Pocket Word document: save it as .docx"),
    (b"-----BEGIN PGP MESSAGE", "an encrypted PGP message"),
)
_TEXT_THAT_RUNS = (
    (b"<?xml", "an XML file: save it as a PDF or as text"),
    (b"<svg", "an SVG picture, which may hold scripts: save it as a PNG"),
    (b"<?php", "a PHP program"),
    (b"begin:vcard", "an address card: send its words as text"),
    (b"begin:vcalendar", "a calendar entry: send its words as text"),
    (b"[internetshortcut]", "a shortcut"),
    (b"windows registry editor", "changes to a registry"),
)
_ISO_9660_AT = 32_769
_TAR_AT = 257


_LETTERS = re.compile(rb"[A-Za-z0-9]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def _begins(data: bytes, signature: bytes) -> bool:
    """Whether data begins so; words of text, as `MZ`, count only before bytes text has not."""
    if not data.startswith(signature):
        return False
    return not _LETTERS.fullmatch(signature) or _CONTROL.search(data[:64]) is not None


def extension(name: str) -> str:
    """The ending of a name after its last dot, in lower case; empty where it has none.

    Dots and spaces at the end do not count: Windows leaves them out.
    """
    stem, dot, ending = name.strip().rstrip(". ").rpartition(".")
    return ending.lower() if dot and stem else ""


def program(name: str, data: bytes) -> str:
    """What kind of program it is, by its first bytes or its name; empty for none."""
    for signature, what in _PROGRAM_SIGNATURES:
        if _begins(data, signature):
            return what
    if extension(name) in _PROGRAM_NAMES.split():
        return f"a file that ends in .{extension(name)[:20]}, which can start something"
    return ""


def other(data: bytes) -> str:
    """What a file that is not taken in is, by its content; empty where it is not known."""
    for signature, what in _OTHERS:
        if _begins(data, signature):
            return what
    if data[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive: send the documents in it one by one"
    if data[_ISO_9660_AT : _ISO_9660_AT + 5] == b"CD001":
        return "an image of a disc"
    if data[4:8] == b"ftyp":
        return "a film or a picture of another kind: save pictures as PNG or JPEG"
    return ""


def marked_up(text: bytes) -> str:
    """What text is that a program would run or show otherwise; empty for plain text."""
    head = text[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML) or any(tag in head for tag in (b"<html", b"<script", b"<!doctype")):
        return "a web page (HTML), which may hold scripts: save it as a PDF"
    for start, what in _TEXT_THAT_RUNS:
        if head.startswith(start):
            return "an SVG picture: save it as a PNG" if b"<svg" in head else what
    return ""
