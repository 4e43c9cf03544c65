"""A trainer and workers that find each other through S3, and the programs for that killed meanwhile."""

from __future__ import annotations

import os
import re
import signal
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from .launched import Launched, launched

sys.path.insert(0, str(Path(__file__).parents[3] / "object_tracker_agent" / "test"))
from s3_server import BUCKET, S3Server, s3_server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
PREFIX = "found/here"
KILLED = "was killed by SIGKILL, perhaps for want of memory; starting it again"
URI = f"s3_uri:=s3://{BUCKET}/{PREFIX}"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


def kill(launch: Launched, program: str) -> None:
    (pid,) = [pid for pid, command in launch.processes().items() if re.search(rf"/{program}( |$)", command)]
    os.kill(pid, signal.SIGKILL)


def test_the_announcement_outlives_its_program(tmp_path, tiny, s3):
    """Also a trainer without workers: it waits for theirs."""
    secret, said = uuid.uuid4().hex, "workers find this training through"
    words = (f"preset:={tiny}", "workers:=0", URI, "advertise:=127.0.0.1", f"output_dir:={tmp_path}/run")
    with launched(
        tmp_path, "distributed_training.launch.py", *words, OBJECT_TRACKER_SECRET=secret
    ) as training:
        training.wait_for(said)
        kill(training, "announce_training")
        training.wait_for(f"announce_training {KILLED}")
        training.wait_for(said, times=2)
        client = s3.client()
        assert client.head_object(Bucket=BUCKET, Key=f"{PREFIX}/ip/done")
        training.ctrl_c()
        assert training.wait() == 0
        training.wait_until_gone(15)
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"{PREFIX}/ip/")
    assert listed["KeyCount"] == 0
    assert secret not in training.output


def test_a_search_that_is_killed_goes_on_and_ends_in_time(tmp_path, s3):
    secret = uuid.uuid4().hex
    nowhere = f"s3_uri:=s3://{BUCKET}/nobody"
    with launched(
        tmp_path, "rollout.launch.py", nowhere, "timeout:=8", OBJECT_TRACKER_SECRET=secret
    ) as rollout:
        waiting = "waiting for the training at s3://robots/nobody/ip/: ip/done is not there"
        rollout.wait_for(waiting)
        kill(rollout, "find_training")
        rollout.wait_for(f"find_training {KILLED}")
        rollout.wait_for(waiting, times=2)
        assert rollout.wait() == 1
        reason = "ip/done is not there: no trainer has said that it can be reached"
        assert f"error: waited 8 s for a training at s3://robots/nobody/ip/, but {reason}" in rollout.output
        rollout.wait_until_gone(15)
