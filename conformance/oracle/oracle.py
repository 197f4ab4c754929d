#!/usr/bin/env python3
"""Recomputes every stage of every vector from its input, and compares.

This file knows the published protocol and the vector files. It shares no code with any
implementation that the vectors test, and it never writes a vector.

    oracle.py               recompute everything; exit 0, or 1 with one line per finding
    oracle.py --self-test   change each expected value by one byte; each change must be found
"""

import copy
import hashlib
import hmac
import ipaddress
import json
import pathlib
import re
import sys
import urllib.parse

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"

RESULTS = ("valid", "invalid", "acceptable")
RELATIONS = {"signing": "bytes", "requests": "verifies", "urls": "json"}
GROUP_KEYS = ("schema", "group", "about", "relation", "flags", "policies", "cases")
CASE_KEYS = ("id", "comment", "flags", "spec", "source", "input", "expect", "result", "policy", "refusal")


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


# --- signing ------------------------------------------------------------------------------

SIGNING_POLICIES = ("comma-escaped", "equal-keys-kept", "keys-as-given", "md5-of-empty-body")


def md5(body):
    return hashlib.md5(body.encode("utf-8")).hexdigest()


def sign(secret, message):
    return hmac.new(secret.encode("utf-8"), message.encode("utf-8"), hashlib.sha256).hexdigest()


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


def recompute_signing(given, policy):
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


# --- requests -----------------------------------------------------------------------------

REQUESTS_POLICIES = ("channel-names-to-200", "single-channel-member", "text-encoded-again")

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


def names_of(value):
    if isinstance(value, dict):
        fields(value, ("numbered", "times"), what="channels")
        return [f"{value['numbered']}{number}" for number in range(1, value["times"] + 1)]
    return [text(name) for name in typed(value, list, "channels")]


def recompute_requests(given, policy):
    fields(given, ("app", "auth_timestamp", "call"), what="input")
    app = fields(given["app"], ("app_id", "key", "secret"), what="app")
    typed(given["auth_timestamp"], int, "auth_timestamp")
    if list(typed(given["call"], dict, "call")) != ["trigger"]:
        raise Fault(f"call: unknown kind {list(given['call'])}")
    call = fields(given["call"]["trigger"], ("channels", "name", "data"), ("socket_id", "info"), what="trigger")
    channels, name, data = names_of(call["channels"]), text(call["name"]), text(call["data"])

    layers = set()
    if not (app_id_fits(app["app_id"]) and printable_ascii(app["key"]) and printable_ascii(app["secret"])):
        layers.add("app")
    if not 1 <= len(channels) <= 100:
        layers.add("channel-names")
    longest = 200 if policy == "channel-names-to-200" else 164
    if any(not (1 <= len(channel) <= longest and set(channel) <= CHANNEL_CHARACTERS) for channel in channels):
        layers.add("channel-name")
    if not 1 <= len(name) <= 200 or name.startswith("pusher:"):
        layers.add("event-name")
    if len(data.encode("utf-8")) > 10240:
        layers.add("limits")
    if "socket_id" in call and not socket_id_fits(call["socket_id"]):
        layers.add("socket-id")
    if any(channel.startswith("private-encrypted-") for channel in channels):
        # No vector of this group gives a master key, so nothing could seal the data.
        layers.add("encryption")
    if layers:
        return layers, {}

    body = {"name": name}
    if policy == "single-channel-member":
        if len(channels) != 1:
            raise Fault("the policy needs exactly one channel")
        body["channel"] = channels[0]
    else:
        body["channels"] = channels
    body["data"] = json.dumps(data, ensure_ascii=False) if policy == "text-encoded-again" else data
    if "socket_id" in call:
        body["socket_id"] = call["socket_id"]
    if "info" in call:
        if not call["info"] or not set(call["info"]) <= {"user_count", "subscription_count"}:
            raise Fault(f"info: unknown attributes {call['info']}")
        body["info"] = ",".join(call["info"])
    return set(), {"method": "POST", "path": f"/apps/{app['app_id']}/events", "body": body}


def compare_requests(expect, stages):
    fields(expect, ("method", "path", "body"), ("quoted_body", "quoted_body_md5"), what="expect")
    for stage in ("method", "path"):
        yield stage, expect[stage], stages[stage]
    wanted = ordered_json(stages["body"])
    yield "body", ordered_json(load_json(text(expect["body"]))), wanted
    if ("quoted_body" in expect) != ("quoted_body_md5" in expect):
        raise Fault("quoted_body and quoted_body_md5 come together")
    if "quoted_body" in expect:
        yield "quoted_body", ordered_json(load_json(expect["quoted_body"])), wanted
        yield "quoted_body_md5", expect["quoted_body_md5"], md5(expect["quoted_body"])


# --- urls ---------------------------------------------------------------------------------

URLS_POLICIES = ("default-port-kept", "empty-cluster-is-default")

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


def recompute_urls(given, policy):
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


# --- comparing ----------------------------------------------------------------------------


def compare_all(expect, stages):
    typed(expect, dict, "expect")
    for stage in list(expect) + [stage for stage in stages if stage not in expect]:
        yield stage, expect.get(stage, "(absent)"), stages.get(stage, "(absent)")


GROUPS = {
    "signing": (recompute_signing, compare_all, SIGNING_POLICIES),
    "requests": (recompute_requests, compare_requests, REQUESTS_POLICIES),
    "urls": (recompute_urls, compare_all, URLS_POLICIES),
}


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


def canonical_text(document):
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def same(expected, got):
    # 1 == True == 1.0 in Python.
    return type(expected) is type(got) and expected == got


def check_case(group, document, case):
    """Every finding about one case, as (stage, expected, got)."""
    recompute, compare, policies = GROUPS[group]
    fields(case, CASE_KEYS[:6] + ("result",), CASE_KEYS, what="case")
    if list(case) != [key for key in CASE_KEYS if key in case]:
        raise Fault("the members are out of order")
    for key in ("id", "comment", "spec", "source"):
        if typed(case[key], str, key).strip() == "":
            raise Fault(f"{key}: empty")
    if not re.fullmatch(rf"{group}/[a-z0-9]+(-[a-z0-9]+)*", case["id"]):
        raise Fault("the id is not <group>/<kebab-case>")
    if not case["source"].startswith(("quoted: ", "computed: ")):
        raise Fault("source: neither quoted nor computed")
    result, policy = case["result"], case.get("policy")
    if result not in RESULTS:
        raise Fault(f"result: unknown {result!r}")
    if (policy is not None) != (result == "acceptable"):
        raise Fault("policy goes with acceptable, and only with it")
    if ("refusal" in case) != (result == "invalid") or ("expect" in case) != (result != "invalid"):
        raise Fault("invalid cases have a refusal, all others an expect")
    for flag in case["flags"]:
        if flag not in document["flags"]:
            raise Fault(f"flag {flag!r} is not explained")
    if policy is not None and (policy not in policies or policy not in document["policies"]):
        raise Fault(f"policy {policy!r} is unknown")

    layers, stages = recompute(case["input"], policy)
    if result == "invalid":
        if layers != {case["refusal"]}:
            yield "refusal", case["refusal"], ", ".join(sorted(layers)) or "accepted"
        return
    if layers:
        yield "result", result, f"refused by {', '.join(sorted(layers))}"
        return
    for stage, expected, got in compare(case["expect"], stages):
        if not same(expected, got):
            yield stage, expected, got
    if policy is not None and recompute(case["input"], None) == (layers, stages):
        yield "policy", f"{policy} makes a difference", "it makes none"


def check_document(document, seen):
    """Every finding about one file, as lines."""
    try:
        fields(document, GROUP_KEYS, what="file")
        if list(document) != list(GROUP_KEYS):
            raise Fault("the members are out of order")
        group = document["group"]
        if group not in GROUPS:
            raise Fault(f"unknown group {group!r}")
        if document["schema"] != 1:
            raise Fault(f"unknown schema {document['schema']!r}")
        if document["relation"] != RELATIONS[group]:
            raise Fault(f"relation: expected {RELATIONS[group]}, found {document['relation']!r}")
        if typed(document["about"], str, "about").strip() == "":
            raise Fault("about: empty")
        if not typed(document["cases"], list, "cases"):
            raise Fault("no cases")
        for kind in ("flags", "policies"):
            if list(document[kind]) != sorted(document[kind]):
                raise Fault(f"{kind}: not sorted by name")
            for name, entry in document[kind].items():
                fields(entry, ("about",), what=f"{kind} {name}")
                if typed(entry["about"], str, name).strip() == "":
                    raise Fault(f"{kind} {name}: empty")
    except Fault as fault:
        yield f"{document.get('group', 'file') if isinstance(document, dict) else 'file'}: {fault}"
        return
    for case in document["cases"]:
        name = case.get("id", "(no id)") if isinstance(case, dict) else "(no id)"
        if name in seen:
            yield f"{name}: the id occurs twice"
        seen.add(name)
        try:
            for stage, expected, got in check_case(group, document, case):
                yield f"{name}: {stage}: expected {expected!r}, got {got!r}"
        except Fault as fault:
            yield f"{name}: {fault}"
    used = {flag for case in document["cases"] for flag in case.get("flags", [])}
    for flag in sorted(set(document["flags"]) - used):
        yield f"{group}: flag {flag!r} is used by no case"
    for policy in sorted(set(document["policies"]) - {case.get("policy") for case in document["cases"]}):
        yield f"{group}: policy {policy!r} is used by no case"


def load(directory):
    """The parsed files by name, and what is wrong with their text."""
    documents, findings = {}, []
    for path in sorted(directory.glob("*.json")):
        source = path.read_bytes().decode("utf-8")
        try:
            document = load_json(source)
        except Fault as fault:
            findings.append(f"{path.name}: {fault}")
            continue
        if canonical_text(document) != source:
            findings.append(f"{path.name}: not in canonical form (two spaces, nothing escaped that prints, final newline)")
        if not isinstance(document, dict) or document.get("group") != path.stem:
            findings.append(f"{path.name}: the group is not the file's name")
            continue
        documents[path.stem] = document
    for group in GROUPS:
        if group not in documents:
            findings.append(f"{group}: no such file in {directory.name}/")
    return documents, findings


def check(documents):
    seen = set()
    return [line for document in documents.values() for line in check_document(document, seen)]


# --- the oracle examined ------------------------------------------------------------------


def changed(value):
    """The value with one byte changed: at every place, or at three places if it is long."""
    if value is None:
        yield 1
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        places = range(len(value)) if len(value) <= 400 else (0, len(value) // 2, len(value) - 1)
        for place in places:
            yield value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1:]
        yield value + "a"
    else:
        yield from changed(text(value))


def self_test(documents):
    tried, missed = 0, []

    def attempt(name, document):
        nonlocal tried
        tried += 1
        if not list(check_document(document, set())):
            missed.append(name)

    for group, document in documents.items():
        head = {key: value for key, value in document.items() if key != "cases"}

        def alone(case):
            used = dict(head, cases=[case])
            used["flags"] = {flag: document["flags"][flag] for flag in sorted(case["flags"])}
            used["policies"] = {case["policy"]: document["policies"][case["policy"]]} if "policy" in case else {}
            return used

        for case in document["cases"]:
            if list(check_document(alone(case), set())):
                missed.append(f"{case['id']}: does not pass unchanged")
            if case["result"] == "invalid":
                attempt(f"{case['id']}: refusal", alone(dict(case, refusal=case["refusal"] + "x")))
                flipped = {key: value for key, value in case.items() if key != "refusal"}
                flipped = {key: flipped[key] for key in CASE_KEYS if key in flipped}
                order = ("id", "comment", "flags", "spec", "source", "input")
                flipped = {key: flipped[key] for key in order} | {"expect": {}, "result": "valid"}
                attempt(f"{case['id']}: invalid made valid", alone(flipped))
                continue
            for stage, expected in case["expect"].items():
                for value in changed(expected):
                    broken = copy.deepcopy(case)
                    broken["expect"][stage] = value
                    attempt(f"{case['id']}: {stage} {value!r}", alone(broken))
                broken = copy.deepcopy(case)
                del broken["expect"][stage]
                attempt(f"{case['id']}: {stage} left out", alone(broken))
            flipped = {key: value for key, value in case.items() if key not in ("expect", "policy", "result")}
            attempt(f"{case['id']}: made invalid", alone(flipped | {"result": "invalid", "refusal": "url"}))
            if case["result"] == "acceptable":
                plain = {key: value for key, value in case.items() if key != "policy"}
                plain["result"] = "valid"
                attempt(f"{case['id']}: acceptable made valid", alone(plain))

        attempt(f"{group}: no cases", dict(document, cases=[]))
        attempt(f"{group}: unknown group", dict(document, group="unknown"))
        attempt(f"{group}: unknown schema", dict(document, schema=2))
        attempt(f"{group}: an id twice", dict(document, cases=document["cases"] + document["cases"][:1]))
        strange = copy.deepcopy(document["cases"][0])
        strange["input"] = {"unknown": ""}
        attempt(f"{group}: unknown kind of input", alone(strange))
        attempt(f"{group}: unknown member", dict(document, more=1))
        attempt(f"{group}: unused flag", dict(document, flags=dict(document["flags"], zzz={"about": "x"})))
    attempt("not an object", [])
    attempt("an empty object", {})
    return tried, missed


def main(arguments):
    if arguments not in ([], ["--self-test"]):
        print("usage: oracle.py [--self-test]", file=sys.stderr)
        return 2
    documents, findings = load(VECTORS)
    findings += check(documents)
    if findings:
        print("\n".join(findings))
        return 1
    if arguments:
        tried, missed = self_test(documents)
        if missed or tried == 0:
            print("\n".join(f"not noticed: {name}" for name in missed) or "nothing was tried")
            return 1
        print(f"{tried} changes made, every one noticed")
        return 0
    counts = {name: len(document["cases"]) for name, document in documents.items()}
    summary = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{sum(counts.values())} cases recomputed: {summary}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
