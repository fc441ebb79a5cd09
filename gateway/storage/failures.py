"""What PostgreSQL and its driver raise, said in the gateway's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 - SQLAlchemy's own, not the built-in one
)

from gateway.domain.errors import Conflict, InvalidInput, Unavailable


@contextmanager
def database_failures() -> Iterator[None]:
    """Turn failures of the database into domain errors; others pass.

    Errors about values are raised without their cause: the server's account of them repeats what
    was to be stored.

    Raises:
        Unavailable: no connection, a lost connection, a time limit, a deadlock, a full disk.
        Conflict: a constraint does not let the change in.
        InvalidInput: a value PostgreSQL cannot hold, such as text with a NUL character.
    """
    try:
        yield
    except TimeoutError as error:
        raise Unavailable(
            "All database connections are in use.", "Try again in a moment."
        ) from error
    except IntegrityError as error:
        raise Conflict(
            f"The change does not fit what is stored ({_constraint(error)}).",
            "Read the present state and try again.",
        ) from None
    except DataError:
        raise InvalidInput(
            "A value cannot be stored as it is.",
            "Leave out NUL characters, and keep numbers and texts within reason.",
        ) from None
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unavailable(error) from error
        raise


def _unavailable(error: DBAPIError) -> Unavailable:
    state = error.orig.sqlstate if isinstance(error.orig, Error) else None
    if state is not None and state.startswith("40"):  # serialization failure, deadlock
        return Unavailable("Another change was under way at the same time.", "Try again.")
    if state == "57014":  # statement timeout
        return Unavailable("The database took too long.", "Try again in a moment.")
    return Unavailable(
        "The database does not answer.",
        "Check that PostgreSQL is running and has free disk space, then try again.",
    )


def _constraint(error: IntegrityError) -> str:
    name = error.orig.diag.constraint_name if isinstance(error.orig, Error) else None
    return name or "a required value is missing"
