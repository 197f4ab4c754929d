"""Answers the runner's lines with what the PyPI package `pusher` does. This file knows the package's public
interface; it does not know what is expected of it.

An exception of the package is told as `refused`. What the package has no door for is `skipped`.
"""

import json
import math
import re
import sys
import time
import urllib.parse

import pusher.signature
from pusher import Pusher
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus, PusherForbidden
from pusher.version import VERSION

SOCKET_ID = "1.1"
APP = {"app_id": "3", "key": "key", "secret": "secret"}


class Skip(Exception):
    pass


class Refused(Exception):
    pass


def sdk(call, *arguments, **options):
    """Calls the package. Only what it raises itself is a refusal; a fault of this file ends the process."""
    try:
        return call(*arguments, **options)
    except Skip:
        raise
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


class Recorder:
    """A backend, which the package lets a caller choose: it keeps requests and sends none."""

    def __init__(self, client):
        self.client = client
        Recorder.last = self

    def send_request(self, request):
        self.request = request
        return {}


class Compact(json.JSONEncoder):
    """An encoder, which the package lets a caller choose: no spaces, nothing escaped that need not be."""

    def __init__(self, **options):
        options |= {"separators": (",", ":"), "ensure_ascii": False}
        super().__init__(**options)


def client(app=None, base_url=None, **options):
    app = APP | (app or {})
    if base_url is None:
        options["backend"] = Recorder
    else:
        url = urllib.parse.urlsplit(base_url)
        options |= {"host": url.hostname, "port": url.port}
    if "master_key" in app:
        options["encryption_master_key_base64"] = app["master_key"]
    return Pusher(app["app_id"], app["key"], app["secret"], ssl=False, **options)


def value_of(text):
    """The value that the compact encoder writes as this very text."""
    try:
        value = json.loads(text)
    except ValueError:
        raise Skip("takes a value and writes its JSON itself; this text is none") from None
    if json.dumps(value, cls=Compact) != text:
        raise Skip("takes a value and writes its JSON itself; no value gives this text")
    return value


def present(**members):
    return {name: value for name, value in members.items() if value is not None}


def trigger(it, channels, name, data, socket_id=None, info=None):
    if info is not None:
        raise Skip("its trigger has no info")
    return it.trigger(channels, name, data, socket_id)


def trigger_batch(it, events):
    def joined(event):
        return event | ({"info": ",".join(event["info"])} if "info" in event else {})

    return it.trigger_batch([joined(event) for event in events])


# Each with a sample, for the answers.
CALLS = {
    "trigger": (trigger, {"channels": ["a"], "name": "b", "data": "c"}),
    "trigger_batch": (trigger_batch, {"events": [{"channel": "a", "name": "b", "data": "c"}]}),
    "get_channels": (lambda it, prefix=None, info=(): it.channels_info(prefix, list(info)), {}),
    "get_channel": (lambda it, channel, info=(): it.channel_info(channel, list(info)), {"channel": "a"}),
    "get_users": (lambda it, channel: it.users_info(channel), {"channel": "presence-a"}),
    "send_to_user": (lambda it, user_id, name, data: it.send_to_user(user_id, name, data),
                     {"user_id": "1", "name": "b", "data": "c"}),
    "terminate_user": (lambda it, user_id: it.terminate_user_connections(user_id), {"user_id": "1"}),
}


def call_named(kind):
    if kind not in CALLS:
        raise Skip("has no such call")
    return CALLS[kind]


def requests(kind, given, base_url):
    call, _ = call_named(kind)
    it = sdk(client, given["app"], base_url)
    sdk(call, it, **given["call"][kind])
    return {}


def counts(told):
    """What is documented of a channel; what is no object where one is promised is told as it is."""
    if not isinstance(told, dict):
        return told
    return {name: told[name] for name in ("user_count", "subscription_count") if name in told}


def answer_of(kind, body):
    """The package hands on the JSON as it came; this is where a caller would read it."""
    if kind in ("send_to_user", "terminate_user"):
        return {}
    if not isinstance(body, dict):
        return {"body": body}
    answer = {}
    for name in {"trigger": ("channels", "event_ids"), "trigger_batch": ("batch",), "get_channels": ("channels",),
                 "get_channel": ("occupied", "user_count", "subscription_count", "cache"),
                 "get_users": ("users",)}[kind]:
        if name in body:
            answer[name] = body[name]
    if isinstance(answer.get("channels"), dict):
        answer["channels"] = {name: counts(told) for name, told in answer["channels"].items()}
    if isinstance(answer.get("batch"), list):
        answer["batch"] = [counts(told) for told in answer["batch"]]
    if isinstance(answer.get("users"), list):
        answer["users"] = [user.get("id") if isinstance(user, dict) else user for user in answer["users"]]
    return answer


KINDS = {PusherBadRequest: ("bad_request", 400), PusherBadAuth: ("unauthorized", 401),
         PusherForbidden: ("forbidden", 403)}


def responses(kind, given, base_url):
    call, sample = call_named(kind)
    it = client(base_url=base_url)
    try:
        body = call(it, **sample)
    except tuple(KINDS) as error:
        name, status = KINDS[type(error)]
        return {"error": {"kind": name, "status": status, "message": str(error)}}
    except PusherBadStatus as error:
        # All other statuses are one class, and stand in its text.
        status, message = str(error).split(": ", 1)
        return {"error": {"status": int(status), "message": message}}
    except Exception:
        # Of the JSON decoder or of the HTTP library, as it came: no status is told.
        return {"error": {}}
    return {"answer": answer_of(kind, body)}


def signing(kind, given, _base_url):
    if kind == "auth_signature":
        # Not exported by the package, but all that it signs is signed here.
        given = given[kind]
        return {"auth_signature": pusher.signature.sign(given["secret"], given["string_to_sign"])}
    if kind != "request":
        raise Skip("has no door to this stage alone")
    given = given["request"]
    options = dict(given["query"])
    path = re.fullmatch("/apps/([0-9]+)/channels(?:/([^/]+)(/users)?)?", given["path"])
    if given["method"] != "GET" or not path:
        raise Skip("makes the bodies and the paths that it signs itself")
    app_id, channel, users = path.groups()
    if set(options) - ({"info", "filter_by_prefix"} if channel is None else set() if users else {"info"}):
        raise Skip("has no call that takes parameters of the caller's own")
    it = client({"app_id": app_id, "key": given["auth_key"], "secret": given["secret"]})
    info = options["info"].split(",") if "info" in options else []
    # The package has no clock to set.
    clock, time.time = time.time, lambda: given["auth_timestamp"]
    try:
        if channel is None:
            sdk(it.channels_info, options.get("filter_by_prefix"), info)
        elif users:
            sdk(it.users_info, channel)
        else:
            sdk(it.channel_info, channel, info)
    finally:
        time.time = clock
    # A private attribute: one of the package's two clients sends, the other signs for browsers.
    request = it._pusher_client.http.request
    told = {"query": request.query_string}
    for name in ("body_md5", "auth_signature"):
        told |= present(**{name: request.query_params.get(name)})
    return told


def names(kind, given, _base_url):
    name = given[kind]
    it = client({"master_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    if kind == "channel_name":
        # Encrypted or not is all that it tells apart.
        return {"kind": "encrypted"} if "shared_secret" in sdk(it.authenticate, name, SOCKET_ID) else {}
    if kind == "event_name":
        sdk(it.trigger, "channel", name, "data")
    elif kind == "socket_id":
        sdk(it.authenticate, "private-channel", name)
    else:
        sdk(it.authenticate_user, SOCKET_ID, {"id": name})
    return {}


def urls(kind, given, _base_url):
    if kind == "url":
        sdk(Pusher.from_url, given["url"], backend=Recorder)
    else:
        sdk(Pusher, **APP, cluster=given["cluster"], backend=Recorder)
    it = Recorder.last.client
    default = 443 if it.scheme == "https" else 80
    told = {"scheme": it.scheme, "host": it.host, "port": None if it.port == default else it.port}
    if kind == "url":
        told |= {"app_id": it.app_id, "key": it.key, "secret": it.secret, "prefix": ""}
    return told


def encryption(kind, given, _base_url):
    if kind in ("open", "box"):
        raise Skip("does not open what is sealed")
    if kind in ("derive", "master_key"):
        if kind == "derive":
            raise Skip("derives secrets for its own master key only, see `shared_secret`")
        sdk(client, {"master_key": given["master_key"]})
        # A private attribute: the package does not show its key.
        return {"master_key_hex": Recorder.last.client._encryption_master_key.hex()}
    given = given[kind]
    if kind == "seal" and not re.fullmatch("[A-Za-z0-9+/]{32}", given["nonce"]):
        raise Skip("draws the nonce itself")
    it = sdk(client, {"master_key": given["master_key"]})
    reply = sdk(it.authenticate, given["channel_name"], SOCKET_ID)
    if "shared_secret" not in reply:
        raise Refused("answered without a shared_secret")
    told = {"shared_secret": text(reply["shared_secret"])}
    if kind == "seal":
        it = client({"master_key": given["master_key"]})
        sdk(it.trigger, given["channel_name"], "event", given["plaintext"])
        told["data"] = it._pusher_client.http.request.params["data"]
    return told


def text(value):
    """The package answers a secret as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def webhooks(_kind, given, _base_url):
    if len(given["tokens"]) != 1:
        raise Skip("has one token")
    if given.get("clock", {}).get("max_age", 300) != 300:
        raise Skip("allows 300 seconds, always")
    token, = given["tokens"]
    headers = [(name.lower(), value.strip(" \t")) for name, value in given["headers"]]
    if len(dict(headers)) != len(headers):
        raise Skip("takes the values of both headers; which of several, is the caller's choice")
    # `None` is what the dictionaries of web frameworks say of a header that is not there.
    key, signature = (dict(headers).get(name) for name in ("x-pusher-key", "x-pusher-signature"))
    body = given["body"] if "body" in given else bytes.fromhex(given["body_hex"])
    clock = time.time
    now = given["clock"]["now"] if "clock" in given else time_of(body)
    # It has no clock to set. Without one in the case the delivery comes as soon as it was made.
    time.time = lambda: now
    try:
        told = sdk(client(token).validate_webhook, key, signature, body)
    finally:
        time.time = clock
    if told is None:
        raise Refused("validate_webhook says None")
    return {"key": key, "time_ms": told.get("time_ms"), "events": told.get("events")}


def time_of(body):
    try:
        return json.loads(body)["time_ms"] / 1000
    except (ValueError, TypeError, KeyError):
        return time.time()


def signed(reply):
    try:
        # As a caller writes it.
        body = json.dumps(reply)
    except TypeError:
        body = None
    return {name: text(value) for name, value in reply.items()} | {"reply": body}


def channel_auth(kind, given, _base_url):
    if kind == "form":
        raise Skip("does not read forms")
    data, options = given.get("member"), {}
    if "channel_data" in given:
        data, options = value_of(given["channel_data"]), {"json_encoder": Compact}
    it = sdk(client, given["app"], **options)
    return signed(sdk(it.authenticate, given["channel_name"], given["socket_id"], data))


def user_auth(kind, given, _base_url):
    if kind == "form":
        raise Skip("does not read forms")
    data, options = given.get("user"), {}
    if "user_data" in given:
        data, options = value_of(given["user_data"]), {"json_encoder": Compact}
    return signed(sdk(sdk(client, given["app"], **options).authenticate_user, given["socket_id"], data))


GROUPS = {
    "signing": signing, "requests": requests, "responses": responses, "urls": urls, "encryption": encryption,
    "webhooks": webhooks, "names": names, "channel-auth": channel_auth, "user-auth": user_auth,
}


def answer(message):
    try:
        if message["group"] not in GROUPS:
            raise Skip("unknown group")
        told = GROUPS[message["group"]](message["kind"], message["input"], message.get("base_url"))
        return {"id": message["id"], "ok": told}
    except Skip as why:
        return {"id": message["id"], "skipped": str(why)}
    except Refused as why:
        return {"id": message["id"], "refused": {"message": str(why)}}


def without_nan(value):
    """The answers are JSON, which has no such numbers: they are told as texts."""
    if isinstance(value, dict):
        return {name: without_nan(member) for name, member in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


for line in sys.stdin:
    message = json.loads(line)
    if message["command"] == "stop":
        break
    if message["command"] == "start":
        said = {"started": {"name": "pusher (PyPI)", "version": VERSION}}
    else:
        said = answer(message)
    print(json.dumps(without_nan(said)), flush=True)
