"""The help page for recipients, and the ways to it."""

from web.driving import Api, password_sent
from web.pages.visiting import Visit, words_of


async def test_anybody_reads_how_to_open_a_pack(api: Api) -> None:
    """Without an account and without scripts."""
    page = await Visit(api).get("/help/open-a-pack")
    assert page.status == 200
    assert "<script" not in page.text
    words = words_of(page)
    for part in (
        "Native files",
        "00-contents.pdf",
        "others.zip",
        "7-Zip",
        "NanaZip",
        "Keka",
        "The Unarchiver",
        "iPhone",
        "Android",
        "forward",
    ):
        assert part in words


async def test_the_help_is_linked_where_it_is_needed(api: Api) -> None:
    """From the page that takes codes, and in the mail with the pack."""
    assert 'href="/help/open-a-pack"' in (await Visit(api).get("/acknowledge")).text
    await password_sent(api.world)
    letter, _ = api.world.channels.mails[-1]
    assert letter.help_at == "https://gateway.example/help/open-a-pack"
