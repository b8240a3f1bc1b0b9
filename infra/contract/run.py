"""Holds the running API to infra/openapi.json: Schemathesis asks, the local stack answers.

`.ci/schemathesis` prepares the tools and calls this. Several runs, each with a stack of its own
that is started and stopped here. In four of them Schemathesis makes up the requests: with the
session of a Full Access user, without any session, with that of a Standard user, and with one
whose code was passed too long ago. The last, refusals.py, brings about what chance doesn't meet.

A run fails on a 5xx that isn't brought about, on an answer that the document doesn't describe,
and when an operation that could have succeeded never did, as then little was really looked at.
In the end every problem that the document lists for an operation must have been met there, and
the gateway's own answer wherever it is listed.

Usage: run.py SCHEMATHESIS STACK_PROGRAM WORK_DIRECTORY
"""

import collections
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent / "openapi.json"
ALL_PHASES = "examples,coverage,fuzzing"
# Stands in a command for where the stack will be.
STACK_URL = "{stack}"

READS = {"getSession", "listMethods", "getWhitelist", "listDevices", "listActivity"}
# The runs with requests that are made up: how many per operation, in which phases, and what can
# succeed (None: everything).
RUNS = {
    "full-access": (16, ALL_PHASES, None),
    "nobody": (24, ALL_PHASES,
               {"logIn", "logOut", "requestChallenge", "validateCode", "enrollMethod"}),
    "standard": (12, "fuzzing", READS | {"setWhitelist", "setPrimaryMethod", "logOut"}),
    "long-signed-in": (12, "fuzzing", READS | {"listUsers", "getAlerts", "logOut"}),
}
# Problems that can't be brought about from outside.
NEVER_MET = {
    ("requestChallenge", "destination_not_allowed"):
        "for a number whose country was taken off the list after it was enabled: a new deployment",
    ("setWhitelist", "no_method_enabled"):
        "a session ends in the same write as its user's last method",
    ("setAlerts", "conflict"):
        "only a session that is used up in the middle of the request, twelve times over",
}


@contextlib.contextmanager
def stack(program, log):
    """Runs the local stack on a free port; yields its URL; stops it."""
    with open(log, "w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [program, "--port", "0"], stdout=subprocess.PIPE, stderr=errors, text=True,
        )
        try:
            for line in process.stdout:
                if line.startswith("listening on "):
                    yield line.removeprefix("listening on ").strip()
                    break
            else:
                raise SystemExit(f"the local stack didn't start, see {log}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)


def ask(command, run, program, work):
    """One run; returns whether it found nothing, and the answers."""
    asked = work / f"{run}.asked"
    asked.unlink(missing_ok=True)
    start = time.monotonic()
    with stack(program, work / f"{run}.log") as url:
        environment = {**os.environ, "STACK": url, "RUN": run, "ASKED": str(asked),
                       "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
        print(f"== {run}", flush=True)
        found = subprocess.run([url if part is STACK_URL else part for part in command],
                               env=environment, cwd=work, check=False)
    print(f"== {run}: {time.monotonic() - start:.0f} s", flush=True)
    answers = [line.rstrip("\n").split(" ") for line in asked.read_text().splitlines()]
    return found.returncode == 0, answers


def operations():
    paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    return [operation["operationId"] for path in paths.values() for operation in path.values()]


def documented():
    """Every problem that the document lists, and the gateway's answer, with its operation."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    shared = document["components"]["responses"]
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                if "$ref" not in response:
                    continue
                content = shared[response["$ref"].split("/")[-1]]["content"]
                if "application/json" in content:
                    yield operation["operationId"], "no_route"
                if "application/problem+json" in content:
                    _, narrowed = content["application/problem+json"]["schema"]["allOf"]
                    for code in narrowed["properties"]["code"]["enum"]:
                        yield operation["operationId"], code


def unmet(met):
    """What is wrong with the problems that were met, as texts."""
    listed = set(documented())
    for pair in sorted(listed - met - NEVER_MET.keys()):
        yield "documented but never met: {}, {}".format(*pair)
    for pair in sorted(NEVER_MET.keys() - (listed - met)):
        yield "met after all, or documented no longer: {}, {}".format(*pair)
    print(f"== {len(met & listed)} of {len(listed)} documented refusals were met; never:")
    for (operation, code), reason in NEVER_MET.items():
        print(f"  {operation}, {code}: {reason}")


def report(answers, could_succeed):
    """Prints what was answered how often; returns the operations that never succeeded."""
    statuses = collections.defaultdict(collections.Counter)
    for operation, status, _ in answers:
        statuses[operation][status] += 1
    for operation in operations():
        counts = ", ".join(f"{n} × {status}" for status, n in sorted(statuses[operation].items()))
        print(f"  {operation:<18} {counts}")
    return [
        operation for operation in operations()
        if (could_succeed is None or operation in could_succeed)
        and not any(status.startswith("2") for status in statuses[operation])
    ]


def main(schemathesis, program, work):
    failed, met = [], set()

    def run(name, command, could_succeed):
        clean, answers = ask(command, name, program, work)
        never = report(answers, could_succeed)
        met.update((operation, code) for operation, _, code in answers if code)
        if not clean:
            failed.append(f"{name}: something was found, see above")
        if never:
            failed.append(f"{name}: never answered with success: {', '.join(never)}")

    for name, (requests, phases, could_succeed) in RUNS.items():
        command = [
            schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", str(DOCUMENT),
            "--url", STACK_URL, "--max-examples", str(requests), "--phases", phases,
            "--warnings", "off",
        ]
        run(name, command, could_succeed)
    python = str(pathlib.Path(schemathesis).with_name("python"))
    run("refusals", [python, str(HERE / "refusals.py")], set())
    failed.extend(unmet(met))
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve())
