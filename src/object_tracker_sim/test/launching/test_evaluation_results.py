"""Where an evaluation's results go is settled before anything starts."""

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.launching.evaluation import results_folder


def test_a_file_is_no_folder(tmp_path):
    file = tmp_path / "results"
    file.touch()
    with pytest.raises(UserError, match="is a file; name a folder"):
        results_folder(str(file), None)


def test_a_given_folder_is_taken_as_it_is(tmp_path):
    assert results_folder(str(tmp_path / "new"), None) == tmp_path / "new"


def test_without_a_run_they_go_to_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = results_folder(None, None)
    assert folder.parent == tmp_path
    assert folder.name.startswith("evaluation-")
