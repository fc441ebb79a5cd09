"""Bearer tokens: made once, stored as a digest, limited to a role and an agency, expiring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.secret import Secret
from gateway.services.answer_links import holder_of_session
from gateway.services.auditing import pseudonym, record
from gateway.services.parts import Parts
from gateway.services.storage import Token, Work

LONGEST_LIFE = timedelta(days=366)
_PURPOSE = "bearer token"


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a token is to allow; a coordinator's or responder's names its holder."""

    role: Role
    agency: AgencyId
    representative: RepresentativeId | None
    life: timedelta


async def create_token(parts: Parts, actor: Actor, terms: TokenTerms) -> tuple[Token, Secret]:
    """A new token and its text, which is shown this once and not kept.

    Raises:
        Forbidden: the actor is no administrator, or of another agency.
        InvalidInput: unknown agency or holder, or a life that is not positive or too long.
    """
    _require_administrator(actor)
    if actor.agency is not None and terms.agency != actor.agency:
        raise Forbidden(
            "You make tokens for your own agency only.", "Ask an administrator of that agency."
        )
    if not timedelta(0) < terms.life <= LONGEST_LIFE:
        raise InvalidInput(
            "A token lives between a moment and a year.", "Choose a shorter life.", field="days"
        )
    if terms.role in {Role.COORDINATOR, Role.RESPONDER} and terms.representative is None:
        raise InvalidInput(
            "A coordinator or responder acts as a named person.",
            "Name the representative who holds the token.",
            field="representative",
        )
    text = parts.identifiers.token()
    now = parts.clock.now()
    async with parts.database.work() as work:
        if await work.register.agency(terms.agency) is None:
            raise InvalidInput(
                "No such agency.", "Use an identifier of the register.", field="agency"
            )
        if terms.representative is not None:
            people = await work.register.representatives([terms.representative])
            holder = people.get(terms.representative)
            if holder is None or holder.agency != terms.agency:
                raise InvalidInput(
                    "The agency has no such representative.",
                    "Use an identifier of the register.",
                    field="representative",
                )
        token = Token(
            id=parts.identifiers.new(),
            digest=parts.vault.digest(_PURPOSE, text.reveal()),
            role=terms.role,
            agency=terms.agency,
            representative=terms.representative,
            created_at=now,
            expires_at=now + terms.life,
        )
        await work.tokens.add(token)
        detail: dict[str, JSON] = {
            "role": token.role.value,
            "holder": pseudonym(parts, token.representative) if token.representative else None,
            "expires_at": token.expires_at.isoformat(timespec="seconds"),
        }
        subject = {"token": token.id}
        await record(parts, work, actor, Action.TOKEN_CREATED, subject, detail, agency=token.agency)
    return token, text


async def list_tokens(parts: Parts, actor: Actor) -> Sequence[Token]:
    """The tokens of the administrator's agency, newest last; the operator's are all."""
    _require_administrator(actor)
    async with parts.database.work() as work:
        return await work.tokens.list(actor.agency)


async def revoke_token(parts: Parts, actor: Actor, token: str) -> None:
    """End a token's life now.

    Raises:
        NotFound: no such token, revoked already, or another agency's.
    """
    _require_administrator(actor)
    async with parts.database.work() as work:
        if not await work.tokens.revoke(token, actor.agency, parts.clock.now()):
            raise NotFound("No such token is in use.", "List the tokens.", field="token")
        await record(parts, work, actor, Action.TOKEN_REVOKED, {"token": token})


async def sign_in(parts: Parts, text: Secret, source: str) -> Actor:
    """The actor a bearer token stands for: one of a person, or one that a link was exchanged for.

    Raises:
        NotSignedIn: unknown, expired or revoked, or of someone who no longer acts for the agency;
            all read the same.
    """
    digest = parts.vault.digest(_PURPOSE, text.reveal())
    async with parts.database.work() as work:
        token = await work.tokens.by_digest(digest)
        valid = token is not None and await _is_valid(parts, work, token)
    if token is None and (holder := await holder_of_session(parts, text, source)) is not None:
        return holder.actor
    if token is None or not valid:
        raise NotSignedIn(
            "The bearer token is not valid.", "Ask your administrator for a new token."
        )
    return Actor(ActorKind.PERSON, token.role, token.agency, token.representative, source, token.id)


async def _is_valid(parts: Parts, work: Work, token: Token) -> bool:
    if token.revoked_at is not None or parts.clock.now() >= token.expires_at:
        return False
    if token.representative is None:
        return True
    holder = (await work.register.representatives([token.representative])).get(token.representative)
    return (
        holder is not None and holder.agency == token.agency and holder.is_active_on(parts.today())
    )


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator manages tokens.", "Ask your administrator.")
