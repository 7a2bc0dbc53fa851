"""Holds the shipped rules against the real OPA, the Go engine, loaded as a shared library.

    opa.py LIBRARY POLICIES compare PROGRAM SEED COUNT FOLDER
        runs the rules' own tests, and compares what each rule finds in COUNT drawn facts of each gate;
        PROGRAM is the built `tollgate-differential`, FOLDER is where facts go in which findings differ
    opa.py LIBRARY POLICIES time FACTS
        prints the median microseconds of a prepared query, facts of a change to findings
"""

import ctypes
import json
import pathlib
import re
import statistics
import sys
import time

ASKED_AT_ONCE = 60
SETS = ("deny", "require_approval", "warn")


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
    """The engine with all policies, the query for each rule by gate, and the names of the tests."""
    opa, queries, tests = Opa(library), {}, []
    for file in sorted(pathlib.Path(folder).rglob("*.rego")):
        text = file.read_text()
        opa.add(str(file.relative_to(folder)), text)
        package = re.search(r"^package (\S+)", text, re.M).group(1)
        tests += [f"data.{package}.{name}" for name in re.findall(r"^(test_\w+)", text, re.M)]
        sets = [name for name in SETS if re.search(rf"^{name} contains", text, re.M)]
        if sets and not package.endswith("_test"):
            rule = package.removeprefix("tollgate.")
            query = "{" + ", ".join(f'"{name}": data.{package}.{name}' for name in sets) + "}"
            queries.setdefault(rule.split(".")[0], {})[rule] = query
    return opa, queries, tests


def together(queries):
    return "x := {" + ", ".join(f'"{rule}": {query}' for rule, query in queries.items()) + "}"


def failing(opa, tests):
    """The tests that do not pass. Each query is compiled anew, so many are asked for at once, and singly only where one
    of them is undefined."""
    failed = []
    for at in range(0, len(tests), ASKED_AT_ONCE):
        some = tests[at:at + ASKED_AT_ONCE]
        values = opa.query(f"x := [{', '.join(some)}]", b"{}") or [opa.query(f"x := {name}", b"{}") for name in some]
        failed += [name for name, value in zip(some, values, strict=True) if value is not True]
        print(f"opa: {at + len(some)} of {len(tests)} policy tests", file=sys.stderr, flush=True)
    return failed


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
    library, policies, task, *rest = sys.argv[1:]
    opa, queries, tests = load(library, policies)
    if task == "time":
        measure(opa, queries["change"], *rest)
        return
    from compare import Comparison

    program, seed, count, folder = rest
    failed = failing(opa, tests)
    print(f"opa: {len(tests) - len(failed)} of {len(tests)} policy tests pass", *failed, sep="\n  ", flush=True)
    sys.exit(1 if not Comparison(opa, queries, program, folder).run(seed, count) or failed else 0)


if __name__ == "__main__":
    main()
