#!/usr/bin/env python3
"""Recomputes every stage of every vector from its input, and compares.

This file knows the files and their frame; what a case is about, the modules in groups/ know. None of
them shares code with an implementation that the vectors test, and none writes a vector.

    oracle.py               recompute everything; exit 0, or 1 with one line per finding
    oracle.py --self-test   change each expected value by one byte; each change must be found
"""

import copy
import importlib
import json
import pathlib
import pkgutil
import re
import sys

import groups
from groups.common import Fault, fields, load_json, typed

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"

RESULTS = ("valid", "invalid", "acceptable")
GROUP_KEYS = ("schema", "group", "about", "relation", "flags", "policies", "cases")
CASE_KEYS = ("id", "comment", "flags", "spec", "source", "input", "expect", "result", "policy", "refusal")


# channel_auth.py has the group channel-auth.
GROUPS = {
    name.replace("_", "-"): importlib.import_module(f"groups.{name}")
    for _, name, _ in pkgutil.iter_modules(groups.__path__)
    if name != "common"
}


def canonical_text(document):
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def same(expected, got):
    # 1 == True == 1.0 in Python.
    return json.dumps(expected, sort_keys=True) == json.dumps(got, sort_keys=True)


def check_case(group, document, case):
    """Every finding about one case, as (stage, expected, got)."""
    module = GROUPS[group]
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
    if policy is not None and (policy not in module.POLICIES or policy not in document["policies"]):
        raise Fault(f"policy {policy!r} is unknown")

    layers, stages = module.recompute(case["input"], policy)
    if result == "invalid":
        if layers != {case["refusal"]}:
            yield "refusal", case["refusal"], ", ".join(sorted(layers)) or "accepted"
        return
    if layers:
        yield "result", result, f"refused by {', '.join(sorted(layers))}"
        return
    for stage, expected, got in module.compare(case["expect"], stages):
        if not same(expected, got):
            yield stage, expected, got
    if policy is not None and module.recompute(case["input"], None) == (layers, stages):
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
        if document["relation"] != GROUPS[group].RELATION:
            raise Fault(f"relation: expected {GROUPS[group].RELATION}, found {document['relation']!r}")
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
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        places = range(len(value)) if len(value) <= 400 else (0, len(value) // 2, len(value) - 1)
        for place in places:
            yield value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1:]
        yield value + "a"
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from (value[:place] + [other] + value[place + 1:] for other in changed(item))
        yield value + ["a"]
    else:
        for name, member in value.items():
            yield from (dict(value, **{name: other}) for other in changed(member))
        yield dict(value, more="a")


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
            broken = copy.deepcopy(case)
            broken["expect"]["more"] = "a"
            attempt(f"{case['id']}: a stage too many", alone(broken))
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
