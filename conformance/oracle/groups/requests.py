"""The group `requests`: the HTTP request that a call becomes, or the layer that refuses the call."""

import base64
import binascii
import json

from .common import (
    CHANNEL_CHARACTERS, Fault, app_id_fits, fields, load_json, md5, ordered_json, printable_ascii, socket_id_fits,
    text, typed,
)

RELATION = "verifies"
POLICIES = ("channel-names-to-200", "single-channel-member", "text-encoded-again", "user-channel-as-channel")

USER_CHANNEL = "#server-to-user-"
PATH_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=@,;")
# Beside the data itself: the frame {"nonce":"","ciphertext":""}, a nonce of 24 bytes, a tag of 16.
SEALED_FRAME, NONCE, TAG = 28, 24, 16


def base64_length(count):
    return (count + 2) // 3 * 4


def names_of(value):
    if isinstance(value, dict):
        fields(value, ("numbered", "times"), what="channels")
        return [f"{value['numbered']}{number}" for number in range(1, value["times"] + 1)]
    return [text(name) for name in typed(value, list, "channels")]


def pairs_of(value):
    for pair in typed(value, list, "query"):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise Fault(f"query: not a pair of strings: {pair!r}")
    return value


def app_of(value):
    """The app, and the layers that refuse it."""
    app = fields(value, ("app_id", "key", "secret"), ("master_key",), what="app")
    if "master_key" in app:
        try:
            if len(base64.b64decode(typed(app["master_key"], str, "master_key"), validate=True)) != 32:
                raise Fault("master_key: not 32 bytes")
        except binascii.Error:
            raise Fault("master_key: not base64") from None
    fits = app_id_fits(app["app_id"]) and printable_ascii(app["key"]) and printable_ascii(app["secret"])
    return app, set() if fits else {"app"}


def id_fits(value, longest):
    return 1 <= len(value) <= longest and set(value) <= CHANNEL_CHARACTERS


def user_channel_fits(name):
    return name.startswith(USER_CHANNEL) and id_fits(name[len(USER_CHANNEL):], 200)


def check_channel(name, policy):
    longest = 200 if policy == "channel-names-to-200" else 164
    named = policy == "user-channel-as-channel" and user_channel_fits(name)
    return set() if named or id_fits(name, longest) else {"channel-name"}


def check_segment(name):
    # A client or a server resolves such a segment, and then the signed path is another.
    return {"unaddressable"} if name in (".", "..") else set()


def attributes_of(call):
    info = typed(call.get("info", []), list, "info")
    if "info" in call and (not info or len(set(info)) != len(info)):
        raise Fault(f"info: {info}")
    return info


def event(call, where, app, policy):
    """Name, data, socket_id and info of an event, for these channels: the layers, what is sent, what is sealed."""
    channels, pointer = where
    name, data = text(call["name"]), text(call["data"])
    layers = set()
    if not 1 <= len(name) <= 200 or name.startswith("pusher:"):
        layers.add("event-name")
    if "socket_id" in call and not socket_id_fits(typed(call["socket_id"], str, "socket_id")):
        layers.add("socket-id")
    info = attributes_of(call)
    if not set(info) <= {"user_count", "subscription_count"}:
        raise Fault(f"info: unknown attributes {info}")
    encrypted = any(channel.startswith("private-encrypted-") for channel in channels)
    if encrypted and ("master_key" not in app or len(channels) > 1):
        layers.add("encryption")

    if policy == "text-encoded-again":
        data = json.dumps(data, ensure_ascii=False)
    size = len(data.encode("utf-8"))
    if encrypted and "master_key" in app:
        size = SEALED_FRAME + base64_length(NONCE) + base64_length(size + TAG)
    if size > 10240:
        layers.add("limits")
    members = {"name": name, "data": "" if encrypted else data}
    if "socket_id" in call:
        members["socket_id"] = call["socket_id"]
    if info:
        members["info"] = ",".join(info)
    sealed = [{"pointer": pointer, "channel_name": channels[0], "plaintext": data}] if encrypted else []
    return layers, members, sealed


def post(path, body, sealed=()):
    stages = {"method": "POST", "path": path, "body": body}
    return dict(stages, sealed=list(sealed)) if sealed else stages


def get(path, query):
    stages = {"method": "GET", "path": path}
    return dict(stages, query=query) if query else stages


def addressed(members, channels, policy):
    if policy == "single-channel-member":
        if len(channels) != 1:
            raise Fault("the policy needs exactly one channel")
        return dict(members, channel=channels[0])
    return dict(members, channels=channels)


def trigger(call, app, policy):
    fields(call, ("channels", "name", "data"), ("socket_id", "info"), what="trigger")
    channels = names_of(call["channels"])
    layers, members, sealed = event(call, (channels, "/data"), app, policy)
    if not 1 <= len(channels) <= 100:
        layers.add("channel-names")
    for channel in channels:
        layers |= check_channel(channel, policy)
    return layers, lambda: post("/events", addressed(members, channels, policy), sealed)


def trigger_batch(call, app, policy):
    fields(call, ("events",), what="trigger_batch")
    events = typed(call["events"], list, "events")
    layers, batch, sealed = set(), [], []
    if not events:
        layers.add("batch")
    if len(events) > 10:
        layers.add("limits")
    for place, item in enumerate(events):
        fields(item, ("channel", "name", "data"), ("socket_id", "info"), what="event")
        channel = text(item["channel"])
        refused, members, secret = event(item, ([channel], f"/batch/{place}/data"), app, policy)
        layers |= refused | check_channel(channel, policy)
        batch.append(dict(members, channel=channel))
        sealed += secret
    return layers, lambda: post("/batch_events", {"batch": batch}, sealed)


def get_channels(call, app, policy):
    fields(call, (), ("prefix", "info"), what="get_channels")
    prefix, info = typed(call.get("prefix", ""), str, "prefix"), attributes_of(call)
    if "prefix" in call and not id_fits(prefix, 164):
        raise Fault(f"prefix: {prefix!r} begins no channel name")
    presence = prefix.startswith("presence-")
    layers = {"info"} if info and (info != ["user_count"] or not presence) else set()
    query = [["filter_by_prefix", prefix]] if "prefix" in call else []
    return layers, lambda: get("/channels", query + ([["info", ",".join(info)]] if info else []))


CACHE = ("cache-", "private-cache-", "presence-cache-", "private-encrypted-cache-")


def get_channel(call, app, policy):
    fields(call, ("channel",), ("info",), what="get_channel")
    channel, info = text(call["channel"]), attributes_of(call)
    layers = check_channel(channel, policy) | check_segment(channel)
    known = {"subscription_count"}
    if channel.startswith("presence-"):
        known.add("user_count")
    if channel.startswith(CACHE):
        known.add("cache")
    if not set(info) <= known:
        layers.add("info")
    return layers, lambda: get(f"/channels/{channel}", [["info", ",".join(info)]] if info else [])


def get_users(call, app, policy):
    fields(call, ("channel",), what="get_users")
    channel = text(call["channel"])
    layers = check_channel(channel, policy) | check_segment(channel)
    if not channel.startswith("presence-"):
        layers.add("channel-kind")
    return layers, lambda: get(f"/channels/{channel}/users", [])


def send_to_user(call, app, policy):
    fields(call, ("user_id", "name", "data"), what="send_to_user")
    user_id = text(call["user_id"])
    channels = [USER_CHANNEL + user_id]
    layers, members, sealed = event(call, (channels, "/data"), app, policy)
    if not id_fits(user_id, 200):
        layers.add("user-id")
    return layers, lambda: post("/events", addressed(members, channels, policy), sealed)


def terminate_user(call, app, policy):
    fields(call, ("user_id",), what="terminate_user")
    user_id = text(call["user_id"])
    layers = check_segment(user_id) | (set() if id_fits(user_id, 200) else {"user-id"})
    return layers, lambda: post(f"/users/{user_id}/terminate_connections", {})


def check_generic(path, query):
    layers = set()
    start, *segments = typed(path, str, "path").split("/")
    if start != "" or not segments:
        layers.add("unaddressable")
    if any(part in ("", ".", "..") or not set(part) <= PATH_CHARACTERS for part in segments):
        layers.add("unaddressable")
    lowered = [key.lower() for key, _ in pairs_of(query)]
    if any(key.startswith("auth_") or key == "body_md5" for key in lowered):
        layers.add("reserved-key")
    if any(key == "" or (lowered.count(key) > 1 and not key.endswith("[]")) for key in lowered):
        raise Fault("query: equal and empty keys are the concern of the group signing")
    if segments[:1] == ["apps"]:
        raise Fault("path: it has the app already")
    return layers


def sorted_pairs(query):
    return sorted(query, key=lambda pair: pair[0].encode("utf-8"))


def generic_get(call, app, policy):
    fields(call, ("path", "query"), what="get")
    return check_generic(call["path"], call["query"]), lambda: get(call["path"], sorted_pairs(call["query"]))


def generic_post(call, app, policy):
    fields(call, ("path", "query", "body"), what="post")
    body, query = text(call["body"]), sorted_pairs(call["query"])
    stages = {"method": "POST", "path": call["path"]}
    if query:
        stages["query"] = query
    if body:
        stages["body"] = load_json(body)
    return check_generic(call["path"], call["query"]), lambda: stages


CALLS = {
    "trigger": trigger,
    "trigger_batch": trigger_batch,
    "get_channels": get_channels,
    "get_channel": get_channel,
    "get_users": get_users,
    "send_to_user": send_to_user,
    "terminate_user": terminate_user,
    "get": generic_get,
    "post": generic_post,
}


def recompute(given, policy):
    fields(given, ("app", "auth_timestamp", "call"), what="input")
    app, layers = app_of(given["app"])
    typed(given["auth_timestamp"], int, "auth_timestamp")
    if len(typed(given["call"], dict, "call")) != 1:
        raise Fault("call: exactly one kind is wanted")
    (kind, call), = given["call"].items()
    if kind not in CALLS:
        raise Fault(f"call: unknown kind {kind!r}")
    refused, build = CALLS[kind](call, app, policy)
    if layers or refused:
        return layers | refused, {}
    stages = build()
    return set(), dict(stages, path=f"/apps/{app['app_id']}{stages['path']}")


def sealed_of(value):
    for entry in typed(value, list, "sealed"):
        fields(entry, ("pointer", "channel_name", "plaintext"), what="sealed")
    return [dict(entry, plaintext=text(entry["plaintext"])) for entry in value]


def compare(expect, stages):
    optional = ("query", "body", "sealed", "quoted_body", "quoted_body_md5")
    fields(expect, ("method", "path"), optional, what="expect")
    for stage in ("method", "path"):
        yield stage, expect[stage], stages[stage]
    yield "query", expect.get("query", "(absent)"), stages.get("query", "(absent)")
    yield "sealed", sealed_of(expect.get("sealed", [])), stages.get("sealed", [])
    if "sealed" in expect and not expect["sealed"]:
        raise Fault("sealed: empty")
    wanted = ordered_json(stages["body"]) if "body" in stages else "(absent)"
    yield "body", ordered_json(load_json(text(expect["body"]))) if "body" in expect else "(absent)", wanted
    if ("quoted_body" in expect) != ("quoted_body_md5" in expect):
        raise Fault("quoted_body and quoted_body_md5 come together")
    if "quoted_body" in expect:
        yield "quoted_body", ordered_json(load_json(expect["quoted_body"])), wanted
        yield "quoted_body_md5", expect["quoted_body_md5"], md5(expect["quoted_body"])
