"""Which passwords are taken: long enough, not the name, not among those that are guessed first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from models.errors import InvalidAccount

SHORTEST, LONGEST = 10, 200  # characters of a password
LEAST_SCORE = 3  # of 4 by zxcvbn: over 10^8 guesses
_READ = 72  # characters that zxcvbn takes
# what a guesser tries first here; the lists of zxcvbn are English
_LOCAL = ("vedich", "matkhau", "congthuong", "socongthuong", "thongke", "kehoach", "vietnam")

Weakness = Literal["short", "long", "name", "common"]


class WeakPassword(InvalidAccount):
    """A password that is too short, too long, the name, or guessed too soon."""

    def __init__(self, why: Weakness, message: str) -> None:
        super().__init__(message)
        self.why = why


def check_password(password: str, name: str, others: Iterable[str] = ()) -> None:
    """Raise `WeakPassword` unless a password may be an account's.

    Parameters
    ----------
    password : as typed
    name : of the account
    others : further words that a guesser knows, such as the name of the body
    """
    found = len(password)
    if found < SHORTEST or found > LONGEST:
        raise WeakPassword(
            "short" if found < SHORTEST else "long",
            f"expected a password of {SHORTEST} to {LONGEST} characters, found {found}.",
        )
    bare = password.casefold().strip()
    if name and bare.strip("0123456789 .!@#_-") in (name, name[::-1]):
        raise WeakPassword("name", "expected a password other than the account's name.")
    from zxcvbn import zxcvbn  # its lists take a moment to load

    words = [name, *others, *_LOCAL]
    if zxcvbn(password[:_READ], user_inputs=words)["score"] < LEAST_SCORE:
        raise WeakPassword(
            "common",
            "expected a password that is not guessed soon, found one that is common or made of "
            "common parts. Take four or more words that do not belong together.",
        )
