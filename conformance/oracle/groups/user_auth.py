"""The group `user-auth`: what the browser is answered when its user signs in."""

from .channel_auth import Refused, compact, parse_form, single, strict_json
from .common import (
    CHANNEL_CHARACTERS, Fault, compare as compare_stages, fields, load_json, sign, socket_id_fits, text, typed,
)

RELATION = "bytes"
POLICIES = ("user-ids-of-any-length", "user-ids-of-any-text")


def ids_of(value):
    if isinstance(value, dict):
        fields(value, ("numbered", "times"), what="watchlist")
        numbers = range(1, typed(value["times"], int, "times") + 1)
        return [f"{typed(value['numbered'], str, 'numbered')}{number}" for number in numbers]
    return [text(item) for item in typed(value, list, "watchlist")]


def data_of_user(user):
    fields(user, ("id",), ("user_info", "watchlist"), what="user")
    data = {"id": text(user["id"])}
    if "user_info" in user:
        data["user_info"] = typed(user["user_info"], dict, "user_info")
    if "watchlist" in user:
        data["watchlist"] = ids_of(user["watchlist"])
    return data


def user_id_fits(value, policy):
    if value == "":
        return False
    if len(value) > 200 and policy != "user-ids-of-any-length":
        return False
    return set(value) <= CHANNEL_CHARACTERS or policy == "user-ids-of-any-text"


def judge(source, policy):
    try:
        value = strict_json(source)
    except Refused:
        return {"user-data"}
    if not (isinstance(value, dict) and isinstance(value.get("id"), str)):
        return {"user-data"}
    watchlist = value.get("watchlist", [])
    if not (isinstance(watchlist, list) and all(isinstance(item, str) for item in watchlist)):
        raise Fault("user_data: no rule says what becomes of such a watchlist")
    layers = set()
    if not all(user_id_fits(user_id, policy) for user_id in [value["id"], *watchlist]):
        layers.add("user-id")
    if len(watchlist) > 100:
        layers.add("limits")
    return layers


def recompute(given, policy):
    fields(given, ("app",), ("socket_id", "form", "user_data", "user"), what="input")
    app = fields(given["app"], ("key", "secret"), what="app")
    if ("form" in given) == ("socket_id" in given):
        raise Fault("input: either socket_id or form")
    if ("user_data" in given) == ("user" in given):
        raise Fault("input: either user_data or user")

    if "form" in given:
        try:
            socket_id = single(parse_form(typed(given["form"], str, "form")), "socket_id")
        except Refused:
            return {"form"}, {}
    else:
        socket_id = text(given["socket_id"])
    user_data = text(given["user_data"]) if "user_data" in given else compact(data_of_user(given["user"]))

    layers = judge(user_data, policy)
    if not socket_id_fits(socket_id):
        layers.add("socket-id")
    if layers:
        return layers, {}
    string_to_sign = f"{socket_id}::user::{user_data}"
    auth = f"{app['key']}:{sign(app['secret'], string_to_sign)}"
    reply = {"auth": auth, "user_data": user_data}
    return set(), {"string_to_sign": string_to_sign, "auth": auth, "user_data": user_data, "reply": reply}


def compare(expect, stages):
    fields(expect, ("string_to_sign", "auth", "user_data", "reply"), what="expect")
    written = {name: text(expect[name]) for name in ("string_to_sign", "user_data")}
    return compare_stages(dict(expect, reply=load_json(text(expect["reply"])), **written), stages)
