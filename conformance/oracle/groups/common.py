"""What every group needs: the shape of the files, the digests and names of the protocol.

This file judges no case.
"""

import hashlib
import hmac
import json


class Fault(Exception):
    """The vector file itself is not what the format says."""


def fields(value, required, optional=(), what="object"):
    """The members of an object, which may be these and no others, in this order."""
    if not isinstance(value, dict):
        raise Fault(f"{what}: not an object")
    allowed = tuple(required) + tuple(optional)
    unknown = [key for key in value if key not in allowed]
    missing = [key for key in required if key not in value]
    if unknown or missing:
        raise Fault(f"{what}: unknown members {unknown}, missing members {missing}")
    return value


def typed(value, kind, what):
    # bool is an int in Python, and must not pass for one.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Fault(f"{what}: expected {kind.__name__}, found {value!r}")
    return value


def text(value):
    """A string, {"repeat", "times"}, or a list of these that are joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(text(part) for part in value)
    fields(value, ("repeat", "times"), what="text")
    return typed(value["repeat"], str, "repeat") * typed(value["times"], int, "times")


def md5(body):
    return hashlib.md5(body.encode("utf-8")).hexdigest()


def sign(secret, message):
    return hmac.new(secret.encode("utf-8"), message.encode("utf-8"), hashlib.sha256).hexdigest()


def unique(members):
    seen = dict(members)
    if len(seen) != len(members):
        raise Fault(f"a member occurs twice in {[key for key, _ in members]}")
    return seen


def load_json(source):
    try:
        return json.loads(source, object_pairs_hook=unique)
    except ValueError as error:
        raise Fault(f"not JSON: {error}") from None


def ordered_json(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


CHANNEL_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=@,.;")
APP_ID_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
DIGITS = set("0123456789")


def printable_ascii(value):
    return value != "" and all(" " <= c <= "~" for c in value)


def app_id_fits(value):
    return value != "" and set(value) <= APP_ID_CHARACTERS


def socket_id_fits(value):
    parts = value.split(".")
    return len(parts) == 2 and all(part != "" and set(part) <= DIGITS for part in parts)


def compare(expect, stages):
    typed(expect, dict, "expect")
    for stage in list(expect) + [stage for stage in stages if stage not in expect]:
        yield stage, expect.get(stage, "(absent)"), stages.get(stage, "(absent)")
