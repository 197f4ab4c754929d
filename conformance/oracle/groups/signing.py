"""The group `signing`: from a request's parts to its query, stage by stage."""

import urllib.parse

from .common import Fault, compare, fields, md5, sign, typed

RELATION = "bytes"
POLICIES = ("comma-escaped", "equal-keys-kept", "keys-as-given", "md5-of-empty-body")


def ascii_lower(key):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in key)


def canonical(method, path, pairs, lower=True):
    name = ascii_lower if lower else str
    ordered = sorted(((name(key), value) for key, value in pairs), key=lambda pair: pair[0].encode("utf-8"))
    return "\n".join((method, path, "&".join(f"{key}={value}" for key, value in ordered)))


def wire(pairs, signature, safe):
    ordered = sorted(pairs, key=lambda pair: ascii_lower(pair[0]).encode("utf-8"))
    ordered.append(("auth_signature", signature))
    return "&".join(
        urllib.parse.quote(key, safe=safe) + "=" + urllib.parse.quote(value, safe=safe) for key, value in ordered
    )


def pairs_of(value):
    typed(value, list, "query")
    for pair in value:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise Fault(f"query: not a pair of strings: {pair!r}")
    return [tuple(pair) for pair in value]


def recompute(given, policy):
    if len(typed(given, dict, "input")) != 1:
        raise Fault("input: exactly one kind is wanted")
    (kind, value), = given.items()
    if kind == "body_md5":
        return set(), {"body_md5": md5(typed(value, str, kind))}
    if kind == "auth_signature":
        fields(value, ("secret", "string_to_sign"), what=kind)
        return set(), {"auth_signature": sign(value["secret"], value["string_to_sign"])}
    if kind == "string_to_sign":
        fields(value, ("method", "path", "query"), what=kind)
        lower = policy != "keys-as-given"
        return set(), {"string_to_sign": canonical(value["method"], value["path"], pairs_of(value["query"]), lower)}
    if kind == "request":
        return recompute_request(value, policy)
    raise Fault(f"input: unknown kind {kind!r}")


def recompute_request(value, policy):
    fields(value, ("secret", "method", "path", "query", "auth_key", "auth_timestamp"), ("body",), what="request")
    pairs = pairs_of(value["query"])
    layers = set()
    for key, _ in pairs:
        if ascii_lower(key).startswith("auth_") or ascii_lower(key) == "body_md5":
            layers.add("reserved-key")
    lowered = [(ascii_lower(key), key) for key, _ in pairs]
    spellings = {}
    for low, key in lowered:
        spellings.setdefault(low, set()).add(key)
    if any(len(keys) > 1 for keys in spellings.values()) and policy != "equal-keys-kept":
        layers.add("equal-keys")
    if layers:
        return layers, {}
    stages = {}
    pairs += [
        ("auth_key", value["auth_key"]),
        ("auth_timestamp", str(typed(value["auth_timestamp"], int, "auth_timestamp"))),
        ("auth_version", "1.0"),
    ]
    body = value.get("body", "")
    if body != "" or policy == "md5-of-empty-body":
        stages["body_md5"] = md5(body)
        pairs.append(("body_md5", stages["body_md5"]))
    stages["string_to_sign"] = canonical(value["method"], value["path"], pairs, policy != "keys-as-given")
    stages["auth_signature"] = sign(value["secret"], stages["string_to_sign"])
    stages["query"] = wire(pairs, stages["auth_signature"], "@" if policy == "comma-escaped" else ",@")
    return set(), stages
