"""The group `urls`: where the API lives, from a URL with credentials or from a cluster."""

import ipaddress
import re
import urllib.parse

from .common import Fault, app_id_fits, compare, typed

RELATION = "json"
POLICIES = ("default-port-kept", "empty-cluster-is-default")

# RFC 3986: unreserved, gen-delims, sub-delims, and the sign of a percent-encoding.
URL_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)


class Refused(Exception):
    pass


def require(condition):
    if not condition:
        raise Refused


def decode_userinfo(part):
    require(not re.search(r"%(?![0-9A-Fa-f]{2})", part))
    raw = urllib.parse.unquote_to_bytes(part)
    require(raw != b"" and all(0x20 <= byte <= 0x7E for byte in raw))
    return raw.decode("ascii")


def parse_host(text_):
    if text_.startswith("["):
        address, bracket, rest = text_[1:].partition("]")
        require(bracket == "]")
        try:
            ipaddress.IPv6Address(address)
        except ValueError:
            raise Refused from None
        require("%" not in address)
        require(rest == "" or rest.startswith(":"))
        return f"[{address}]", rest[1:] if rest else None
    host, colon, port = text_.partition(":")
    require(re.fullmatch(r"[A-Za-z0-9._-]+", host))
    return host, port if colon else None


def parse_url(url, policy):
    # urlsplit strips whitespace, drops line breaks and forgets an empty query or fragment,
    # so the raw text is judged before it is split.
    require(URL_CHARACTERS.fullmatch(url))
    require("?" not in url and "#" not in url)
    split = urllib.parse.urlsplit(url)
    require(split.scheme in ("http", "https"))
    require(url[len(split.scheme):].startswith("://"))
    userinfo, at, address = split.netloc.partition("@")
    require(at == "@" and "@" not in address)
    key, colon, secret = userinfo.partition(":")
    require(colon == ":")
    key, secret = decode_userinfo(key), decode_userinfo(secret)
    host, port = parse_host(address)
    if port is not None:
        require(re.fullmatch(r"[0-9]+", port))
        port = int(port)
        require(1 <= port <= 65535)
        if port == {"http": 80, "https": 443}[split.scheme] and policy != "default-port-kept":
            port = None
    segments = split.path.split("/")
    require(len(segments) >= 3 and segments[0] == "" and segments[-2] == "apps" and app_id_fits(segments[-1]))
    prefix = segments[1:-2]
    require(all(re.fullmatch(r"[A-Za-z0-9._~-]+", part) and part not in (".", "..") for part in prefix))
    return {
        "scheme": split.scheme,
        "host": host,
        "port": port,
        "app_id": segments[-1],
        "key": key,
        "secret": secret,
        "prefix": "".join("/" + part for part in prefix),
    }


def recompute(given, policy):
    if len(typed(given, dict, "input")) != 1:
        raise Fault("input: exactly one kind is wanted")
    (kind, value), = given.items()
    if kind == "url":
        try:
            return set(), parse_url(typed(value, str, kind), policy)
        except (Refused, ValueError):
            return {"url"}, {}
    if kind == "cluster":
        if value is None or (value == "" and policy == "empty-cluster-is-default"):
            value = "mt1"
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", typed(value, str, kind)):
            return {"cluster"}, {}
        return set(), {"scheme": "https", "host": f"api-{value}.pusher.com", "port": None}
    raise Fault(f"input: unknown kind {kind!r}")
