"""`gateway token`: bearer tokens for the API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.run import ADMINISTRATOR, err, leave, out, run
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(help="Bearer tokens for the API.", no_args_is_help=True)


@commands.command()
def create(
    *,
    role: Annotated[str, typer.Option(help=", ".join(role.value for role in Role))],
    agency: Annotated[str, typer.Option(help="Agency it acts for, by identifier.")],
    representative: Annotated[str | None, typer.Option(help="Who holds it.")] = None,
    days: Annotated[float, typer.Option(help="Days until it expires.")] = 90,
) -> None:
    """Make a token and print it, this once."""
    if role not in set(Role):
        known = ", ".join(known.value for known in Role)
        leave(InvalidInput("There is no such role.", f"Use one of: {known}.", field="--role"))
    if not 0 < days <= 366:
        leave(InvalidInput("A token lives up to a year.", "Use 1 to 366 days.", field="--days"))

    async def action(gateway: "Gateway") -> None:
        from gateway.domain.register import AgencyId, RepresentativeId  # noqa: PLC0415
        from gateway.services.accounts import TokenTerms, create_token  # noqa: PLC0415

        holder = RepresentativeId(representative) if representative else None
        terms = TokenTerms(Role(role), AgencyId(agency), holder, timedelta(days=days))
        token, text = await create_token(gateway.parts, ADMINISTRATOR, terms)
        err.print(f"Token {token.id}, until {token.expires_at:%Y-%m-%d %H:%M} UTC:")
        typer.echo(text.reveal())

    run(action, "token create")


@commands.command("list")
def list_() -> None:
    """List all tokens; their text is not kept and cannot be shown."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.accounts import list_tokens  # noqa: PLC0415

        for token in await list_tokens(gateway.parts, ADMINISTRATOR):
            ended = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
            holder = token.representative or "-"
            out.print(f"{token.id}  {token.role}  {token.agency}  {holder}  {ended}", markup=False)

    run(action)


@commands.command()
def revoke(token: Annotated[str, typer.Argument(help="Identifier of the token.")]) -> None:
    """End a token's life now."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.accounts import revoke_token  # noqa: PLC0415

        await revoke_token(gateway.parts, ADMINISTRATOR, token)
        out.print("Revoked.")

    run(action, "token revoke")
