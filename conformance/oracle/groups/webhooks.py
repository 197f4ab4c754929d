"""The group `webhooks`: from the headers and the body of a delivery to its events, or the layer that refuses it."""

import hashlib
import hmac
import json

from .common import Fault, compare, fields, text, typed, unique
from .encryption import PREFIX, Refused, derive, hexadecimal, open_sealed, parse_master_key

RELATION = "json"
POLICIES = (
    "body-unchecked", "content-type-ignored", "equal-headers-once", "undocumented-members-dropped", "upper-case-signature",
)

# What the documentation has, beside the name and what tells that data is sealed.
DOCUMENTED = {
    "channel_occupied": ("channel",),
    "channel_vacated": ("channel",),
    "member_added": ("channel", "user_id"),
    "member_removed": ("channel", "user_id"),
    "client_event": ("channel", "event", "data", "socket_id", "user_id", "sealed"),
    "cache_miss": ("channel",),
    "subscription_count": ("channel", "subscription_count"),
}


def values_of(headers, name):
    # HTTP trims spaces and tabs, and nothing else.
    return [value.strip(" \t") for other, value in headers if other.lower() == name]


def single(headers, name, policy):
    """The one value of a header, or None."""
    values = values_of(headers, name)
    if policy == "equal-headers-once" and len(set(values)) == 1:
        values = values[:1]
    return values[0] if len(values) == 1 and values[0] != "" else None


def is_json(headers):
    kinds = values_of(headers, "content-type")
    return len(kinds) == 1 and kinds[0].partition(";")[0].strip(" \t").lower() == "application/json"


def signed(secret, body, signature, policy):
    expected = hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    return expected == (signature.lower() if policy == "upper-case-signature" else signature)


def whole_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def event_of(event, keys):
    """The event as it is handed on."""
    channel, data = event.get("channel"), event.get("data")
    if event["name"] != "client_event" or not isinstance(channel, str) or not channel.startswith(PREFIX):
        return event
    if not isinstance(data, str):
        return dict(event, sealed=True)
    try:
        return dict(event, data=open_sealed([derive(channel, key) for key in keys], data))
    except Refused:
        return dict(event, sealed=True)


def documented(event):
    """The event without what nobody has documented; one that is not documented at all stays whole."""
    names = DOCUMENTED.get(event["name"], event)
    return {name: value for name, value in event.items() if name == "name" or name in names}


def pairs_of(value):
    for pair in typed(value, list, "headers"):
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise Fault(f"headers: not a pair of texts: {pair!r}")
    return [(name, text(content)) for name, content in value]


def recompute(given, policy):
    fields(given, ("tokens", "headers"), ("body", "body_hex", "master_keys", "clock"), what="input")
    if ("body" in given) == ("body_hex" in given):
        raise Fault("input: body or body_hex, one of them")
    tokens = [fields(token, ("key", "secret"), what="token") for token in typed(given["tokens"], list, "tokens")]
    headers = pairs_of(given["headers"])
    body = hexadecimal(given["body_hex"], "body_hex") if "body_hex" in given else typed(given["body"], str, "body").encode("utf-8")
    try:
        keys = [parse_master_key(key) for key in given.get("master_keys", [])]
    except Refused:
        raise Fault("master_keys: not a master key") from None
    clock = fields(given.get("clock", {"now": 0, "max_age": 0}), ("now", "max_age"), what="clock")
    now, max_age = typed(clock["now"], int, "now"), typed(clock["max_age"], int, "max_age")

    key = single(headers, "x-pusher-key", policy)
    signature = single(headers, "x-pusher-signature", policy)
    missing = {"key-header"} if key is None else set()
    if signature is None:
        missing.add("signature-header")
    if missing:
        return missing, {}
    secrets = [token["secret"] for token in tokens if token["key"] == key]
    if not secrets:
        return {"unknown-key"}, {}
    if not any(signed(secret, body, signature, policy) for secret in secrets):
        return {"signature"}, {}
    if policy != "content-type-ignored" and not is_json(headers):
        return {"content-type"}, {}
    try:
        source = body.decode("utf-8")
    except UnicodeDecodeError:
        return {"utf-8"}, {}
    try:
        # Python reads NaN and Infinity, which are not JSON.
        document = json.loads(source, object_pairs_hook=unique, parse_constant=int)
    except ValueError:
        return {"body"}, {}
    if not isinstance(document, dict):
        return {"body"}, {}
    if policy == "body-unchecked":
        document.setdefault("time_ms", 0)
    time_ms, events = document.get("time_ms"), document.get("events", [])
    named = isinstance(events, list) and all(isinstance(e, dict) and isinstance(e.get("name"), str) for e in events)
    if not whole_number(time_ms) or time_ms < 0 or not named:
        return {"body"}, {}
    if "clock" in given and abs(now * 1000 - time_ms) > max_age * 1000:
        return {"age"}, {}
    events = [event_of(event, keys) for event in events]
    if policy == "undocumented-members-dropped":
        events = [documented(event) for event in events]
    return set(), {"key": key, "time_ms": time_ms, "events": events}
