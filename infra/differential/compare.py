"""Compares what OPA finds in drawn facts with what the gates find, finding by finding, all fields."""

import copy
import json
import pathlib
import subprocess
import sys
import time

from opa import SETS, together

COMPARED = ("message", "observed", "threshold", "since", "evidence", "retry_at", "approval", "urgency")
# Where a rule says nothing, the gate takes the rule's metadata.
OPTIONAL = ("owner", "remediation", "runbook")
# How many differing rules are looked at closely: each takes seconds.
SHRUNK = 3
SHOWN = 10


class Comparison:
    def __init__(self, opa, queries, program, folder):
        self.opa, self.queries, self.program = opa, queries, program
        self.folder = pathlib.Path(folder)
        self.asked = subprocess.Popen([program, "judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.facts, self.held, self.found, self.failed = {}, 0, 0, 0
        self.differing = {}

    def run(self, seed, count):
        """True when nothing differs."""
        said = time.monotonic()
        cases = [self.program, "cases", "--seed", seed, "--count", count]
        with subprocess.Popen(cases, stdout=subprocess.PIPE) as drawn:
            for line in drawn.stdout:
                self.case(json.loads(line))
                if time.monotonic() - said > 3:
                    print(self.where(), file=sys.stderr, flush=True)
                    said = time.monotonic()
        if drawn.returncode:
            sys.exit(f"`{self.program} cases` ended with {drawn.returncode}")
        self.asked.stdin.close()
        self.asked.wait()
        print(self.where(), f"seed {seed}")
        print(f"opa: {self.failed} times a rule could not be judged here; each denies", flush=True)
        for rule, count in sorted(self.differing.items()):
            print(f"opa: {rule} differs in {count} facts")
        wanted = self.queries.keys() - self.facts.keys()
        if wanted:
            sys.exit(f"no facts were drawn for {', '.join(wanted)}")
        return not self.differing

    def where(self):
        drawn = ", ".join(f"{count} {gate}" for gate, count in self.facts.items())
        held = f"{self.held} times a rule was held against OPA, {self.found} findings"
        return f"opa: facts of {drawn}; {held}, {sum(self.differing.values())} differ"

    def case(self, case):
        gate, facts = case["gate"], case["facts"]
        self.facts[gate] = self.facts.get(gate, 0) + 1
        found = self.theirs(gate, facts)
        if set(case["judged"]) - found.keys():
            sys.exit(f"rules that are not in the policies: {set(case['judged']) - found.keys()}")
        self.failed += len(found) - len(case["judged"])
        for rule in case["judged"]:
            self.held += 1
            self.found += sum(len(elements) for elements in (found[rule] or {}).values())
            if differ(rule, found[rule], case["findings"]):
                self.differs(case, rule)

    def theirs(self, gate, facts):
        queries, text = self.queries[gate], json.dumps(facts).encode()
        return self.opa.query(together(queries), text) or {
            rule: self.opa.query(f"x := {query}", text) for rule, query in queries.items()
        }

    def differs(self, case, rule):
        """Says which rule differs how, and keeps the smallest facts that show it."""
        self.differing[rule] = self.differing.get(rule, 0) + 1
        if self.differing[rule] > 1 or len(self.differing) > SHOWN:
            return
        gate, facts = case["gate"], case["facts"]
        if len(self.differing) <= SHRUNK:
            facts = self.shrunk(gate, rule, facts)
        _, differences = self.both(gate, rule, facts)
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{rule}.json"
        file.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        print(f"{case['name']}: {rule} differs in {file}")
        for effect, there, here in differences[:3]:
            print(f"  {effect}\n    opa   {json.dumps(there, sort_keys=True)}\n    ours  {json.dumps(here, sort_keys=True)}")
        sys.stdout.flush()

    def both(self, gate, rule, facts):
        """Whether both judged the rule, and what differs."""
        self.asked.stdin.write(json.dumps({"gate": gate, "facts": facts}).encode() + b"\n")
        self.asked.stdin.flush()
        ours = json.loads(self.asked.stdout.readline())
        theirs = self.opa.query(f"x := {self.queries[gate][rule]}", json.dumps(facts).encode())
        return rule in ours["judged"], differ(rule, theirs, ours["findings"])

    def shrunk(self, gate, rule, facts):
        """The facts without whatever the difference does not need: elements of lists first, then fields."""
        ends = time.monotonic() + 20
        for kind in (list, dict):
            for pointer in sorted(places(facts, kind), key=lambda path: (len(path), path), reverse=True):
                smaller = without(facts, pointer)
                if time.monotonic() > ends:
                    return facts
                if smaller is not None and all(self.both(gate, rule, smaller)):
                    facts = smaller
        return facts


def differ(rule, theirs, findings):
    """The elements that are not equal: effect, OPA's and ours."""
    ours = [finding for finding in findings if finding["rule"] == rule]
    differences = []
    for effect in SETS:
        there = {key(element, element): element for element in (theirs or {}).get(effect, [])}
        optional = [name for name in OPTIONAL if any(name in element for element in there.values())]
        here = {}
        for finding in (finding for finding in ours if finding["effect"] == effect):
            matches = [key(finding, {name: 1 for name in names}) for names in subsets(optional)]
            here[next((match for match in matches if match in there), matches[-1])] = finding
        differences += [(effect, there.get(one), here.get(one)) for one in sorted(there.keys() ^ here.keys())]
    return differences


def subsets(names):
    return [[name for place, name in enumerate(names) if bits >> place & 1] for bits in reversed(range(1 << len(names)))]


def key(finding, said):
    """All that is compared of a finding, as text; of what metadata can give, what the element says."""
    fields = {name: finding.get(name) for name in COMPARED}
    fields |= {name: finding.get(name) for name in OPTIONAL if said.get(name) is not None}
    fields["observed"], fields["threshold"] = fields["observed"] or {}, fields["threshold"] or {}
    fields["evidence"] = fields["evidence"] or []
    if fields["approval"]:
        fields["approval"] = {"group": fields["approval"].get("group"), "count": fields["approval"].get("count", 1)}
    return json.dumps(fields, sort_keys=True)


def places(value, kind, at=()):
    """Paths of all elements of lists, or of all fields."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        if isinstance(value, kind):
            yield at + (name,)
        yield from places(member, kind, at + (name,))


def without(facts, path):
    smaller = copy.deepcopy(facts)
    parent = smaller
    try:
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return smaller
