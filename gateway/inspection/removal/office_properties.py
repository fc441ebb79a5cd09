"""Taking out who wrote an office file, and data that goes along with it."""

from gateway.domain.inspection import Kind
from gateway.inspection.hidden import office_data, properties
from gateway.inspection.parts import attribute, local
from gateway.inspection.removal.office import Office, remove

_LISTS = {"TitlesOfParts", "HeadingPairs"}


def remove_people(office: Office) -> None:
    """Empty the properties that name people and organisations."""
    for name, element, _ in list(properties.people(office.parts)):
        element.text = None
        office.took(Kind.AUTHOR, name)


def remove_data(office: Office) -> None:
    """Take out custom XML and variables; what fields show of them stays as it was shown."""
    custom = office_data.custom(office.parts)
    for name in custom:
        office.drop(Kind.HIDDEN_TEXT, name)
    for name in office.parts.names if custom else ():
        if not office.parts.is_xml(name) or name.lower().endswith(".rels"):
            continue
        for binding in list(office.parts.root(name).iter("{*}dataBinding")):
            if attribute(binding, "storeItemID"):
                remove(binding)
                office.took(Kind.HIDDEN_TEXT, name)
    for name, variables in list(office_data.variable_lists(office.parts)):
        remove(variables)
        office.took(Kind.HIDDEN_TEXT, name)


def remove_lists(office: Office, kind: Kind) -> None:
    """Take out the names of sheets and the titles of slides, which the properties say as well."""
    for name in office.parts.of_type("extended-properties+xml"):
        for element in list(office.parts.root(name)):
            if local(element) in _LISTS:
                remove(element)
                office.took(kind, name)
