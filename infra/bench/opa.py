"""Holds the shipped rules against the real OPA, the Go engine, loaded as a shared library.

    opa.py LIBRARY POLICIES compare CASES   runs the rules' own tests, and compares what each rule finds in each case
    opa.py LIBRARY POLICIES time FACTS      prints the median microseconds of a prepared query, facts to findings
"""

import ctypes
import json
import pathlib
import re
import statistics
import sys
import time

SETS = ("deny", "require_approval", "warn")
COMPARED = ("message", "observed", "threshold", "since", "evidence", "retry_at", "approval")
# Where a rule says nothing, the gate takes the rule's metadata.
OPTIONAL = ("owner", "remediation", "runbook")


class Opa:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.library.OpaNew.restype = ctypes.c_uint64
        for name, numbers in {"OpaAddPolicy": 0, "OpaEvalQuery": 2}.items():
            function = getattr(self.library, name)
            function.restype = ctypes.c_void_p
            function.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_char_p] + [ctypes.c_int] * numbers
        self.library.OpaFreeString.restype = None
        self.library.OpaFreeString.argtypes = [ctypes.c_void_p]
        self.engine = self.library.OpaNew()

    def call(self, name, *arguments):
        answer = getattr(self.library, name)(self.engine, *arguments)
        text = ctypes.string_at(answer)
        self.library.OpaFreeString(answer)
        return text

    def add(self, path, text):
        answer = json.loads(self.call("OpaAddPolicy", path.encode(), text.encode()))
        if answer.get("error"):
            sys.exit(f"opa cannot take {path}: {answer['error']}")

    def query(self, query, facts):
        """The query's value, or None when it is undefined or fails."""
        answer = json.loads(self.call("OpaEvalQuery", query.encode(), facts, 0, 0))
        result = answer.get("result") or []
        return result[0]["bindings"]["x"] if result and not answer.get("error") else None


def load(library, folder):
    """The engine with all policies, the query for each rule, and the names of the tests."""
    opa, queries, tests = Opa(library), {}, []
    for file in sorted(pathlib.Path(folder).rglob("*.rego")):
        text = file.read_text()
        opa.add(str(file.relative_to(folder)), text)
        package = re.search(r"^package (\S+)", text, re.M).group(1)
        tests += [f"data.{package}.{name}" for name in re.findall(r"^(test_\w+)", text, re.M)]
        sets = [name for name in SETS if re.search(rf"^{name} contains", text, re.M)]
        if sets and package.startswith("tollgate.change."):
            rule = package.removeprefix("tollgate.")
            queries[rule] = "{" + ", ".join(f'"{name}": data.{package}.{name}' for name in sets) + "}"
    return opa, queries, tests


def together(queries):
    return "x := {" + ", ".join(f'"{rule}": {query}' for rule, query in queries.items()) + "}"


def shown(finding, effect, optional):
    fields = {name: finding.get(name) for name in COMPARED}
    fields.update({name: finding[name] for name in OPTIONAL if optional.get(name) is not None})
    fields["message"] = same(fields["message"])
    fields["observed"], fields["threshold"] = fields["observed"] or {}, fields["threshold"] or {}
    fields["evidence"] = fields["evidence"] or []
    if fields["approval"]:
        fields["approval"] = {"group": fields["approval"].get("group"), "count": fields["approval"].get("count", 1)}
    return effect, fields


def same(message):
    """Where a number is null, Go's printf says so in the message, and the other engine leaves the place empty."""
    return message.replace("%!d(string=null)", "")


def differences(case, rule, found):
    ours = [finding for finding in case["findings"] if finding["rule"] == rule]
    for effect in SETS:
        theirs = {same(element["message"]): element for element in (found or {}).get(effect, [])}
        mine = {finding["message"]: finding for finding in ours if finding["effect"] == effect}
        for message in theirs.keys() | mine.keys():
            there, here = theirs.get(message), mine.get(message)
            if not there or not here or shown(there, effect, there) != shown(here, effect, there):
                yield f"{case['name']}: {rule} {effect}\n  opa  {json.dumps(there)}\n  ours {json.dumps(here)}"


def compare(opa, queries, tests, cases):
    failed = [name for name in tests if opa.query(f"x := {name}", b"{}") is not True]
    held, count, unequal = 0, 0, []
    for line in open(cases):
        case, count = json.loads(line), count + 1
        facts = json.dumps(case["facts"]).encode()
        found = opa.query(together(queries), facts) or {
            rule: opa.query(f"x := {query}", facts) for rule, query in queries.items()
        }
        if set(case["judged"]) - queries.keys():
            sys.exit(f"rules that were not found in the policies: {set(case['judged']) - queries.keys()}")
        for rule in case["judged"]:
            held += 1
            unequal += differences(case, rule, found.get(rule))
    print(f"opa: {len(tests) - len(failed)} of {len(tests)} policy tests pass")
    print(f"opa: {held} times a rule was held against ours in {count} cases, {len(unequal)} findings differ")
    for text in failed + unequal[:10]:
        print(text)
    if failed or unequal or not count:
        sys.exit(1)


def measure(opa, queries, facts):
    query, facts, times = together(queries).encode(), pathlib.Path(facts).read_bytes(), []
    if opa.query(query.decode(), facts) is None:
        sys.exit("opa gives nothing for these facts")
    for _ in range(1000):
        started = time.perf_counter_ns()
        opa.call("OpaEvalQuery", query, facts, 0, 0)
        times.append((time.perf_counter_ns() - started) / 1000)
    print(statistics.median(times[100:]))


def main():
    library, policies, task, file = sys.argv[1:]
    opa, queries, tests = load(library, policies)
    if task == "compare":
        compare(opa, queries, tests, file)
    else:
        measure(opa, queries, file)


main()
