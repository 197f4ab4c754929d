"""Writes REPORT.md of the results of the harnesses.

    python3 conformance/report.py [--check] FOLDER

FOLDER has a file NAME.json for each harness in `harnesses/`, as `conform run --json` writes it. With --check
nothing is written: it is an error if REPORT.md differs.
"""

import json
import pathlib
import re
import sys
import textwrap

HERE = pathlib.Path(__file__).parent
HARNESSES = HERE / "harnesses"
REPORT = HERE / "REPORT.md"
OUTCOMES = ("passed", "known", "skipped")
# `runner/…` is a case in which the runner is wrong, and not the library.
ENTRY = re.compile(r"((?:defect|runner)/\S+)\s+(.+)")

HEAD = """\
# What other libraries do with these vectors

Written by `report.py`. `harnesses/README.md` says how to run a harness, and what it may and may not do for
its library.

In a table: cases that pass / that fail, all of them listed as known / that are skipped, because the library
has no door to what they ask for.
"""


def names():
    return sorted(folder.name for folder in HARNESSES.iterdir() if (folder / "unseen.txt").exists())


def results(folder):
    """The result of each harness; all of them, and with nothing that is not known."""
    for name in names():
        file = pathlib.Path(folder) / f"{name}.json"
        if not file.exists():
            raise SystemExit(f"{file}: there is no result of {name}")
        result = json.loads(file.read_text(encoding="utf-8"))
        failed = [case["id"] for case in result["cases"] if case["outcome"] == "failed"]
        if failed:
            raise SystemExit(f"{file}: not as listed: {', '.join(failed)}")
        yield name, result


def table(rows):
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def counts(result):
    groups = sorted({case["group"] for case in result["cases"]})
    for group in [*groups, None]:
        cases = [case for case in result["cases"] if group in (None, case["group"])]
        yield group or "all", [sum(case["outcome"] == outcome for case in cases) for outcome in OUTCOMES]


def title(result):
    return f"{result['implementation']['name']} {result['implementation']['version']}"


def overview(all_results):
    columns = [dict(counts(result)) for _, result in all_results]
    yield ["group", *(title(result) for _, result in all_results)]
    for group in columns[0]:
        yield [group, *(" / ".join(map(str, column[group])) for column in columns)]


def found(result):
    """Each defect, with its words and the cases that find it."""
    defects = {}
    for case in result["cases"]:
        if case["outcome"] != "known":
            continue
        entry = ENTRY.fullmatch(case["reason"])
        if not entry:
            raise SystemExit(f"{case['id']}: its reason names no defect: {case['reason']}")
        name, words = entry.groups()
        ids = defects.setdefault(name, (words, []))
        if ids[0] != words:
            raise SystemExit(f"{name} has two descriptions")
        ids[1].append(case["id"])
    return sorted((name, words, ids) for name, (words, ids) in defects.items())


def unseen(name):
    """Each defect that no case finds, with its words and why."""
    for line in (HARNESSES / name / "unseen.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        entry, _, why = line.partition("|")
        entry = ENTRY.fullmatch(entry.strip())
        if not entry or not why.strip():
            raise SystemExit(f"{name}/unseen.txt: not a defect, its words and a reason: {line}")
        yield *entry.groups(), why.strip()


def paragraph(text, indent="  "):
    return textwrap.fill(text, 118, initial_indent=indent, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)


def section(name, result):
    yield f"\n## {title(result)}\n\nHarness: `harnesses/{name}`\n"
    skipped = {}
    for case in result["cases"]:
        if case["outcome"] == "skipped":
            skipped[case["text"]] = skipped.get(case["text"], 0) + 1
    yield "\n### Defects that the vectors find\n"
    entries = found(result)
    for defect, words, ids in (entry for entry in entries if entry[0].startswith("defect/")):
        yield f"\n- `{defect}`\n\n{paragraph(words)}\n\n{paragraph(', '.join(f'`{case}`' for case in ids))}\n"
    yield "\n### Defects that no vector finds\n"
    for defect, words, why in unseen(name):
        yield f"\n- `{defect}`\n\n{paragraph(words)}\n\n{paragraph(f'Not found: {why}')}\n"
    wrong = [entry for entry in entries if entry[0].startswith("runner/")]
    if wrong:
        yield "\n### Cases in which the runner is wrong\n"
    for _, words, ids in wrong:
        yield f"\n- {', '.join(f'`{case}`' for case in ids)}\n\n{paragraph(words)}\n"
    if result["notes"]:
        yield "\n### Notes of the runner\n"
        for note in result["notes"]:
            yield f"\n{paragraph(f'- {note}', '').replace(chr(10), chr(10) + '  ')}\n"
    yield "\n### Skipped\n\n"
    yield table([["cases", "why"], *([str(number), why] for why, number in sorted(skipped.items()))])


def main(arguments):
    check = "--check" in arguments
    folders = [argument for argument in arguments if argument != "--check"]
    if len(folders) != 1:
        raise SystemExit(__doc__)
    all_results = list(results(folders[0]))
    text = HEAD + "\n" + table(list(overview(all_results)))
    text += "".join(part for name, result in all_results for part in section(name, result))
    if not check:
        REPORT.write_text(text, encoding="utf-8")
    elif not REPORT.exists() or REPORT.read_text(encoding="utf-8") != text:
        raise SystemExit("REPORT.md is not what the results say: run conformance/report.py")


if __name__ == "__main__":
    main(sys.argv[1:])
