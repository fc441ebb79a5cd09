"""The register file: agencies, representatives, protocols, meetings and conflicts of interest."""

from itertools import islice

from gateway.domain.errors import Problem
from gateway.domain.register import Register
from gateway.files.problems import WORDING, refusal
from gateway.files.register_checks import Contents, check
from gateway.files.register_models import RegisterModel
from gateway.files.sections import read_section
from gateway.files.toml_text import read_table
from gateway.forms.problems import MAX_PROBLEMS
from gateway.forms.protocol_models import ProtocolModel
from gateway.forms.register_models import (
    AgencyModel,
    ConflictOfInterestModel,
    MeetingModel,
    RepresentativeModel,
)

_WHAT = "register file"


def parse_register(data: bytes) -> Register:
    """The register that a file's bytes hold, checked as a whole.

    Addresses, domains, texts and times come out in their canonical form.

    Args:
        data: TOML 1.0 in UTF-8, at most 5 MiB, as `register.schema.json` describes it.

    Raises:
        InvalidInput: anything is wrong; `problems` lists every fault that could be found, each with
            a path such as `representative 'pat-tauira'.email` or `meeting[2].held_at` (positions
            count from 1), or with the line where the file is not readable at all.
    """
    table = read_table(data, _WHAT)
    unknown = (key for key in table if key not in RegisterModel.model_fields)
    problems = [
        WORDING.unknown_key(key, RegisterModel) for key in islice(unknown, MAX_PROBLEMS + 1)
    ]
    contents = Contents(
        agencies=read_section(table, "agency", AgencyModel, problems),
        representatives=read_section(table, "representative", RepresentativeModel, problems),
        protocols=read_section(table, "protocol", ProtocolModel, problems),
        meetings=read_section(table, "meeting", MeetingModel, problems),
        conflicts=read_section(table, "conflict_of_interest", ConflictOfInterestModel, problems),
    )
    problems.extend(check(contents))
    if not table.get("agency"):
        problems.append(
            Problem(
                "agency", "The file has no agency.", "Add one; the file may be cut off or empty."
            )
        )
    if problems:
        raise refusal(problems, _WHAT)
    return Register(
        agencies=tuple(item.model.to_domain() for item in contents.agencies.items),
        representatives=tuple(item.model.to_domain() for item in contents.representatives.items),
        protocols=tuple(item.model.to_domain() for item in contents.protocols.items),
        meetings=tuple(item.model.to_domain() for item in contents.meetings.items),
        conflicts=tuple(item.model.to_domain() for item in contents.conflicts.items),
    )
