"""The group `channel-auth`: what the browser is answered when it asks to subscribe to a channel."""

import json
import re
import urllib.parse

from .common import Fault, compare as compare_stages, fields, load_json, sign, socket_id_fits, text, typed, unique
from .encryption import Refused, derive, encode_base64, parse_master_key, require
from .names import channel_name_fits, kind_of

RELATION = "bytes"
POLICIES = ("channel-names-to-200", "empty-data-is-none", "presence-data-unchecked", "public-channels-signed")

INDEXED = re.compile(r"channel_name\[[0-9]+\]", re.ASCII)


def decode(part):
    require(not re.search(r"%(?![0-9A-Fa-f]{2})", part))
    try:
        return urllib.parse.unquote_to_bytes(part.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused from None


def parse_form(body):
    """The fields of a form as names and values, in their order."""
    pairs = [part.partition("=") for part in body.split("&") if part != ""]
    return [(decode(name), decode(value)) for name, _, value in pairs]


def single(pairs, name):
    values = [value for other, value in pairs if other == name]
    require(len(values) == 1)
    return values[0]


def channels_of(pairs):
    """The channel names, and whether they came with an index."""
    names = [(name, value) for name, value in pairs if name == "channel_name" or INDEXED.fullmatch(name)]
    seen = [name for name, _ in names]
    require(names and len(set(seen)) == len(seen))
    indexed = seen != ["channel_name"]
    require(not (indexed and "channel_name" in seen))
    channels = [value for _, value in names]
    if len(set(channels)) != len(channels):
        raise Fault("form: no rule says what becomes of a channel that is named twice")
    return channels, indexed


def strict_json(source):
    """The value of a JSON text; no rule says what becomes of equal keys, and so they are a fault."""
    def no_constant(name):
        raise ValueError(name)

    try:
        value = json.loads(source, object_pairs_hook=unique, parse_constant=no_constant)
    except ValueError:
        raise Refused from None
    if any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False)):
        raise Fault("no rule says what becomes of half a character")
    return value


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def data_of_member(member):
    fields(member, ("user_id",), ("user_info",), what="member")
    data = {"user_id": member["user_id"] if number(member["user_id"]) else text(member["user_id"])}
    if "user_info" in member:
        data["user_info"] = typed(member["user_info"], dict, "user_info")
    return data


def judge_data(source, presence, policy):
    try:
        value = strict_json(source)
    except Refused:
        return {"channel-data"}
    if not presence:
        return set()
    user_id = value.get("user_id") if isinstance(value, dict) else None
    if not (isinstance(user_id, str) or number(user_id)) and policy != "presence-data-unchecked":
        return {"channel-data"}
    too_long = isinstance(user_id, str) and len(user_id) > 128
    return {"limits"} if too_long or len(source.encode("utf-8")) > 1024 else set()


def authorise(app, socket_id, channel_name, given, policy):
    """The layers that refuse one channel, and its stages but for the reply."""
    if not channel_name_fits(channel_name, policy):
        return {"channel-name"}, {}
    kind, _ = kind_of(channel_name)
    layers, channel_data, shared_secret = set(), None, None
    if "member" in given:
        member = data_of_member(given["member"])
        channel_data = compact(member)
        if kind != "presence":
            return {"channel-kind"}, {}
    elif "channel_data" in given:
        channel_data = text(given["channel_data"])
        if channel_data == "" and policy == "empty-data-is-none":
            channel_data = None
    if kind == "public" and policy != "public-channels-signed":
        layers.add("public-channel")
    if channel_data is not None:
        layers |= judge_data(channel_data, kind == "presence", policy)
    if kind == "encrypted":
        try:
            require("master_key" in app)
            shared_secret = encode_base64(derive(channel_name, parse_master_key(app["master_key"])))
        except Refused:
            layers.add("encryption")

    string_to_sign = f"{socket_id}:{channel_name}"
    if channel_data is not None:
        string_to_sign += f":{channel_data}"
    stages = {"string_to_sign": string_to_sign, "auth": f"{app['key']}:{sign(app['secret'], string_to_sign)}"}
    if channel_data is not None:
        stages["channel_data"] = channel_data
    if shared_secret is not None:
        stages["shared_secret"] = shared_secret
    return layers, stages


def answer(stages):
    return {name: stages[name] for name in ("auth", "channel_data", "shared_secret") if name in stages}


def recompute(given, policy):
    fields(given, ("app",), ("socket_id", "channel_name", "form", "channel_data", "member"), what="input")
    app = fields(given["app"], ("key", "secret"), ("master_key",), what="app")
    if ("socket_id" in given) != ("channel_name" in given) or ("form" in given) == ("socket_id" in given):
        raise Fault("input: either socket_id and channel_name, or form")
    if "channel_data" in given and "member" in given:
        raise Fault("input: channel_data and member exclude each other")

    if "form" in given:
        try:
            pairs = parse_form(typed(given["form"], str, "form"))
            socket_id = single(pairs, "socket_id")
            channels, indexed = channels_of(pairs)
        except Refused:
            return {"form"}, {}
    else:
        socket_id, channels, indexed = text(given["socket_id"]), [text(given["channel_name"])], False

    layers = set() if socket_id_fits(socket_id) else {"socket-id"}
    answers = []
    for channel_name in channels:
        more, stages = authorise(app, socket_id, channel_name, given, policy)
        layers |= more
        answers.append((channel_name, stages))
    if layers:
        return layers, {}
    if not indexed:
        (_, stages), = answers
        return set(), dict(stages, reply=answer(stages))
    return set(), {
        "channels": [{"channel_name": channel_name} | stages for channel_name, stages in answers],
        "reply": {channel_name: {"status": 200, "data": answer(stages)} for channel_name, stages in answers},
    }


def written(expect, required, what):
    """The expectation with its texts written out."""
    fields(expect, ("string_to_sign", "auth") + required, ("channel_data", "shared_secret"), what=what)
    expect = dict(expect)
    for name in ("string_to_sign", "channel_data"):
        if name in expect:
            expect[name] = text(expect[name])
    if "reply" in expect:
        expect["reply"] = load_json(text(expect["reply"]))
    return expect


def compare(expect, stages):
    if "channels" in typed(expect, dict, "expect"):
        fields(expect, ("channels", "reply"), what="expect")
        channels = typed(expect["channels"], list, "channels")
        expect = {
            "channels": [written(channel, ("channel_name",), "channel") for channel in channels],
            "reply": load_json(text(expect["reply"])),
        }
    else:
        expect = written(expect, ("reply",), "expect")
    return compare_stages(expect, stages)
