"""Who steps the simulation."""

from __future__ import annotations

from object_tracker_msgs.srv import Step
from object_tracker_sim.world.refusal import Refusal
from object_tracker_sim.world.sessions import Sessions, Turn

A, B = 11, 22


def take(sessions: Sessions, session: int, step: int, now: float) -> Turn | None:
    """Judge, and execute if that is the verdict; None: refused."""
    turn = sessions.judge(session, step, now)
    if isinstance(turn, Refusal):
        return None
    if turn is Turn.EXECUTE:
        sessions.accept(session, step, now)
    return turn


def refusal(sessions: Sessions, session: int, step: int, now: float) -> Refusal:
    turn = sessions.judge(session, step, now)
    assert isinstance(turn, Refusal)
    return turn


def reason(sessions: Sessions, session: int, step: int, now: float) -> str:
    return refusal(sessions, session, step, now).message


def is_others(sessions: Sessions, session: int, step: int, now: float) -> bool:
    return refusal(sessions, session, step, now).code == Step.Response.OTHER_CLIENT


def test_steps_in_order() -> None:
    sessions = Sessions(5.0)
    assert [take(sessions, A, step, 0.0) for step in range(4)] == [Turn.EXECUTE] * 4


def test_the_last_number_is_repeated() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    take(sessions, A, 1, 0.0)
    assert take(sessions, A, 1, 0.1) is Turn.REPEAT
    assert take(sessions, A, 1, 0.2) is Turn.REPEAT
    assert take(sessions, A, 2, 0.3) is Turn.EXECUTE


def test_any_other_number_is_refused() -> None:
    sessions = Sessions(5.0)
    for step in range(3):
        take(sessions, A, step, 0.0)
    for wrong in (0, 1, 4, 2**64 - 1):
        assert "it must be 3, or 2" in reason(sessions, A, wrong, 0.0)
    assert take(sessions, A, 3, 0.0) is Turn.EXECUTE


def test_a_refused_request_changes_nothing() -> None:
    """Judged but not accepted, for example because its commands were not finite."""
    sessions = Sessions(5.0)
    assert sessions.judge(A, 0, 0.0) is Turn.EXECUTE
    assert take(sessions, B, 0, 0.1) is Turn.EXECUTE


def test_zero_is_no_session() -> None:
    assert "session is 0" in reason(Sessions(5.0), 0, 0, 0.0)


def test_a_session_begins_with_step_0() -> None:
    assert "begins with step 0" in reason(Sessions(5.0), A, 1, 0.0)


def test_two_at_once() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    assert is_others(sessions, B, 0, 4.9)
    assert take(sessions, A, 1, 5.0) is Turn.EXECUTE
    assert is_others(sessions, B, 0, 9.9)


def test_a_repeated_request_is_a_sign_of_life() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    take(sessions, A, 0, 4.0)
    assert take(sessions, B, 0, 8.0) is None


def test_the_newcomers_asking_is_none() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    for now in (1.0, 2.0, 3.0, 4.0):
        assert take(sessions, B, 0, now) is None
    assert take(sessions, B, 0, 5.0) is Turn.EXECUTE


def test_after_a_takeover() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    assert take(sessions, B, 0, 5.0) is Turn.EXECUTE
    assert is_others(sessions, A, 1, 5.1)
    assert reason(sessions, A, 1, 99.0) == (
        "another client has taken this simulation over: begin a new session with step 0"
    )
    assert take(sessions, B, 1, 99.0) is Turn.EXECUTE


def test_a_takeover_begins_with_step_0() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    assert take(sessions, B, 1, 60.0) is None
    assert take(sessions, B, 0, 60.0) is Turn.EXECUTE


def test_a_goodbye_frees_the_simulation_at_once() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    sessions.leave(B)  # not its to give away
    assert is_others(sessions, B, 0, 0.1)
    sessions.leave(A)
    assert take(sessions, B, 0, 0.1) is Turn.EXECUTE
    sessions.leave(A)  # the goodbye was sent twice
    assert take(sessions, B, 1, 0.2) is Turn.EXECUTE
    assert is_others(sessions, A, 1, 0.3)


def test_after_its_goodbye_a_session_can_begin_again() -> None:
    sessions = Sessions(5.0)
    take(sessions, A, 0, 0.0)
    sessions.leave(A)
    assert refusal(sessions, A, 1, 0.1).code == Step.Response.OUT_OF_ORDER
    assert take(sessions, A, 0, 0.1) is Turn.EXECUTE
