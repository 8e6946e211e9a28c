"""How an index is asked: with the login that is its own, wherever that has to be looked for."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pincheck.errors import PincheckError
from pincheck.world import http, logins
from pincheck.world._index_settings import Indexes, Terms
from pincheck.world.http import LARGEST_BODY, Answer, Client

REFUSED = {401, 403}


def get(
    client: Client,
    indexes: Indexes,
    address: str,
    accept: str = "*/*",
    *,
    index: str,
    part: str = "",
    largest: int = LARGEST_BODY,
) -> Answer:
    """Return what a server answers to a question that concerns one of the indexes, whatever its status is.

    The login in the address goes along; where the server asks for one and there is none, the keyring may know it (pip
    and uv do the same). PincheckError where nothing is answered, or where a login is wanted and none is known.
    """
    if not index and not address.startswith("https:"):
        return http.get(client, address, accept, part=part, largest=largest)  # Nobody's login for a stranger's wire.
    terms = indexes.terms.get(index, Terms())
    url = _with_keyring(indexes, terms, address, index)
    answer: Answer | http.Offline
    try:
        answer = http.get(client, url, accept, part=part, largest=largest)
    except http.Offline as error:
        answer = error  # What was kept may be for somebody whom the keyring knows.
    refused = isinstance(answer, http.Offline) or answer.status in REFUSED
    if refused and terms.authenticate != "never" and "@" not in urlsplit(url).netloc:
        known = indexes.logins.asked(url, index)
        answer = http.get(client, known, accept, part=part, largest=largest) if known else answer
    if isinstance(answer, http.Offline):
        raise answer
    return answer


def _with_keyring(indexes: Indexes, terms: Terms, address: str, index: str) -> str:
    """Return an address with a login for which the keyring has to be asked beforehand."""
    if terms.authenticate == "never":
        return address
    url = indexes.logins.remembered(address)
    wanted = terms.authenticate == "always" and "@" not in urlsplit(url).netloc
    if not wanted and not logins.lacks_password(url):
        return url
    known = indexes.logins.asked(url, index)
    if wanted and not known:
        shown = http.without_credentials(index)
        raise PincheckError(f'`{shown}` has `authenticate = "always"`, and no login for it is known', "give it one")
    return known or url


def local(address: str) -> Path:
    """Return the path of a `file:` URL."""
    return Path(unquote(urlsplit(address).path))
