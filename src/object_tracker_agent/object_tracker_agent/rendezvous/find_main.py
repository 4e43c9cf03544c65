"""Program ``find_training``: waits for a training elsewhere and writes down what a simulation must know."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.rendezvous.search import Search
from object_tracker_agent.security import find_secret
from object_tracker_agent.storage import S3Prefix
from object_tracker_agent.training.messages import RunMessage
from object_tracker_agent.training.names import WORLD_NAME
from object_tracker_agent.training.redis_access import BY_SECRET, RedisAccess


@dataclass(frozen=True)
class FindArguments:
    """Wait for a training, in a Redis or under an S3 prefix; write its address, world, arenas, image size."""

    output: str = option("the JSON file to write")
    redis_url: str = option("the training's Redis", "")
    s3_uri: str = option("s3://bucket/prefix of the training, if its Redis is not known", "")
    secret_file: str = option("file of mode 0600 with the secret", "")
    redis_ca: str = option("whose certificate the Redis shows", BY_SECRET)
    insecure: bool = option("allow a Redis of another machine without TLS or secret", False)
    world: str = option("the world to be used here; by default the training's", "")
    timeout: float = option("how long to wait [s]", 600.0)


def find(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(FindArguments, "find_training", arguments)
    secret = find_secret(options.secret_file, os.environ)
    stop = Stop().install()
    search = Search(stop, secret, options.redis_ca, options.insecure)
    if options.redis_url:
        place: RedisAccess | S3Prefix = RedisAccess(
            options.redis_url, secret, options.redis_ca, options.insecure
        )
    else:
        place = S3Prefix(options.s3_uri)
    found = search.wait(place, time.monotonic() + options.timeout, options.timeout)
    if found is None:
        return 1  # a stop was asked for
    access, message = found
    preset = message.load_preset()
    answer = {
        "redis_url": access.url,
        "world": options.world or world_of(message),
        "arenas": message.arenas,
        "camera_height": preset.observation.camera_height,
        "camera_width": preset.observation.camera_width,
    }
    replace_file(Path(options.output), json.dumps(answer).encode())
    print(f"joins the training {message.run_id} ({preset.name}) at {access.url}", flush=True)
    return 0


def world_of(message: RunMessage) -> str:
    """Return the training's world. Raises UserError if it is a file of another machine."""
    if not WORLD_NAME.fullmatch(message.world):
        raise UserError(
            f"the training's world is the file {message.world} of its own machine, which does not"
            " come with it; copy the file here and give its path, world:=PATH"
        )
    return message.world


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(find, arguments)


if __name__ == "__main__":
    sys.exit(main())
