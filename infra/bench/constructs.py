"""Holds what the engine makes of a construct against the real OPA: equal, or refused at load.

    constructs.py LIBRARY EVALUATE CASES [COUNT]

EVALUATE is the program that answers `{"module", "input"}` a line, CASES a folder of `*.txt` with `### subject | input`
and a module under each, COUNT how many generated modules are held as well.
"""

import collections
import ctypes
import json
import pathlib
import random
import subprocess
import sys
import time

HEADER = "package tollgate.lib.c\n\n"
SHOWN = 10


class Opa:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.library.OpaNew.restype = ctypes.c_uint64
        self.library.OpaDestroy.argtypes = [ctypes.c_uint64]
        for name, numbers in {"OpaAddPolicy": 0, "OpaEvalQuery": 2}.items():
            function = getattr(self.library, name)
            function.restype = ctypes.c_void_p
            function.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_char_p] + [ctypes.c_int] * numbers
        self.library.OpaFreeString.argtypes = [ctypes.c_void_p]

    def call(self, name, *arguments):
        answer = getattr(self.library, name)(*arguments)
        text = ctypes.string_at(answer)
        self.library.OpaFreeString(answer)
        return json.loads(text)

    def value(self, module, facts, strict):
        """`{"value"}`, `{}` for undefined, or `{"error"}`."""
        engine = self.library.OpaNew()
        try:
            answer = self.call("OpaAddPolicy", engine, b"lib/c/c.rego", module.encode())
            if not answer.get("error"):
                answer = self.call("OpaEvalQuery", engine, b"x := data.tollgate.lib.c.x", facts.encode(), strict, 0)
            if answer.get("error"):
                return {"error": json.dumps(answer["error"])}
            result = answer.get("result") or []
            return {"value": result[0]["bindings"]["x"]} if result else {}
        finally:
            self.library.OpaDestroy(engine)


def written(folder):
    for file in sorted(pathlib.Path(folder).glob("*.txt")):
        for case in file.read_text().split("### ")[1:]:
            title, module = case.split("\n", 1)
            facts = title.split(" | ")[1] if " | " in title else "{}"
            yield {"subject": title, "module": HEADER + module, "input": facts}


AROUND = """
g(v) := v if v != false
h(v) := v.b if v.b
k if input.t
r := 1 if input.q
m[e.n] := e.a if some e in input.l
s contains e.a if some e in input.l
"""
EXPRESSIONS = """e.a|e.a.b|e.a[0]|e.a == 1|e.a != 1|e.a < 1|e.a > e.b|e.a in e.b|1 in e.a|(0, e.a in e.b)|(e.a, e.b in e.c)
e.a + 1|[e.a]|{"k": e.a}|{e.a}|g(e.a)|h(e)|h(e.a)|r|m[e.a]|s[e.a]|e.a[e.b]|object.get(e, "a", 7)|is_string(e.a)|e[_]|e.c[_]
e["a"]|e.a == e.b|[e.a] == [1]|startswith(e.a, "x")|count(e.c)|e|k|[e.a, e.b][0]|[v | v := e.a]|count([v | v := e.a]) > 0
{v: 1 | v := e.a}|{e.a: 1}|g(g(e.a))|e.c[e.i]|false|null|e.a == null|e.z.y|input.nothing|e.a == g(e.b)|sprintf("%v", [e.a])
{e.a | some _ in e.c}|max(e.c)|e.c[count(e.c) - 1]|array.concat(e.c, [e.a])|e.a in [e.b]|"b" in object.keys(e)
object.union(e, {"a": e.b})|sprintf("%d and %s", [e.a, e.b])|json.marshal(e)|substring("text", e.i, e.a)|regex.match(`^\\w$`, e.a)
e.c[e.n]|e.n in e.c|{v | some v in e.a}|[v | some v in [v | some v in e.c]]|[1 | some j; e.c[j] == 1]|glob.match("a*", [], e.a)
json.filter(e, ["a/b", "c/0"])|json.remove(e, ["a/b", "c/0"])|semver.is_valid(e.a)|json.is_valid(e.a)|split(e.a, "")
array.slice(e.c, e.a, e.i)|concat(", ", e.c)|e.a - e.b|e.a % 3"""
CONTEXTS = """x := E if { e := input.l[0] }|x if { e := input.l[0]; E }|x if { e := input.l[0]; not E }|x contains E if some e in input.l
x := [E | some e in input.l]|x := {E | some e in input.l}|f(e) := E if k else := "else";;x := [f(e) | some e in input.l]
f(e) := "first" if E else := "else";;x := [f(e) | some e in input.l]|x if every e in input.l { E }
f(e) := "first" if not E else := "else";;x := [f(e) | some e in input.l]|x := [e.n | some e in input.l; not E]
x := [e.n | some e in input.l; E]|x := {e.n: E | some e in input.l}|x[e.n] := E if some e in input.l
x := [v | some e in input.l; v := {"a": E}]|f(e) := E;;x := [f(e) | some e in input.l]|x contains [e.n, E] if { some e in input.l; k }
f(e) := E if e.n >= 0;;x := [f(e) | some e in input.l]|f(e) := 1 if e.n == 9 else := E if k else := 9;;x := [f(e) | some e in input.l]
x := [e.n | some e in input.l; E == 1]|x := [e.n | some e in input.l; not E == 1]|default x := 5;;x := E if { e := input.l[0] }
x contains w if { some e in input.l; E = w }|x if every e in input.l { not E }|x if every e in input.l { not m[e.n] == E }
x if every n, e in input.l { not m[n]; not E == input.l[n] }|x if every n, e in input.l { not s[n]; count([1 | not e[n]; E]) >= 0 }
x if every n, e in input.l { every k, r in e { not k == E; not e[r] == input.l[n][k] } }|x := [n | every n in ["a", "b"] { not input.l[0][n] }; n := 1]
x contains [i, j] if { some i; e := input.l[i]; some j; e.c[j] == E }|x := [r | some r in input.l; e := r; E]
f(r) := [r | some r in r; e := r; E];;x := f(input.l)|x contains E if { some e in input.l; some j; e.c[j] > 0 }
default f(_) := 77;;f(e) := E if k;;x := [f(e) | some e in input.l]"""
MISSING = object()
VALUES = [MISSING, None, False, True, 0, 1, -3, "", "x", "é", [], [1], [False], {}, {"b": 1}, {"b": None}]


def generated(count, chance):
    expressions = [part for line in EXPRESSIONS.splitlines() for part in split(line)]
    contexts = [part for line in CONTEXTS.splitlines() for part in split(line)]
    for _ in range(count):
        context, expression = chance.choice(contexts), chance.choice(expressions)
        module = HEADER + context.replace(";;", "\n").replace("E", expression) + "\n" + AROUND
        facts = {"l": [element(chance, n) for n in range(chance.randint(0, 4))]}
        facts |= {name: True for name in "tq" if chance.random() < 0.5}
        yield {"subject": f"{context} with {expression}", "module": module, "input": json.dumps(facts)}


def split(line):
    """The parts between bars that stand in no bracket."""
    part, depth = "", 0
    for c in line:
        depth += (c in "([{") - (c in ")]}")
        if c == "|" and depth == 0:
            yield part
            part = ""
        else:
            part += c
    yield part


def element(chance, n):
    fields = {"n": n, "a": chance.choice(VALUES), "b": chance.choice(VALUES), "c": chance.choice([MISSING, [], [1], [1, 2]])}
    return {name: value for name, value in fields.items() if value is not MISSING} | {"i": n % 3}


def kind(ours, opa, case):
    """How the two agree."""
    if "error" in ours:
        if not ours["error"].startswith("run:"):
            return "refused"
        return "fails in both" if "error" in opa.value(case["module"], case["input"], 1) else "fails in ours alone"
    theirs = opa.value(case["module"], case["input"], 0)
    if "error" in theirs:
        # OPA also holds types against each other, which loading leaves to `tollgate policies check`.
        return "refused by OPA for a type" if "rego_type_error" in theirs["error"] else f"refused by OPA: {theirs['error']}"
    return "equal" if theirs == ours else f"differs: OPA {json.dumps(theirs)}, ours {json.dumps(ours)}"


def main():
    library, evaluate, folder, *count = sys.argv[1:]
    seed = int(time.time())
    cases = [*written(folder), *generated(int(count[0]) if count else 0, random.Random(seed))]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    answers = subprocess.run([evaluate], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    opa, kinds, wrong = Opa(library), collections.Counter(), {}
    for at, (case, answer) in enumerate(zip(cases, answers, strict=True)):
        how = kind(json.loads(answer), opa, case)
        if how.startswith(("differs", "refused by OPA:")):
            wrong.setdefault(case["subject"], f"{case['module']}input {case['input']}\n{how}")
            how = how.split(":")[0]
        kinds[how] += 1
        if at % 2000 == 1999:
            print(f"constructs: {at + 1} of {len(cases)}", file=sys.stderr)
    print(f"constructs: {len(cases)} held against OPA (seed {seed}): " + ", ".join(f"{n} {k}" for k, n in kinds.most_common()))
    for subject, text in list(wrong.items())[:SHOWN]:
        print(f"\n{subject}\n{text}")
    sys.exit(bool(wrong))


main()
