"""Holds the running API to infra/openapi.json: Schemathesis asks, the local stack answers.

`.ci/schemathesis` prepares the tools and calls this. Two runs, each with a stack of its own that
is started and stopped here: with the session of a Full Access user, and without any session. A
run fails on a 5xx, on an answer that the document doesn't describe, and when an operation that
could have succeeded never did, as then little was really looked at.

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

# The runs: generated requests per operation, apart from those that cover the schema
# systematically, and what can succeed (None: everything).
RUNS = {
    "full-access": (24, None),
    "nobody": (24, {"logIn", "logOut", "requestChallenge", "validateCode", "enrollMethod"}),
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


def ask(schemathesis, url, run, requests, work):
    """One run; returns whether Schemathesis found nothing, and the answers."""
    asked = work / f"{run}.asked"
    asked.unlink(missing_ok=True)
    environment = {**os.environ, "STACK": url, "RUN": run, "ASKED": str(asked),
                   "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(
        [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", DOCUMENT,
         "--url", url, "--max-examples", str(requests), "--warnings", "off"],
        env=environment, cwd=work, check=False,
    )
    answers = [line.rstrip("\n").split(" ") for line in asked.read_text().splitlines()]
    return found.returncode == 0, answers


def operations():
    paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    return [operation["operationId"] for path in paths.values() for operation in path.values()]


def report(run, answers, could_succeed):
    """Prints what was answered how often; returns the operations that never succeeded."""
    statuses = collections.defaultdict(collections.Counter)
    for operation, status, _ in answers:
        statuses[operation][status] += 1
    for operation in operations():
        counts = ", ".join(f"{n} × {status}" for status, n in sorted(statuses[operation].items()))
        print(f"  {operation:<18} {counts}")
    codes = sorted({code for *_, code in answers if code})
    print(f"== {run}: {len(answers)} requests to {len(statuses)} operations;",
          f"problems seen: {', '.join(codes)}", flush=True)
    return [
        operation for operation in operations()
        if (could_succeed is None or operation in could_succeed)
        and not any(status.startswith("2") for status in statuses[operation])
    ]


def main(schemathesis, program, work):
    failed = []
    for run, (requests, could_succeed) in RUNS.items():
        start = time.monotonic()
        with stack(program, work / f"{run}.log") as url:
            clean, answers = ask(schemathesis, url, run, requests, work)
        never = report(run, answers, could_succeed)
        print(f"== {run}: {time.monotonic() - start:.0f} s", flush=True)
        if not clean:
            failed.append(f"{run}: Schemathesis found something, see above")
        if never:
            failed.append(f"{run}: never answered with success: {', '.join(never)}")
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve())
