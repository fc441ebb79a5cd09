"""The types of the values that only files hold, with their published schema."""

from typing import Annotated

from pydantic import AfterValidator

from gateway.files import values
from gateway.forms.fields import text_up_to

FilePath = Annotated[str, AfterValidator(values.relative_path), text_up_to(values.PATH_LIMIT)]
