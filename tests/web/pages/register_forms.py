"""What tests of forms of the register share."""

import re

from web.driving import Reply


def assert_faulty(reply: Reply, field: str) -> None:
    """Hold that a page says what is wrong with a field, beside a field it has."""
    assert f'id="{field}-error"' in reply.text, field
    assert f'id="{field}"' in reply.text, field


def seen_in(reply: Reply) -> dict[str, str]:
    """The hidden field by which a form tells what it changes."""
    found = re.search(r'name="seen" value="([0-9a-f]*)"', reply.text)
    assert found is not None
    return {"seen": found[1]}
