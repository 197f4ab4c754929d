"""A child for the runner's tests. The first argument says what is wrong with it; `right` is nothing.

It knows socket ids, the signature of a text, the data of a member, and how to trigger an event; it skips all else.
"""

import hashlib
import hmac
import http.client
import json
import re
import sys
import time
import urllib.parse

mode = sys.argv[1]


def say(value):
    print(json.dumps(value), flush=True)


def sign(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def trigger(given, base_url):
    app, call = given["app"], given["call"]["trigger"]
    body = json.dumps({"name": call["name"], "channels": call["channels"], "data": call["data"]})
    if mode == "other-body":
        body = json.dumps({"name": call["name"], "channels": call["channels"], "data": "other"})
    if mode == "channel-member":
        body = json.dumps({"name": call["name"], "channel": call["channels"][0], "data": call["data"]})
    path = f"/apps/{app['app_id']}/events"
    when = int(time.time()) - (601 if mode == "old" else 0)
    query = {"auth_key": app["key"], "auth_timestamp": str(when), "auth_version": "1.0"}
    if mode != "no-md5":
        query["body_md5"] = hashlib.md5(body.encode()).hexdigest()
    if mode == "extra-parameter":
        query["extra"] = "1"
    signed = "&".join(f"{key}={value}" for key, value in sorted(query.items()))
    query["auth_signature"] = sign("wrong" if mode == "wrong-secret" else app["secret"], f"POST\n{path}\n{signed}")
    kind = "text/plain" if mode == "no-type" else "application/json; charset=utf-8"
    for _ in range({"twice": 2, "silent": 0}.get(mode, 1)):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(base_url).netloc)
        chunks = (body[:5].encode(), body[5:].encode()) if mode == "chunked" else body.encode()
        connection.request("POST", f"{path}?{urllib.parse.urlencode(query)}", chunks, {"Content-Type": kind})
        connection.getresponse().read()
    return {}


def answer(group, kind, given, base_url):
    if (group, kind) == ("names", "socket_id"):
        fits = re.fullmatch(r"[0-9]+\.[0-9]+", given["socket_id"], re.ASCII) or mode == "credulous"
        fits = fits and mode != "timid"
        layer = {} if mode == "no-layer" else {"layer": "app" if mode == "other-layer" else "socket-id"}
        return {"ok": {}} if fits else {"refused": {"message": "no socket_id", **layer}}
    if (group, kind) == ("signing", "auth_signature"):
        wanted = given["auth_signature"]
        told = {} if mode == "mute" else {"auth_signature": sign(wanted["secret"], wanted["string_to_sign"])}
        if mode == "wrong":
            told = {"auth_signature": "0" * 64}
        return {"ok": told}
    if (group, kind) == ("channel-auth", "names") and "member" in given:
        if not given["channel_name"].startswith("presence-"):
            return {"refused": {}}
        data = json.dumps(given["member"])  # Blanks behind commas and colons.
        if mode == "other-member":
            data = json.dumps({"user_id": "somebody"})
        auth = given["app"]["key"] + ":" + sign(
            given["app"]["secret"], f"{given['socket_id']}:{given['channel_name']}:{data}"
        )
        return {"ok": {"auth": auth, "reply": json.dumps({"auth": auth, "channel_data": data})}}
    if (group, kind) == ("requests", "trigger") and "master_key" not in given["app"]:
        refuses = len(given["call"]["trigger"]["channels"]) > 100
        if not refuses or mode == "sends-all":
            trigger(given, base_url)
        return {"refused": {"layer": "channel-names"}} if refuses else {"ok": {}}
    return {"skipped": "this child does not know it"}


cases = 0
for line in sys.stdin:
    message = json.loads(line)
    if message["command"] == "start":
        if mode == "no-start":
            print("cannot find my library", file=sys.stderr)
            sys.exit(3)
        say({"started": {"name": "child", "version": "1"}})
        continue
    if message["command"] == "stop":
        sys.exit(4 if mode == "bad-end" else 0)
    cases += 1
    if mode == "crash" or (mode == "crash-once" and message["id"] == "names/socket-id-documented"):
        print("about to fall", file=sys.stderr)
        sys.exit(9)
    if mode == "hang":
        time.sleep(60)
    if mode == "chatter":
        print("working on it", flush=True)
    if mode == "other-id":
        message["id"] += "-other"
    if mode == "two-answers":
        say({"id": message["id"], "ok": {}, "skipped": "both"})
        continue
    if mode == "skips":
        say({"id": message["id"], "skipped": "all"})
        continue
    if mode == "wavers" and message["group"] == "names":
        # Once as the policy says, once as the rule says.
        say({"id": message["id"], **({"ok": {}} if cases % 2 else {"refused": {"layer": "channel-name"}})})
        continue
    say({"id": message["id"], **answer(message["group"], message["kind"], message["input"], message.get("base_url"))})
    if mode == "speaks-late" and cases == 1:
        print("one word more", flush=True)
        time.sleep(0.2)
