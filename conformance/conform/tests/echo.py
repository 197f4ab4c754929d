"""A child for the judge's tests: it knows the expectations, which no implementation does.

    echo.py right           answers as expected, and refuses what must be refused
    echo.py spoil NUMBER    the same, with one change in the stage of that number
    echo.py script JSON     answers by id, as the JSON says; skips all else
"""

import json
import pathlib
import sys

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "vectors"
CASES = {case["id"]: case for path in VECTORS.glob("*.json") for case in json.loads(path.read_text("utf-8"))["cases"]}
TEXTS = ("string_to_sign", "channel_data", "user_data", "plaintext", "reply")


def text(value):
    if isinstance(value, list):
        return "".join(map(text, value))
    return value["repeat"] * value["times"] if isinstance(value, dict) else value


def written(stages):
    return {name: text(value) if name in TEXTS else value for name, value in stages.items()}


def expected(case):
    stages = written(case["expect"])
    if case["id"].startswith("channel-auth/") and "channels" in stages:
        stages["channels"] = [written(channel) for channel in stages["channels"]]
    return stages


def changed(value):
    if isinstance(value, str):
        # The last character but one, as the last may close a JSON text.
        return value[:-2] + chr(ord(value[-2]) ^ 1) + value[-1:] if len(value) > 1 else value + "a"
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return value[:-1] + [changed(value[-1])] if value else ["a"]
    name = next(iter(value), "more")
    return dict(value, **{name: changed(value.get(name, "a"))})


def spoilt(stages, number):
    """The stages with one of them changed, or None if there are not so many."""
    inner = next((name for name in ("answer", "error") if name in stages), None)
    if inner is not None:
        members = spoilt(stages[inner], number)
        return members and {inner: members}
    if number >= len(stages):
        return None
    name = list(stages)[number]
    return dict(stages, **{name: changed(stages[name])})


def answer(case):
    if case["result"] == "invalid":
        layer = case["refusal"] + ("x" if sys.argv[1] == "spoil" else "")
        return {"refused": {"layer": layer}}
    if case["id"].startswith("requests/"):
        return {"skipped": "it calls nobody"}
    if sys.argv[1] == "right":
        return {"ok": expected(case)}
    stages = spoilt(expected(case), int(sys.argv[2]))
    return {"skipped": "not so many stages"} if stages is None else {"ok": stages}


script = json.loads(sys.argv[2]) if sys.argv[1] == "script" else None
for line in sys.stdin:
    message = json.loads(line)
    if message["command"] == "stop":
        break
    if message["command"] == "start":
        reply = {"started": {"name": "echo", "version": sys.version.split()[0]}}
    else:
        said = script.get(message["id"], {"skipped": "no word of it"}) if script else answer(CASES[message["id"]])
        reply = {"id": message["id"], **said}
    print(json.dumps(reply), flush=True)
