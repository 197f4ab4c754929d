#!/usr/bin/env python3
"""Holds every executor to the laws, each in its own dependency graph, and writes the table of
executors/README.md from what came of it. With --check it writes nothing, and fails if the table in
the file is another.

Each executor is tested alone, because cargo unifies the features of a shared graph: beside isahc,
surf would run on another TLS library than its users'."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "executors" / "README.md"
BEGIN, END = "<!-- made by executors/table.py -->\n", "<!-- until here -->\n"
EXECUTORS = ["hyper", "smol", "async-std", "reqwest", "isahc", "surf", "ureq"]
SIGNS = {"kept": "kept", "known failure": "**not kept**", "not applicable": "–"}


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, check=True, text=True, capture_output=True, **options).stdout


def laws(executor, folder):
    """One column for each face: law -> (outcome, reason, details)."""
    command = ["cargo", "test", "-p", f"pusher-{executor}", "--test", "laws"]
    environment = {**os.environ, "PUSHER_LAWS_REPORT": folder}
    tested = subprocess.run(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if tested.returncode:
        sys.exit(f"{tested.stdout}\nFAIL {' '.join(command)}")
    print("\n".join(re.findall(r"^test result: .*", tested.stdout, re.MULTILINE)), flush=True)
    columns = {}
    for line in (Path(folder) / f"{executor}.jsonl").read_text().splitlines():
        seen = json.loads(line)
        columns.setdefault(seen["kind"], {})[seen["law"]] = seen
    return columns


def tls(executor):
    """The libraries that a user's build contains. Nothing of the system's may be linked."""
    tree = run("cargo", "tree", "-p", f"pusher-{executor}", "-e", "normal", "--prefix", "none")
    crates = {line.split(" ")[0] for line in tree.splitlines() if line.strip()}
    program = run("cargo", "test", "-p", f"pusher-{executor}", "--test", "laws", "--no-run", "--message-format=json")
    paths = [json.loads(line).get("executable") for line in program.splitlines() if line.startswith("{")]
    linked = run("ldd", next(path for path in reversed(paths) if path))
    foreign = re.findall(r"lib(?:ssl|crypto|curl)\.\S+", linked)
    if foreign:
        sys.exit(f"FAIL pusher-{executor} links {foreign} of the system")
    provider = "aws-lc-rs" if "aws-lc-rs" in crates else "ring"
    return f"rustls, {provider}" if "rustls" in crates else "?", len(crates)


def table():
    heads, rows, notes, facts = [], {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        for executor in EXECUTORS:
            columns = laws(executor, folder)
            library, crates = tls(executor)
            gets = {note for column in columns.values() for note in column["one_request"]["details"]}
            facts.append((executor, " and ".join(sorted(columns)), library, crates, "; ".join(sorted(gets))))
            for kind, column in sorted(columns.items()):
                heads.append(executor if len(columns) == 1 else f"{executor}, {kind}")
                for law, seen in column.items():
                    sign = SIGNS[seen["outcome"]]
                    if seen["outcome"] == "known failure":
                        note = f"{executor} does not keep `{law}`: {seen['reason']}."
                        if note not in notes:
                            notes.append(note)
                        sign += f" {notes.index(note) + 1}"
                    rows.setdefault(law, []).append(sign)
    order = re.findall(r'law\("(\w+)"', (ROOT / "conformance/kit/src/laws.rs").read_text())
    lines = [["law", *heads]] + [[f"`{law}`", *rows.pop(law)] for law in order]
    lines += [[f"a storm (`{law}`)", *signs] for law, signs in rows.items()]
    text = [f"| {' | '.join(line)} |" for line in lines]
    text.insert(1, "|---" * len(lines[0]) + "|")
    text += ["", *(f"{number}. {note}" for number, note in enumerate(notes, 1)), ""]
    text += ["| executor | faces | TLS in a user's build | crates | when a connection dies |", "|---" * 5 + "|"]
    text += [f"| {' | '.join(map(str, fact))} |" for fact in facts]
    return "\n".join(text) + "\n"


def main():
    text = README.read_text()
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    new = table()
    if sys.argv[1:] == ["--check"]:
        if new != old:
            sys.exit(f"the table in {README.relative_to(ROOT)} is stale; it should be:\n{new}")
    else:
        README.write_text(head + BEGIN + new + END + tail)


main()
