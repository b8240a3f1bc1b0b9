"""Reads what the functions logged: metrics for the operator, and nothing secret or personal."""

import json

METRICS = {
    "SignIns", "CodesSent", "CodeFailures", "Locks", "Removals", "NoticesSent", "ColdStarts",
}
# What each line of a request or a notice says, and what it says of each AWS call.
MEMBERS = {"function", "outcome", "request_id", "calls", "cold"}
OF_A_CALL = {"service", "operation", "ms", "attempts", "outcome"}


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
        if not all(call.keys() == OF_A_CALL and call["ms"] >= 0 for call in line["calls"]):
            raise SystemExit(f"calls without {OF_A_CALL}: {line}")
    if not {"DynamoDB", "KMS", "SESv2", "SNS"} >= _services(answered + notified) > {"DynamoDB"}:
        raise SystemExit(f"calls of other services: {_services(answered + notified)}")
    functions = {line["function"] for line in answered + notified}
    for name in functions:
        if not any(line["cold"] for line in answered + notified if line["function"] == name):
            raise SystemExit(f"no cold start of {name} is marked")
    if len(functions) != 8 or not all(line["route"] for line in answered):
        raise SystemExit(f"requests don't say their function and route: {functions}")
    print(f"  {len(lines)} lines, {len(answered)} requests, metrics {', '.join(sorted(metrics))}")


def _services(lines):
    return {call["service"] for line in lines for call in line["calls"]}


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
