#!/usr/bin/env python3
"""`stead lint` beside parliament (PyPI), on the newest version of each of AWS's managed policies.

    python3 beside_parliament.py managedPolicies.json path/to/stead

Counts, kind by kind, in how many policies both find something, and in how many one alone
does. What differs is written to standard output, a line each, where --all is given.
docs/lint.md says why. Needs `pip install parliament==1.6.4`.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

import parliament

# What is compared, by the codes of either.
KINDS = {
    "unknown service": ({"action/unknown-service"}, {"UNKNOWN_PREFIX"}),
    "unknown action": ({"action/unknown", "action/matches-nothing"}, {"UNKNOWN_ACTION"}),
    "key without effect": (
        {"condition/unsupported-key", "condition/unknown-key"},
        {"UNKNOWN_CONDITION_FOR_ACTION"},
    ),
    "type of a value": ({"condition/type-mismatch"}, {"MISMATCHED_TYPE"}),
    "resource without effect": (
        {"resource/unsupported", "resource/unused"},
        {"RESOURCE_MISMATCH"},
    ),
}


def newest(policy):
    versions = policy["versions"]
    return versions[max(versions, key=lambda name: int(name.removeprefix("v")))]["document"]


def of_parliament(document):
    """The codes that are found; what it cannot analyze has a code of its own."""
    try:
        analyzed = parliament.analyze_policy_string(json.dumps(document))
        return {finding.issue for finding in analyzed.findings}
    except Exception as error:  # It raises plain exceptions for what it does not know.
        return {f"FAILED {error}"}


def of_stead(stead, documents):
    """The codes by policy, of one run."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = {}
        for number, (name, document) in enumerate(documents.items()):
            (folder / f"{number}.json").write_text(json.dumps(document))
            names[f"{number}.json"] = name
        command = [stead, "lint", "--json", "--kind", "managed", *names]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(done.stderr)
    files = json.loads(done.stdout)["files"]
    return {names[file["file"]]: {it["code"] for it in file["findings"]} for file in files}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("policies")
    arguments.add_argument("stead", type=pathlib.Path)
    arguments.add_argument("--all", action="store_true", help="print each difference")
    given = arguments.parse_args()
    policies = json.loads(pathlib.Path(given.policies).read_text())
    documents = {name: newest(policy) for name, policy in sorted(policies.items())}
    stead = of_stead(given.stead.resolve(), documents)
    other = {name: of_parliament(document) for name, document in documents.items()}
    failed = collections.Counter(
        code for codes in other.values() for code in codes if code.startswith("FAILED")
    )
    print(f"{len(documents)} policies; parliament cannot analyze {failed.total()} of them")
    for reason, count in failed.most_common():
        print(f"  {count:5} {reason}")
    print(f"{'policies with':<26} {'both':>6} {'stead':>6} {'parliament':>10}")
    for kind, (own, others) in KINDS.items():
        sides = {name: (bool(stead[name] & own), bool(other[name] & others)) for name in documents}
        count = collections.Counter(sides.values())
        alone = count[True, False], count[False, True]
        print(f"{kind:<26} {count[True, True]:>6} {alone[0]:>6} {alone[1]:>10}")
        for name, (here, there) in sides.items():
            if given.all and here != there:
                print(f"  {kind}: {name}: {'stead' if here else 'parliament'} alone")


if __name__ == "__main__":
    main()
