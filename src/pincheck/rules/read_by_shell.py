"""The shell takes the version for a redirection.

In `pip install fastapi>=0.112.0` without quotes, the shell writes what pip prints into a file named `=0.112.0`, and
pip is asked for `fastapi` in any version. With `<` behind it, the command fails or reads from a file instead. Put the
requirement between quotes.

Source: POSIX, "Shell Command Language", 2.7 Redirection; pip documentation, "Requirement Specifiers".

Bad:

    # Dockerfile
    FROM python:3.13
    RUN pip install fastapi>=0.112.0,<0.113.0

Good:

    # Dockerfile
    FROM python:3.13
    RUN pip install "fastapi>=0.112.0,<0.113.0"
"""

from collections.abc import Iterator

from pincheck.model import Finding, Free, Project
from pincheck.rules._rule import Rule

CODE = "PIN123"


def find(project: Project) -> Iterator[Finding]:
    """Yield the requirements of watched packages whose version a shell never hands on."""
    for oddity in project.oddities:
        policy = next((policy for name, policy in project.policies.items() if name == oddity.name), None)
        if oddity.kind != "shell" or policy is None or isinstance(policy, Free):
            continue
        message = (
            f"{oddity.name} is asked for in any version: the shell takes the rest for a redirection: {oddity.text}"
        )
        remedy = f'write `"{oddity.text}"`, with the quotes'
        yield Finding(oddity.source, oddity.span, CODE, "error", message, remedy)


RULE = Rule(CODE, "read-by-shell", find, __doc__)
