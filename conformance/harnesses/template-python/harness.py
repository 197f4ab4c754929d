"""A harness to begin with, for an implementation in Python. Two operations are written out; the rest is skipped.

Replace what the two functions do by calls of your library, and add a function for each further kind. The
README of conformance says what each kind is given, and what it may tell.
"""

import hashlib
import hmac
import json
import re
import sys


class Refused(Exception):
    """What your library does with input that it does not take."""


def socket_id(given):
    if not re.fullmatch(r"[0-9]+\.[0-9]+", given["socket_id"]):
        raise Refused("no socket id")
    return {}


def auth_signature(given):
    given = given["auth_signature"]
    secret, text = given["secret"].encode(), given["string_to_sign"].encode()
    return {"auth_signature": hmac.new(secret, text, hashlib.sha256).hexdigest()}


OPERATIONS = {("names", "socket_id"): socket_id, ("signing", "auth_signature"): auth_signature}


def answer(message):
    operation = OPERATIONS.get((message["group"], message["kind"]))
    if operation is None:
        return {"id": message["id"], "skipped": "not written yet"}
    try:
        return {"id": message["id"], "ok": operation(message["input"])}
    except Refused as why:
        return {"id": message["id"], "refused": {"message": str(why)}}


for line in sys.stdin:
    message = json.loads(line)
    if message["command"] == "stop":
        break
    started = {"started": {"name": "template (Python)", "version": "1"}}
    print(json.dumps(started if message["command"] == "start" else answer(message)), flush=True)
