"""Deploys the built stack to the AWS emulator on loopback and takes users through it.

`.ci/deploy-emulated` prepares the tools and calls this; everything started here is ended here.

Usage: run.py WORK_DIRECTORY, after `sam build`; `sam` and `cargo` must be on the PATH.
"""

import contextlib
import os
import pathlib
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import boto3

import adapt
import control
import gateway
import logs
import parameters
import seed
import template
from journey import Journey

BUILT = pathlib.Path(".aws-sam/build/template.yaml")
STACK = "twostep-dev"  # of environment dev in infra/samconfig.toml
REGION = "ap-southeast-2"
ORIGIN = "https://app.example.com"


@contextlib.contextmanager
def emulator(work):
    """Runs the emulator on a free loopback port; yields the port; ends it and its functions."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "TMPDIR": str(work),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # roles and their policies are enforced
        "IOT_MTLS_ENABLED": "0",
        **credentials(port),  # the functions inherit the endpoint
    }
    with open(work / "emulator.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )
    try:
        wait_until_ready(process, port)
        yield port
    finally:
        # The functions are processes of the emulator's own session.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def free_port():
    """A loopback port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def credentials(port):
    """Environment of an AWS client that talks to the emulator as its account's root."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "SAM_CLI_TELEMETRY": "0",
    }


def wait_until_ready(process, port):
    """Returns once the emulator answers; fails when it ends or takes a minute."""
    for _ in range(120):
        if process.poll() is not None:
            raise SystemExit("the emulator ended at once, see emulator.log")
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=5):
                return
        time.sleep(0.5)
    raise SystemExit("the emulator did not answer within a minute, see emulator.log")


def deploy(port, adapted, **overrides):
    """`sam deploy` of the adapted template as environment dev, with some parameters replaced."""
    given = {
        "Architecture": platform.machine().replace("aarch64", "arm64"),
        "AllowedOrigins": ORIGIN,
        "EmailFromAddress": "no-reply@example.com",
        **overrides,
    }
    return subprocess.run(
        ["sam", "deploy", "--template-file", adapted, "--config-env", "dev",
         "--config-file", os.path.abspath("infra/samconfig.toml"),
         "--parameter-overrides", *[f"{name}={value}" for name, value in given.items()]],
        env={**os.environ, **credentials(port)}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )


def refuse_wrong_parameter(port, adapted):
    """A wildcard origin must be refused, in words that help."""
    refused = deploy(port, adapted, AllowedOrigins="*")
    if refused.returncode == 0 or "no * wildcard" not in refused.stdout:
        raise SystemExit(f"a wildcard origin was not refused helpfully:\n{refused.stdout}")


def timed(name, work, *arguments):
    """Runs one part, says how long it took and returns what it returned."""
    print(f"== {name}", flush=True)
    start = time.monotonic()
    result = work(*arguments)
    print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)
    return result


def main(work):
    """Adapts, refuses, deploys, completes the API, seeds, runs the journey, reads logs, controls."""
    adapted = BUILT.with_name("emulated.json")
    timed("adapt a copy of the template to the emulator", adapt.main, BUILT, adapted)
    with emulator(work) as port:
        session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
        )
        os.environ.update(credentials(port))
        source = template.load("template.yaml")
        timed("refuse wrong parameters", parameters.refuse, session, source)
        timed("refuse one on the way through SAM", refuse_wrong_parameter, port, adapted)
        deployed = timed("deploy", deploy, port, adapted)
        if deployed.returncode != 0:
            raise SystemExit(deployed.stdout)
        api_id = timed(
            "routes and CORS", gateway.complete, session, template.load(BUILT), STACK, [ORIGIN]
        )
        people = timed("seed keyring, practice and users", seed.seed, session, STACK)
        journey = Journey(port, api_id, ORIGIN, **people)
        timed("journey", journey.run)
        timed("logs and metrics", logs.check, session, STACK, journey.secrets)
        timed("control: a permission less, and it fails", control.run, session, STACK, journey)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
