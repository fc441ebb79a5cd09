"""A Word document with something in it that does not show on its pages."""

import io
import zipfile

from support.world import SAMPLE


def commented() -> bytes:
    """The sample's Word document with a comment in it."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    comment = (
        f'<?xml version="1.0"?><w:comments xmlns:w="{word}"><w:comment w:id="0" w:author="A">'
        "<w:p><w:r><w:t>said in confidence</w:t></w:r></w:p></w:comment></w:comments>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    changes = {
        "[Content_Types].xml": (
            b"</Types>",
            f'<Override PartName="/word/comments.xml" ContentType="{kind}"/></Types>'.encode(),
        ),
        "word/_rels/document.xml.rels": (
            b"</Relationships>",
            f'<Relationship Id="rIdC" Type="{link}" Target="comments.xml"/>'.encode()
            + b"</Relationships>",
        ),
    }
    out = io.BytesIO()
    plan = SAMPLE / "documents" / "support-plan.docx"
    with zipfile.ZipFile(plan) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name in changes:
                assert changes[name][0] in data
                data = data.replace(*changes[name])
            target.writestr(name, data)
        target.writestr("word/comments.xml", comment)
    return out.getvalue()
