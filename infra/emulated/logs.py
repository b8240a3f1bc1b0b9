"""Reads what the functions logged: metrics for the operator, and nothing secret or personal."""

import json
import re

METRICS = {
    "SignIns", "CodesSent", "CodeFailures", "Locks", "Removals", "NoticesSent", "ColdStarts",
}
# What each line of a request or a notice says; the calls by name and duration.
MEMBERS = {"function", "outcome", "request_id", "calls", "cold"}
CALLS = re.compile(r"\w+ \d+ ms( \(failed\))?(, \w+ \d+ ms( \(failed\))?)*")



def check(session, stack, secrets):
    """Fails when a log line holds one of `secrets`, or a metric was never written."""
    lines = list(_lines(session.client("logs"), f"/aws/lambda/{stack}-"))
    for secret in secrets:
        told = [line for line in lines if secret in line]
        if told:
            raise SystemExit(f"{secret!r} is in the log: {told[0]}")
    parsed = [json.loads(line) for line in lines if line.startswith("{")]
    metrics = {name for line in parsed for name in _metrics(line, stack)}
    if not METRICS <= metrics:
        raise SystemExit(f"no metric {METRICS - metrics} among {metrics}")
    sent = {(line["channel"], line["country"]) for line in parsed if "CodesSent" in line}
    if sent != {("email", "-"), ("sms", "AU")}:
        raise SystemExit(f"codes were sent by other channels and to other countries: {sent}")
    answered = [line for line in parsed if line.get("message") == "answered"]
    notified = [line for line in parsed if line.get("message") == "notified"]
    for line in answered + notified:
        if not MEMBERS <= line.keys() or not line["function"] or not line["request_id"]:
            raise SystemExit(f"a line doesn't say all of {MEMBERS}: {line}")
        if line["calls"] and not CALLS.fullmatch(line["calls"]):
            raise SystemExit(f"calls without their durations: {line}")
    functions = {line["function"] for line in answered + notified}
    for name in functions:
        if not any(line["cold"] for line in answered + notified if line["function"] == name):
            raise SystemExit(f"no cold start of {name} is marked")
    if len(functions) != 8 or not all(line["route"] for line in answered):
        raise SystemExit(f"requests don't say their function and route: {functions}")
    print(f"  {len(lines)} lines, {len(answered)} requests, metrics {', '.join(sorted(metrics))}")


def _metrics(line, stack):
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
        if directive["Namespace"] == "twostep" and line["service"] == stack:
            yield from (metric["Name"] for metric in directive["Metrics"])


def _lines(logs, prefix):
    for group in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
        name = group["logGroupName"]
        for stream in logs.describe_log_streams(logGroupName=name)["logStreams"]:
            events = logs.get_log_events(
                logGroupName=name, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
            yield from (line for event in events for line in event["message"].splitlines())
