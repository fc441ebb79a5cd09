"""What the outgoing mails and the contents page say about one transfer."""

from gateway.domain.classification import external_marking
from gateway.domain.errors import NotFound
from gateway.domain.filenames import neutral_name
from gateway.domain.packs import Document, PackKind
from gateway.domain.register import PasswordChannel, Representative, SealedForm
from gateway.domain.secret import Secret
from gateway.domain.transfers import Route, Transfer
from gateway.services.cases import Situation
from gateway.services.parts import Parts
from gateway.services.ports import (
    Authority,
    ContentsPage,
    ContentsRow,
    PackLetter,
    PasswordLetter,
    PickUpLetter,
)
from gateway.services.secrets import TransferSecrets

_CHANNEL_WORDS = {
    PasswordChannel.TEXT: "by text message to your mobile phone",
    PasswordChannel.OTHER_MAILBOX: "by mail to your other mailbox",
    PasswordChannel.TELEPHONE: "by telephone: the sender will call you",
    PasswordChannel.SAME_MAILBOX: "by a separate mail to this mailbox, as the protocol permits",
}


_CALLED = {
    PackKind.MEETING: ("Meeting pack", "the pack for a meeting you are to attend"),
    PackKind.REQUEST: ("Request for information {}: pack", "a request for information, {}"),
    PackKind.ANSWER: ("Answer to request {}: pack", "an answer to your request for information {}"),
}


def archive_members(documents: tuple[Document, ...]) -> list[tuple[str, Document]]:
    """The neutral name of each document in the archive, in order."""
    return [(neutral_name(n, d.extension), d) for n, d in enumerate(documents, 1)]


def contents_page(
    parts: Parts,
    situation: Situation,
    transfer: Transfer,
    documents: tuple[Document, ...],
    secrets: TransferSecrets,
    *,
    linked: bool = False,
) -> ContentsPage:
    """The contents page for one recipient; `linked` adds the one-time link to the request.

    Raises:
        NotFound: the protocol or the authority is no longer there; the re-check would say why.
    """
    pack, protocol = situation.pack, situation.protocol
    authority = parts.judge.authority(pack.authority)
    if protocol is None or authority is None:
        raise NotFound("The pack's protocol or authority is gone.", "Check the pack again.")
    base = parts.rules.link_base
    return ContentsPage(
        reference=transfer.reference,
        marking=external_marking(pack.marking),
        meeting=situation.meeting.title,
        sender_agency=situation.sender.name,
        contact=", ".join(_contact(situation.contact)),
        authority=authority.name,
        privacy_statement=protocol.privacy_statement,
        rows=tuple(
            ContentsRow(
                name=name,
                title=document.title,
                classification=document.label.classification.value,
                category=document.label.category,
                source_agency=_agency_name(situation, document),
            )
            for name, document in archive_members(documents)
        ),
        statement=_statement(situation, transfer, authority),
        consultations=_consultations(situation, documents),
        acknowledgement_code=secrets.code,
        acknowledge_at=f"{base}/acknowledge" if base else None,
        limitations=pack.limitations,
        answer_at=f"{base}/answer/{secrets.answer.reveal()}" if base and linked else None,
        answer_how=_answer_how(parts, situation),
        conditions=_conditions(situation, documents),
    )


def pack_letter(
    parts: Parts, situation: Situation, transfer: Transfer, secrets: TransferSecrets
) -> PackLetter:
    """The mail that carries the pack; the same for every attempt.

    Raises:
        NotFound: the protocol is no longer there.
    """
    if situation.protocol is None or transfer.channel is None:
        raise NotFound("The pack's protocol or channel is gone.", "Check the pack again.")
    base, pack = parts.rules.link_base, situation.pack
    reference = situation.request.reference if situation.request else ""
    called, what = (words.format(reference) for words in _CALLED[pack.kind])
    return PackLetter(
        message_id=transfer.message_id,
        to=transfer.address,
        reference=transfer.reference,
        classification=pack.marking,
        marking=external_marking(pack.marking),
        sender_agency=situation.sender.name,
        contact=(*_contact(situation.contact), situation.sender.name),
        reply_to=situation.contact.email,
        privacy_statement=situation.protocol.privacy_statement,
        password_channel=_CHANNEL_WORDS[transfer.channel],
        acknowledge_at=f"{base}/acknowledge/{secrets.link.reveal()}" if base else None,
        help_at=f"{base}/help/open-a-pack" if base else None,
        date=transfer.created_at,
        called=called,
        what=what,
        form=transfer.form or SealedForm.ENCRYPTED_ZIP,
    )


def pick_up_letter(
    parts: Parts, situation: Situation, transfer: Transfer, secrets: TransferSecrets
) -> PickUpLetter:
    """The notice that a pack can be picked up; the same for every attempt.

    Raises:
        NotFound: there is no page it could be picked up from, or no password channel.
    """
    base = parts.rules.link_base
    if base is None or transfer.channel is None:
        raise NotFound("There is no page to pick the pack up from.", "Set link_base.")
    return PickUpLetter(
        message_id=message_id(transfer),
        to=transfer.address,
        reference=transfer.reference,
        marking=external_marking(situation.pack.marking),
        sender_agency=situation.sender.name,
        password_channel=_CHANNEL_WORDS[transfer.channel],
        address=f"{base}/pick-up/{secrets.pick_up.reveal()}",
        date=transfer.created_at,
    )


def message_id(transfer: Transfer) -> str:
    """The Message-ID of the mail by which a transfer goes now, without angle brackets."""
    local, _, domain = transfer.message_id.partition("@")
    return f"{local}.n@{domain}" if transfer.route is Route.PICK_UP else transfer.message_id


def password_letter(
    situation: Situation, transfer: Transfer, secrets: TransferSecrets
) -> PasswordLetter:
    """The mail that carries the password to another mailbox; the same for every attempt."""
    local, _, domain = transfer.message_id.partition("@")
    return PasswordLetter(
        message_id=f"{local}.p@{domain}",
        to=transfer.channel_address or "",
        reference=transfer.reference,
        sender_agency=situation.sender.name,
        password=secrets.password,
        pick_up_code=pick_up_code(transfer, secrets),
        date=transfer.created_at,
    )


def pick_up_code(transfer: Transfer, secrets: TransferSecrets) -> Secret | None:
    """The code that goes with the password; None where the archive went by mail."""
    return secrets.pick_up_code if transfer.route is Route.PICK_UP else None


def _answer_how(parts: Parts, situation: Situation) -> str:
    """How a request is answered by who has no one-time link to it; blank for other packs."""
    if situation.pack.kind is not PackKind.REQUEST or situation.request is None:
        return ""
    reference, base = situation.request.reference, parts.rules.link_base
    ask = f"ask the contact named above how to answer request {reference}"
    if base is None:
        return f"Please {ask}."
    return (
        f"Sign in at {base} and look for request {reference}. If you cannot sign in there, {ask}."
    )


def _contact(person: Representative) -> tuple[str, ...]:
    number = person.telephone or person.mobile
    return tuple(line for line in (person.name, person.role, person.email, number) if line)


def _agency_name(situation: Situation, document: Document) -> str:
    source = situation.agencies.get(document.label.source_agency)
    return source.name if source else document.label.source_agency


def _statement(situation: Situation, transfer: Transfer, authority: Authority) -> str | None:
    statement = situation.pack.statement_for(transfer.recipient)
    if statement is None:
        return None
    ground = authority.ground(statement.ground)
    words = f"{statement.ground}: {ground.text}" if ground else statement.ground
    instrument = f" ({statement.instrument})" if statement.instrument else ""
    name, agency = situation.contact.name, situation.sender.name
    what = (
        f"what is asked for will assist {agency}"
        if situation.pack.kind is PackKind.REQUEST
        else "this disclosure will assist you"
    )
    return (
        f"{name}, {situation.contact.role}, {agency}, states the reasonable belief that {what} "
        f"with {words}{instrument}. {statement.belief}"
    )


def _conditions(situation: Situation, documents: tuple[Document, ...]) -> tuple[str, ...]:
    """The conditions on Māori data that cover what is sent, and what was done about them."""
    terms = situation.protocol.terms if situation.protocol else None
    done = {each.code: each.account for each in situation.pack.conditions}
    categories = {document.label.category for document in documents}
    return tuple(
        " ".join(filter(None, (f"{each.kind.value.capitalize()}: {each.statement}", told)))
        for each in (terms.conditions if terms else ())
        if any(each.covers(category) for category in categories)
        for told in [done.get(each.code, "").strip()]
    )


def _consultations(situation: Situation, documents: tuple[Document, ...]) -> tuple[str, ...]:
    concerned = {child for document in documents for child in document.label.children}
    return tuple(
        f"{c.child}: {'consulted' if c.consulted else 'not consulted'}. {c.account}"
        for c in situation.pack.consultations
        if c.child in concerned
    )
