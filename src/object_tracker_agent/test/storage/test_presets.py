"""Presets in S3: YAML is read, Python code is reported and never run."""

from __future__ import annotations

import pytest
from s3_server import BUCKET

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.storage import NotThereError, S3Prefix

URI = f"s3://{BUCKET}/tracker/one/presets"


def test_a_preset_is_read_and_code_beside_it_reported(
    prefix: S3Prefix, capsys: pytest.CaptureFixture[str]
) -> None:
    approach = load_preset("approach")
    prefix.create("presets/mine.yaml", approach.to_yaml().encode())
    prefix.create("presets/preset.py", b"raise SystemExit('run')")
    prefix.create("environments/env.py", b"raise SystemExit('run')")
    assert load_preset(f"{URI}/mine.yaml") == approach
    said = capsys.readouterr().err
    assert f"{URI}/preset.py is Python code: it is not run" in said
    assert "environments/env.py is Python code" in said


def test_what_is_no_preset_is_refused_in_one_line(prefix: S3Prefix) -> None:
    prefix.create("presets/preset.py", b"raise SystemExit('run')")
    prefix.create("presets/bad.yaml", b"name: [")
    prefix.create("presets/binary.yaml", b"\xff\xfe")
    for name, reason in (
        ("preset.py", "is Python code, which is not run"),
        ("preset", "is not a preset's file"),
        ("bad.yaml", "presets/bad.yaml"),
        ("binary.yaml", "not UTF-8"),
    ):
        with pytest.raises(UserError, match=reason) as caught:
            load_preset(f"{URI}/{name}")
        assert "\n" not in str(caught.value)
    with pytest.raises(NotThereError):
        load_preset(f"{URI}/none.yaml")
