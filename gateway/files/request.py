"""The request file: a request for information, written by hand or by another program."""

from pydantic import Field, ValidationError

from gateway.files.problems import WORDING, refusal
from gateway.files.toml_text import read_table
from gateway.forms.fields import RepresentativeKey
from gateway.forms.requests import RequestModel
from gateway.services.information_requests import RequestTerms

_WHAT = "request file"


class RequestFileModel(RequestModel):
    """A request for information that follows a meeting."""

    requester: RepresentativeKey = Field(
        description="The id of your agency's representative who asks."
    )


def parse_request(data: bytes) -> RequestTerms:
    """The request that a file's bytes describe.

    Args:
        data: TOML 1.0 in UTF-8, at most 5 MiB, as `request.schema.json` describes it.

    Raises:
        InvalidInput: anything is wrong; `problems` lists every fault that could be found, each with
            a path such as `items[2].since` (positions count from 1), or with the line where the
            file is not readable at all.
    """
    table = read_table(data, _WHAT)
    try:
        model = RequestFileModel.model_validate(table)
    except ValidationError as error:
        raise refusal(list(WORDING.problems_of(error, RequestFileModel)), _WHAT) from None
    return model.to_terms(None)
