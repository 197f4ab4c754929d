"""The group `requests`: the HTTP request that a call becomes, or the layer that refuses the call."""

import json

from .common import (
    CHANNEL_CHARACTERS, Fault, app_id_fits, fields, load_json, md5, ordered_json, printable_ascii, socket_id_fits,
    text, typed,
)

RELATION = "verifies"
POLICIES = ("channel-names-to-200", "single-channel-member", "text-encoded-again")

def names_of(value):
    if isinstance(value, dict):
        fields(value, ("numbered", "times"), what="channels")
        return [f"{value['numbered']}{number}" for number in range(1, value["times"] + 1)]
    return [text(name) for name in typed(value, list, "channels")]


def recompute(given, policy):
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


def compare(expect, stages):
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
