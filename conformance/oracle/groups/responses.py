"""The group `responses`: from a call and the server's answer to what the caller gets, a value or an error."""

import calendar
import json
import re
import time
import unicodedata

from .common import Fault, compare, fields, text, typed, unique

RELATION = "json"
POLICIES = ("byte-order-mark-skipped", "obsolete-dates-unread", "users-may-be-missing")

KINDS = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 407: "proxy_authentication",
    413: "too_large", 422: "bad_request", 429: "rate_limited",
}

# RFC 9110, 5.6.7: the date of today, and the two of old, which a recipient reads too.
DATE = r"%a, %d %b %Y %H:%M:%S GMT"
OBSOLETE_DATES = (r"%A, %d-%b-%y %H:%M:%S GMT", r"%a %b %d %H:%M:%S %Y")


class Malformed(Exception):
    pass


def promise(condition):
    if not condition:
        raise Malformed


def parse(source):
    try:
        # Python reads NaN and Infinity, which are not JSON.
        return json.loads(source, object_pairs_hook=unique, parse_constant=int)
    except ValueError:
        raise Malformed from None


def members(value):
    promise(isinstance(value, dict))
    return value


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def count(value):
    if isinstance(value, str):
        promise(re.fullmatch(r"[0-9]+", value, re.ASCII))
        return int(value)
    promise(is_whole(value) and value >= 0)
    return value


def attributes(value):
    return {name: count(value[name]) for name in ("user_count", "subscription_count") if name in members(value)}


def by_channel(value):
    # PHP has one empty array for both: Reverb writes no channels as [].
    return {name: attributes(told) for name, told in members({} if value == [] else value).items()}


def trigger(body, policy):
    answer = {}
    if "channels" in members(body):
        answer["channels"] = by_channel(body["channels"])
    if "event_ids" in body:
        answer["event_ids"] = members(body["event_ids"])
        promise(all(isinstance(name, str) for name in answer["event_ids"].values()))
    return answer


def trigger_batch(body, policy):
    # Reverb writes no attributes as {"batch":{}}.
    if members(body).get("batch", {}) == {}:
        return {}
    promise(isinstance(body["batch"], list))
    return {"batch": [attributes(told) for told in body["batch"]]}


def get_channels(body, policy):
    return {"channels": by_channel(members(body).get("channels", {}))}


def get_channel(body, policy):
    promise(isinstance(members(body).get("occupied"), bool))
    answer = {"occupied": body["occupied"]} | attributes(body)
    if "cache" in body:
        answer["cache"] = body["cache"] if body["cache"] is None else cached(members(body["cache"]))
    return answer


def cached(value):
    promise(isinstance(value.get("data"), str))
    return {"data": value["data"]} | ({"ttl": count(value["ttl"])} if "ttl" in value else {})


def get_users(body, policy):
    if policy == "users-may-be-missing":
        body = {"users": []} | members(body)
    promise(isinstance(members(body).get("users"), list))
    ids = [members(user).get("id") for user in body["users"]]
    promise(all(isinstance(name, str) or is_whole(name) for name in ids))
    return {"users": [str(name) for name in ids]}


def nothing(body, policy):
    members(body)
    return {}


def anything(body, policy):
    return {"json": body}


CALLS = {
    "trigger": trigger,
    "trigger_batch": trigger_batch,
    "get_channels": get_channels,
    "get_channel": get_channel,
    "get_users": get_users,
    "send_to_user": nothing,
    "terminate_user": nothing,
    "get": anything,
    "post": anything,
}


def words(body):
    """The message of an error: on one line, without signatures."""
    said = body
    try:
        told = parse(body)
        texts = [told.get(name) for name in ("error", "message")] if isinstance(told, dict) else []
        said = next((value for value in texts if isinstance(value, str)), body)
    except Malformed:
        pass
    line = "".join(" " if unicodedata.category(c) == "Cc" else c for c in said.strip())
    if line != line.strip():
        raise Fault("message: a control character at an end, which may be trimmed or not")
    return re.sub(r"[0-9A-Fa-f]{64,}", "[redacted]", line, flags=re.ASCII)


def http_date(value, policy):
    for form in (DATE,) if policy == "obsolete-dates-unread" else (DATE, *OBSOLETE_DATES):
        try:
            return calendar.timegm(time.strptime(value, form))
        except ValueError:
            pass
    return None


def retry_after(headers, policy):
    wanted = headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]+", wanted, re.ASCII):
        return int(wanted)
    until, now = (http_date(value, policy) for value in (wanted, headers.get("date", "")))
    return None if until is None or now is None else max(0, until - now)


def headers_of(value):
    headers = {}
    for pair in typed(value, list, "headers"):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise Fault(f"headers: not a pair of texts: {pair!r}")
        if pair[0].lower() in headers:
            raise Fault(f"headers: {pair[0]} occurs twice")
        headers[pair[0].lower()] = pair[1].strip(" \t")
    return headers


def recompute(given, policy):
    fields(given, ("call", "status", "body"), ("headers",), what="input")
    if given["call"] not in CALLS:
        raise Fault(f"call: unknown {given['call']!r}")
    status, headers, body = typed(given["status"], int, "status"), headers_of(given.get("headers", [])), text(given["body"])
    if not 200 <= status <= 599:
        raise Fault(f"status: {status} ends no call")
    if status >= 300:
        kind = "server" if status >= 500 else KINDS.get(status, "other")
        error = {"kind": kind, "status": status, "message": words(body)}
        wait = retry_after(headers, policy)
        return set(), {"error": error if wait is None else dict(error, retry_after=wait)}
    if policy == "byte-order-mark-skipped":
        body = body.removeprefix("\ufeff")
    try:
        return set(), {"answer": CALLS[given["call"]](parse(body or "{}"), policy)}
    except Malformed:
        return set(), {"error": {"kind": "malformed", "status": status}}
