"""`python -m gateway` and the `gateway` command."""

import gc

# importing makes hundreds of thousands of objects that stay: looking through them again and again
# takes a fifth of a short command's time
gc.set_threshold(50_000, 20, 20)

from gateway.cli.main import main  # noqa: E402 - after the line that makes it quicker

__all__ = ["main"]

if __name__ == "__main__":
    main()
