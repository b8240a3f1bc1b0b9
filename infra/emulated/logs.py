"""Reads what the functions logged: metrics for the operator, and nothing secret or personal."""

import json

METRICS = {"SignIns", "CodesSent", "CodeFailures", "Removals", "NoticesSent", "ColdStarts"}


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
    answered = [line for line in parsed if line.get("message") == "answered"]
    if not any(line["cold"] for line in answered) or not all(line["route"] for line in answered):
        raise SystemExit("requests don't say their route and whether they started cold")
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
