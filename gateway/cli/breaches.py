"""`gateway breach`: report a breach, or practise one, and see what can still be stopped."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.packs import coordinator
from gateway.cli.run import out, run
from gateway.domain.breaches import BreachKind

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.services.breach_views import BreachView

commands = typer.Typer(help="Privacy breaches, and exercises of them.", no_args_is_help=True)

As = Annotated[
    str, typer.Option("--as", help="Representative you act for, by identifier.", metavar="ID")
]


@commands.command()
def report(
    references: Annotated[
        list[str], typer.Argument(metavar="REFERENCE...", help="Of transfers or requests.")
    ],
    acting: As,
    what: Annotated[str, typer.Option(help="What happened.")],
    affected: Annotated[str, typer.Option(help="Who is affected.")],
    *,
    exercise: Annotated[
        bool, typer.Option("--exercise", help="Practise: nothing is stopped, nobody is told.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop at once all that can still be stopped.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Report that something went wrong just now, and see what can still be stopped."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.breach_stopping import stop as stop_all  # noqa: PLC0415
        from gateway.services.breach_views import BreachView, look_at_breach  # noqa: PLC0415
        from gateway.services.breaches import Report, report_breach  # noqa: PLC0415

        actor, now = await coordinator(gateway, acting), gateway.parts.clock.now()
        said = Report(what, affected, BreachKind.DISCLOSURE, now, None, tuple(references), exercise)
        breach = await report_breach(gateway.parts, actor, said)
        if stop:
            await stop_all(gateway.parts, actor, breach.id, ())
        view = await look_at_breach(gateway.parts, actor, breach.id)
        assert isinstance(view, BreachView)  # noqa: S101 - it is the reporter's own
        if as_json:
            typer.echo(json.dumps(_described(view), indent=2, ensure_ascii=False))
        else:
            _show(view)

    run(action, "breach report")


def _show(view: "BreachView") -> None:
    flag = "EXERCISE: " if view.breach.exercise else ""
    left = view.clock.hours_left
    out.print(f"{flag}Breach {view.breach.reference}, {view.breach.state.value}", markup=False)
    out.print(f"  The Commissioner expects to be told within {left} hours.", markup=False)
    for each in view.stoppable:
        can = ", ".join(measure.value for measure in each.measures) or "nothing more to stop"
        why = f" ({each.why_not})" if each.why_not else ""
        out.print(f"  {each.reference}, {each.state}: {can}{why}", markup=False)
    for stop in view.breach.stops:
        out.print(f"  {stop.target}: {stop.measure.value}: {stop.ending.value}", markup=False)
    for known in view.evidence:
        sealed = known.encryption or "No archive was made"
        out.print(f"  {known.reference}: {sealed}. {known.together} {known.opened}", markup=False)
    out.print("  Whether serious harm is likely is decided by a privacy officer.", markup=False)


def _described(view: "BreachView") -> dict[str, Any]:
    return {
        "breach": view.breach.id,
        "reference": view.breach.reference,
        "exercise": view.breach.exercise,
        "state": view.breach.state.value,
        "expected_by": view.clock.due_at.isoformat(timespec="seconds"),
        "can_stop": {e.reference: [m.value for m in e.measures] for e in view.stoppable},
        "stops": [
            {"target": s.target, "measure": s.measure.value, "ending": s.ending.value}
            for s in view.breach.stops
        ],
        "evidence": [
            {
                "transfer": each.reference,
                "encryption": each.encryption,
                "pack_left": each.pack.value,
                "password_left": each.password.value,
                "together": each.together,
                "opened": each.opened,
            }
            for each in view.evidence
        ],
    }
