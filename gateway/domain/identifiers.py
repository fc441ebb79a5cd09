"""Identifiers of what the register holds, each of a type of its own.

They are chosen by the agency that keeps the register.
"""

from typing import NewType

AgencyId = NewType("AgencyId", str)
RepresentativeId = NewType("RepresentativeId", str)
ProtocolId = NewType("ProtocolId", str)
MeetingId = NewType("MeetingId", str)
ChildReference = NewType("ChildReference", str)
AuthorityCode = NewType("AuthorityCode", str)
