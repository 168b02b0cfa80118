#!/usr/bin/env python3
"""`stead lint` beside parliament (PyPI), on the newest version of each of AWS's managed policies.

    python3 beside_parliament.py managedPolicies.json path/to/stead [--write]

`cargo xtask test --only managed` installs what this needs and runs it. Each statement is
looked at by both. What one alone finds is classified by the data of both, and compared with
beside-parliament.txt: a difference that is not listed there, or that is no more, fails.
--write writes the list. docs/lint.md has the outcome.
"""

import argparse
import collections
import fnmatch
import itertools
import json
import pathlib
import subprocess
import tempfile
import textwrap
import warnings

warnings.simplefilter("ignore", SyntaxWarning)  # Its patterns are written as plain texts.
import parliament  # noqa: E402
import parliament.statement  # noqa: E402

LIST = pathlib.Path(__file__).with_name("beside-parliament.txt")

# How many files `stead lint` is given at once.
BATCH = 1000

# Why a finding is of one side alone. What is written here is checked for each by `reason`.
REASONS = {
    "newer": "the catalogue has it, and the data of parliament does not: newer than its release",
    "gone": "the data of parliament has it, and the catalogue does not: it ended, or was renamed",
    "no-service": "parliament knows not even the service, and says so of the service",
    "global-key": "a global condition key that parliament does not know",
    "global-list": "a key that parliament takes to be in every request",
    "some-action": "some actions of the statement have the key: `stead lint` asks that one has",
    "not-examined": "parliament stops at a statement in which it does not know an action, or not an ARN",
    "deny": "parliament does not compare the resources of a Deny",
    "not-resource": "parliament compares what stands in NotResource as though it stood in Resource",
    "pattern": "parliament looks at each action of a pattern, `stead lint` asks that one fits",
    "optional": "for parliament the action has no resource that it must have",
    "all-types": "parliament wants a resource of each type that the action needs, `stead lint` one of any",
    "other-form": "another form of the ARN, or another type, in the newer data of the catalogue",
    "wide-wildcard": "parliament compares wildcards otherwise: `stead lint` asks whether both can mean one",
    "text-as-other": "the operator is not of the documented type, and compares what is there: it can hold",
    "number": "parliament takes only digits for a number",
    "failed": "parliament ends with an exception",
}


def newest(policy):
    versions = policy["versions"]
    return versions[max(versions, key=lambda name: int(name.removeprefix("v")))]["document"]


def listed(value):
    return value if isinstance(value, list) else [value]


def statements_of(policies):
    """All statements of the newest versions."""
    for _, policy in sorted(policies.items()):
        yield from listed(newest(policy)["Statement"])


def document(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def quoted(message):
    return message.split("`")[1::2]


def of_stead(stead, statements):
    """What is found in each: a set of (kind, name)."""
    found = []
    for begin in range(0, len(statements), BATCH):
        batch = statements[begin : begin + BATCH]
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for number, statement in enumerate(batch):
                names.append(f"{number:05}.json")
                (pathlib.Path(folder) / names[-1]).write_text(document(statement))
            command = [stead, "lint", "--json", "--kind", "identity", *names]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(done.stderr)
        files = {file["file"]: file["findings"] for file in json.loads(done.stdout)["files"]}
        found.extend({finding for it in files[name] for finding in own(it)} for name in names)
    return found


def own(finding):
    """A finding of `stead lint` as what is compared; nothing of what parliament has no rule for."""
    names = quoted(finding["message"])
    match finding["code"]:
        case "action/unknown-service":
            yield "service", names[0].lower()
        case "action/unknown":
            yield "action", f"{names[0]}:{names[1]}".lower()
        case "action/matches-nothing":
            yield "action", names[1].lower()
        case "condition/unknown-key" | "condition/unsupported-key":
            yield "key", names[0].lower()
        case "condition/type-mismatch":
            yield "type", f"{names[0]} {names[1].lower()}"
        case "resource/unsupported":
            yield "resource", names[0].lower()


def analyzed(statement):
    return parliament.analyze_policy_string(document(statement)).findings


def of_parliament(statement):
    """What is found: a set of (kind, name), and whether it looked at the whole statement."""
    try:
        findings = analyzed(statement)
    except Exception as error:  # It raises plain exceptions for what it does not know.
        return {("failed", str(error))}, False
    found, is_whole = set(), True
    for finding in findings:
        match finding.issue:
            case "UNKNOWN_PREFIX":
                found.add(("service", finding.detail.split()[-1].lower()))
                is_whole = False
            case "UNKNOWN_ACTION":
                found.add(("action", finding.location["string"].lower()))
                is_whole = False
            case "INVALID_ARN":
                is_whole = False
            case "UNKNOWN_CONDITION_FOR_ACTION":
                key, action = finding.detail.removeprefix("Unknown condition ").split(" for action ")
                found.add(("key", f"{key.lower()} {action.lower()}"))
            case "MISMATCHED_TYPE":
                found.update(("type", name) for name in mistyped(statement))
            case "RESOURCE_MISMATCH":
                found.update(
                    ("resource", f"{it['action'].lower()} {it['required_format']}")
                    for it in finding.detail
                )
    return found, is_whole


def mistyped(statement):
    """The operators and keys of which parliament says that the type is wrong."""
    for operator, block in statement["Condition"].items():
        for key, values in block.items():
            alone = {**statement, "Condition": {operator: {key: values}}}
            if any(finding.issue == "MISMATCHED_TYPE" for finding in analyzed(alone)):
                yield f"{operator.split(':')[-1].removesuffix('IfExists')} {key.lower()}"


def is_both(kind, name, others):
    """Whether the other side says the same. Patterns stand for the actions they match, and of
    keys and resources parliament speaks for each action and each form."""
    names = [other for its, other in others if its == kind]
    first = name.split(" ")[0]
    if kind == "key":
        return any(other.split(" ")[0] == first for other in names)
    if kind == "resource":
        return any(
            fnmatch.fnmatchcase(other.split(" ")[0], first)
            or fnmatch.fnmatchcase(first, other.split(" ")[0])
            for other in names
        )
    return name in names


def forms_of(action):
    """The ARNs that parliament knows of an action, by whether it must have one of the type."""
    prefix, name = action.split(":")
    for service in parliament.iam_definition:  # Some prefixes are there twice.
        arns = {it["resource"] for it in service["resources"]}
        for privilege in service["privileges"]:
            if service["prefix"] != prefix or privilege["privilege"].lower() != name:
                continue
            for label in (kind["resource_type"] for kind in privilege["resource_types"]):
                if label.strip("*") in arns:
                    arn = parliament.statement.get_arn_format(label, service["resources"])
                    yield arn, label.endswith("*")


def overlap(one, other):
    """Whether two patterns with stars have a text in common."""
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*" and other[0] == "*" and len(one) == len(other) == 1:
        return True
    table = {(0, 0)}
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if (i, j) not in table:
                continue
            left, right = one[i : i + 1], other[j : j + 1]
            if left == "*":
                table.update({(i + 1, j)} | ({(i, j + 1)} if right else set()))
            if right == "*":
                table.update({(i, j + 1)} | ({(i + 1, j)} if left else set()))
            if left and right and (left == right or "?" in (left, right)):
                table.add((i + 1, j + 1))
    return (len(one), len(other)) in table


def reason(side, kind, name, statement, is_whole, alone_in_stead):
    """Why one side alone finds it, by the data of both."""
    if kind == "failed":
        return "failed"
    if side == "stead":
        if kind == "action" and ("service", name.split(":")[0]) in of_parliament(statement)[0]:
            return "no-service"
        if kind in ("service", "action"):
            return "gone"
        if kind == "type" and parliament.statement.get_global_key_type(name.split(" ")[1]) is None:
            return "global-key"
        if not is_whole:
            return "not-examined"
        if kind == "key":
            is_global = parliament.statement.get_global_key_type(name) is not None
            return "global-list" if is_global else "gone"
        if kind == "resource":
            if statement["Effect"] == "Deny":
                return "deny"
            actions = parliament.statement.expand_action(name)
            named = [f"{it['service']}:{it['action']}".lower() for it in actions]
            is_needed = any(needed for action in named for _, needed in forms_of(action))
            return "other-form" if is_needed else "optional"
        raise SystemExit(f"nothing explains {side} {kind} {name}")
    if kind in ("service", "action"):
        return "newer"
    if kind == "key":
        key, action = name.split(" ")
        if key.startswith("aws:") and parliament.statement.get_global_key_type(key) is None:
            return "global-key"
        return "some-action" if alone_in_stead(key, action) else "newer"
    if kind == "type":
        operator = name.split(" ")[0]
        return "number" if operator.startswith("Numeric") else "text-as-other"
    action, form = name.split(" ")
    if "NotResource" in statement:
        return "not-resource"
    if "*" in written_as(action, statement):
        return "pattern"
    resources = listed(statement["Resource"])
    others = [arn for arn, _ in forms_of(action) if arn != form]
    if any(overlaps(other, resource) for other in others for resource in resources):
        return "all-types"
    if any(overlaps(form, resource) for resource in resources):
        return "wide-wildcard"
    return "other-form"


def written_as(action, statement):
    """How an action stands in a statement: as itself, or as a pattern."""
    patterns = [pattern.lower() for pattern in listed(statement.get("Action", action))]
    found = [pattern for pattern in patterns if fnmatch.fnmatchcase(action, pattern)]
    return action if action in found or not found else found[0]


def overlaps(one, other):
    """Whether two ARNs with stars may be the same; no star goes past a colon before the last part."""
    parts = one.split(":", 5), other.split(":", 5)
    return len(parts[0]) == len(parts[1]) and all(map(overlap, *parts))


def differences(stead, statements):
    """What one side alone finds, as (side, kind, name, reason); and a count of what both do."""
    own_found = of_stead(stead, statements)
    pending, both = [], collections.Counter()
    for statement, own_names in zip(statements, own_found):
        others, is_whole = of_parliament(statement)
        for kind, name in own_names:
            if is_both(kind, name, others):
                both[kind] += 1
            else:
                pending.append(("stead", kind, name, statement, is_whole))
        for kind, name in others:
            if not is_both(kind, name, own_names):
                pending.append(("parliament", kind, name, statement, is_whole))
    lacking = lacks_key(stead, pending)
    found = set()
    has_not = lambda key, action: (key, action) in lacking
    for side, kind, name, statement, is_whole in pending:
        why = reason(side, kind, name, statement, is_whole, has_not)
        short = name.split(" ")[0] if kind in ("key", "resource") else name
        if kind == "resource" and side == "parliament":
            short = written_as(short, statement)
        found.add((side, kind, short, why))
    return found, both


def lacks_key(stead, pending):
    """The keys and actions of which `stead lint` says, asked of the action alone, that it has
    the key not."""
    pairs = {tuple(it[2].split(" ")) for it in pending if it[:2] == ("parliament", "key")}
    pairs = sorted(pairs)
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": "*",
         "Condition": {"StringEquals": {key: "x"}}}
        for key, action in pairs
    ]
    found = of_stead(stead, statements)
    return {pair for pair, its in zip(pairs, found) if ("key", pair[0]) in its}


def written(found):
    lines = [
        "# What `stead lint` and parliament find in AWS's managed policies of one side alone:",
        "# who, of what, and why; then the names. beside_parliament.py checks each reason by the",
        "# data of both sides; `cargo xtask test --only managed` fails for a difference that",
        "# is missing here, and for one that is found no longer.",
        "#",
    ]
    for name, text in REASONS.items():
        lines.extend(textwrap.wrap(f"# {name}: {text}", 96, subsequent_indent="#   "))
    groups = collections.defaultdict(list)
    for side, kind, name, why in sorted(found):
        groups[side, kind, why].append(name)
    for (side, kind, why), names in groups.items():
        lines.extend(["", f"{side} {kind} {why}"])
        for _, of_service in itertools.groupby(names, lambda name: name.split(":")[0]):
            text = " ".join(name.replace(" ", "~") for name in of_service)
            lines.extend(textwrap.wrap(
                text, 96, initial_indent="  ", subsequent_indent="    ",
                break_long_words=False, break_on_hyphens=False,
            ))
    return "\n".join(lines) + "\n"


def read(text):
    """The differences of a list as `written` makes it."""
    found, group = set(), None
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        if not line.startswith(" "):
            group = line.split()
            continue
        side, kind, why = group
        found.update((side, kind, name.replace("~", " "), why) for name in line.split())
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("policies")
    arguments.add_argument("stead", type=pathlib.Path)
    arguments.add_argument("--write", action="store_true", help="write the list anew")
    given = arguments.parse_args()
    policies = json.loads(pathlib.Path(given.policies).read_text())
    statements = list(statements_of(policies))
    found, both = differences(given.stead.resolve(), statements)
    print(f"{len(policies)} policies, {len(statements)} statements; found by both: {dict(both)}")
    counts = collections.Counter((side, kind, why) for side, kind, _, why in found)
    for (side, kind, why), count in sorted(counts.items()):
        print(f"  {side:<10} {kind:<8} {why:<24} {count:>5}")
    if given.write:
        LIST.write_text(written(found))
        return
    known = read(LIST.read_text())
    for difference in sorted(found - known):
        print("not listed:", *difference)
    for difference in sorted(known - found):
        print("listed, and found no longer:", *difference)
    is_same = found == known
    print(f"{int(is_same)} passed, {int(not is_same)} failed")
    raise SystemExit(not is_same)


if __name__ == "__main__":
    main()
