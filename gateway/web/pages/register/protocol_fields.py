"""The fields of a protocol version's form: as stored, as typed, and as the register takes them."""

from typing import Any, Final

from gateway.domain.register import AgencyId, Method, PasswordChannel, Protocol
from gateway.forms.protocol_models import ProtocolModel
from gateway.services.register_history import fingerprint
from gateway.web.bodies import validated
from gateway.web.pages.register.typed import SEEN, Row, Shape, Typed, lines, row

STAGES: Final = ("before", "during", "after")
CHANNELS: Final = tuple(each.value for each in PasswordChannel)
_PURPOSE: Final = ("code", "description", "authorities")
_ITEM: Final = ("agency", "item", "category", "classification")
_PLAIN: Final = ("id", "name", "in_force_from", "review_due", "privacy_statement")
SHAPE: Final = Shape(
    fields=(*_PLAIN, *(f"{stage}-description" for stage in STAGES)),
    several=tuple(f"{stage}-password_channels" for stage in STAGES),
    rows={"purpose": _PURPOSE, "information": _ITEM},
)


def blank() -> Typed:
    """A form that nobody has written in yet."""
    return Typed({}, rows={"purpose": ({},), "information": ()})


def stored(version: Protocol) -> Typed:
    """What a version says."""
    methods = {stage: getattr(version, stage) for stage in STAGES}
    return Typed(
        fields={SEEN: fingerprint(version)}
        | {name: str(getattr(version, name)) for name in _PLAIN}
        | {f"{stage}-description": method.description for stage, method in methods.items()},
        several={
            f"{stage}-password_channels": _channels(method) for stage, method in methods.items()
        },
        rows={"purpose": _purposes(version), "information": _items(version)},
    )


def given(typed: Typed, lead: AgencyId, known: Protocol | None) -> Protocol:
    """The version that was typed, without signatures; of `known` it keeps identifier and number.

    Raises:
        InvalidInput: something does not have the form the register asks for.
    """
    values: dict[str, Any] = {
        **typed.present(*_PLAIN),
        "version": known.version if known else 1,
        "lead_agency": lead,
        "purpose": [_purpose(each) for each in typed.rows["purpose"]],
        "information": [row(each, *_ITEM) for each in typed.rows["information"]],
    }
    for stage in STAGES:
        values[stage] = {
            "description": typed.get(f"{stage}-description"),
            "password_channels": list(typed.of(f"{stage}-password_channels")),
        }
    if known is not None:
        values["id"] = known.id
    return validated(values, ProtocolModel).to_domain()


def _purpose(values: Row) -> dict[str, Any]:
    authorities = lines(values.get("authorities", "").replace(",", "\n"))
    return {**row(values, "code", "description"), "authorities": authorities}


def _purposes(version: Protocol) -> list[Row]:
    return [
        {
            "code": each.code,
            "description": each.description,
            "authorities": ", ".join(each.authorities),
        }
        for each in version.purposes
    ]


def _items(version: Protocol) -> list[Row]:
    return [
        {
            "agency": each.agency,
            "item": each.item,
            "category": each.category,
            "classification": each.classification.value,
        }
        for each in version.information
    ]


def _channels(method: Method) -> tuple[str, ...]:
    return tuple(each.value for each in method.password_channels)
