"""`ros2 launch`: what actions do, what is printed, how it ends."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest


def lines_of(result):
    return result.stdout.splitlines()


def test_show_arguments(ros2):
    body = """actions = [
        DeclareLaunchArgument('mode', default_value='fast', choices=['fast', 'slow'],
                              description='The mode.'),
        DeclareLaunchArgument('plain', default_value=''),
        DeclareLaunchArgument('needed')]"""
    result = ros2.launch(body, "--show-args")
    assert result.returncode == 0
    assert result.stdout == (
        "Arguments (pass arguments as '<name>:=<value>'):\n"
        "\n    'mode':\n        The mode. Valid choices are: ['fast', 'slow']\n        (default: 'fast')\n"
        "\n    'plain':\n        no description given\n        (default: '')\n"
        "\n    'needed':\n        no description given\n"
    )


def test_arguments_reach_functions_and_substitutions(ros2):
    body = """
def show(context, *args, **kwargs):
    print('seen', dict(context.launch_configurations), args, kwargs, context.argv)
    return [LogInfo(msg=['mode is ', LaunchConfiguration('mode')])]
actions = [DeclareLaunchArgument('mode', default_value='fast'),
           DeclareLaunchArgument('other', default_value='o'),
           OpaqueFunction(function=show, args=[1], kwargs={'k': 2})]"""
    result = ros2.launch(body, "mode:=a", "mode:=slow", "undeclared:=x:=y")
    assert result.returncode == 0
    assert "seen {'mode': 'slow', 'undeclared': 'x:=y', 'other': 'o'} (1,) {'k': 2} " in result.stdout
    assert "['mode:=a', 'mode:=slow', 'undeclared:=x:=y']" in result.stdout
    assert "[INFO] [launch.user]: mode is slow" in lines_of(result)


def test_package_and_file_name(ros2):
    ros2.launch_file("actions = [LogInfo(msg='here')]", "some.launch.py")
    result = ros2.run("launch", "pkg", "some.launch.py")
    assert (result.returncode, lines_of(result)[-1]) == (0, "[INFO] [launch.user]: here")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "actions = [DeclareLaunchArgument('mode', default_value='fast', choices=['fast', 'slow'])]",
            "Argument \"mode\" provided value \"medium\" is not valid. Valid options are: ['fast', 'slow']",
        ),
        (
            "actions = [DeclareLaunchArgument('needed')]",
            "Included launch description missing required argument 'needed'"
            " (description: 'no description given'), given: [mode]",
        ),
        ("def no(context): raise ValueError('not so')\nactions = [OpaqueFunction(function=no)]", "not so"),
        ("actions = [LogInfo(msg=FindPackageShare('nopkg'))]", "\"package 'nopkg' not found, searching: "),
        (
            "actions = [Node(package='pkg', executable='none')]",
            "executable 'none' not found on the libexec directory ",
        ),
    ],
)
def test_an_error_is_one_line_and_status_1(ros2, body, message):
    result = ros2.launch(body, "mode:=medium")
    assert result.returncode == 1
    last = lines_of(result)[-1]
    assert last.startswith(
        f"[ERROR] [launch]: Caught exception in launch (see debug for traceback): {message}"
    )
    assert "Traceback" not in result.stdout + result.stderr


def test_lines_of_a_process(ros2):
    body = """actions = [ExecuteProcess(cmd=['sh', '-c', 'echo out; echo err >&2; printf tail; exit 3'],
                                        name='x', output='screen'),
                         ExecuteProcess(cmd=['sh', '-c', 'echo hidden; echo err >&2'])]"""
    result = ros2.launch(body)
    assert result.returncode == 0  # nobody asked for more
    lines = lines_of(result)
    assert {"[x-1] out", "[x-1] err", "[x-1] tail", "[sh-2] err"} <= set(lines)
    assert "[sh-2] hidden" not in lines
    assert re.search(r"^\[INFO\] \[x-1\]: process started with pid \[\d+\]$", result.stdout, re.M)
    assert re.search(
        r"^\[ERROR\] \[x-1\]: process has died \[pid \d+, exit code 3, cmd 'sh -c ", result.stdout, re.M
    )
    assert re.search(r"^\[INFO\] \[sh-2\]: process has finished cleanly \[pid \d+\]$", result.stdout, re.M)
    (folder,) = re.findall(r"All log files can be found below (.*)", result.stdout)
    assert "hidden" in Path(folder, "launch.log").read_text()


def test_environment_and_prefix_of_a_process(ros2):
    script = "echo $A $B $0"
    body = f"""actions = [
        SetEnvironmentVariable('A', 'a'),
        ExecuteProcess(cmd=['sh', '-c', '{script}'], prefix='env B=b', output='screen', name='p',
                       additional_env={{'A': 'aa'}})]"""
    assert "[p-1] aa b sh" in lines_of(ros2.launch(body))


def test_node(ros2):
    body = """actions = [Node(package='pkg', executable='say', name='n', exec_name='label', output='screen',
                          arguments=['--x', LaunchConfiguration('v')], ros_arguments=['-p', 'q:="1"'],
                          additional_env={'PYTHONUNBUFFERED': '1'})]"""
    (line,) = [line for line in lines_of(ros2.launch(body, "v:=7")) if line.startswith("[label-1] args")]
    words = eval(line.removeprefix("[label-1] args "))
    assert words[:5] == ["--x", "7", "--ros-args", "-p", 'q:="1"']
    assert words[5:] == ["--ros-args", "-r", "__node:=n"]


def test_a_group_keeps_its_changes_to_itself(ros2):
    inner = ros2.launch_file("actions = [DeclareLaunchArgument('a', default_value='x')]", "inner.launch.py")
    body = f"""
import os
def show(context):
    print('sees', dict(context.launch_configurations), os.environ.get('V'))
path = PathJoinSubstitution([FindPackageShare('pkg'), 'launch', 'inner.launch.py'])
include = IncludeLaunchDescription(PythonLaunchDescriptionSource(path), launch_arguments={{'a': '1'}}.items())
plain = IncludeLaunchDescription(PythonLaunchDescriptionSource({str(inner)!r}), launch_arguments=[('b', '2')])
actions = [GroupAction([SetEnvironmentVariable('V', 'v'), include, OpaqueFunction(function=show)]),
           OpaqueFunction(function=show), plain, OpaqueFunction(function=show)]"""
    seen = [line for line in lines_of(ros2.launch(body)) if line.startswith("sees")]
    assert seen == ["sees {'a': '1'} v", "sees {} None", "sees {'b': '2', 'a': 'x'} None"]


def test_a_handler_that_raises_fails_the_launch_and_ends_the_rest(ros2):
    body = """
def ended(event, context):
    if context.is_shutdown: return None
    raise RuntimeError(f'{event.process_name} ended with {event.returncode}')
p = ExecuteProcess(cmd=['sh', '-c', 'exit 4'], name='p')
q = ExecuteProcess(cmd=['sleep', '100'])
actions = [q, p, RegisterEventHandler(OnProcessExit(target_action=p, on_exit=ended)),
           RegisterEventHandler(OnProcessExit(target_action=q, on_exit=ended))]"""
    result = ros2.launch(body)
    assert result.returncode == 1
    assert "Caught exception in launch (see debug for traceback): p-2 ended with 4" in result.stdout
    assert "[INFO] [sleep-1]: sending signal 'SIGINT' to process[sleep-1]" in lines_of(result)
    assert re.search(
        r"\[sleep-1\]: process has died \[pid \d+, exit code -2, cmd 'sleep 100'\]", result.stdout
    )


@pytest.mark.parametrize(
    "action", ["EmitEvent(event=ShutdownEvent(reason='done'))", "Shutdown(reason='done')"]
)
def test_shutdown(ros2, action):
    body = f"""
p = ExecuteProcess(cmd=['true'], name='p')
actions = [ExecuteProcess(cmd=['sleep', '100']), p,
           RegisterEventHandler(OnProcessExit(target_action=p, on_exit=[{action}]))]"""
    result = ros2.launch(body)
    assert result.returncode == 0
    assert "[INFO] [sleep-1]: sending signal 'SIGINT' to process[sleep-1]" in lines_of(result)
    required = "[INFO] [launch]: process[p-2] was required: shutting down launched system"
    assert (required in lines_of(result)) == action.startswith("Shutdown")


def test_ctrl_c_once_and_again(ros2, read_until):
    body = """actions = [ExecuteProcess(
        cmd=['sh', '-c', 'trap "sleep 1; echo in order; exit 0" INT; echo up; while :; do sleep 0.05; done'],
        name='p', output='screen')]"""
    process = ros2.start("launch", str(ros2.launch_file(body)))
    read_until(process, "[p-1] up")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "[WARNING] [launch]: user interrupted with ctrl-c (SIGINT)\n" in out
    assert "[WARNING] [launch]: user interrupted with ctrl-c (SIGINT) again, ignoring...\n" in out
    assert "[p-1] in order" in out


def test_a_stubborn_process_gets_sigterm(ros2, read_until):
    body = """actions = [ExecuteProcess(
        cmd=['sh', '-c', 'trap "" INT; echo up; while :; do sleep 0.05; done'], name='p', output='screen')]"""
    process = ros2.start("launch", str(ros2.launch_file(body)))
    read_until(process, "[p-1] up")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert (
        "[ERROR] [p-1]: process[p-1] failed to terminate '5' seconds after receiving 'SIGINT',"
        " escalating to 'SIGTERM'\n[INFO] [p-1]: sending signal 'SIGTERM' to process[p-1]\n"
    ) in out


@pytest.mark.stand_in_only
def test_sigterm_takes_the_processes_along(ros2, read_until):
    script = "echo pid $$; exec sleep 100"
    body = f"actions = [ExecuteProcess(cmd=['sh', '-c', '{script}'], name='p', output='screen')]"
    process = ros2.start("launch", str(ros2.launch_file(body)))
    pid = int(read_until(process, "[p-1] pid")[-1].split()[-1])
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.stand_in_only
@pytest.mark.parametrize(
    "line",
    [
        "from launch.actions import TimerAction",
        "from launch.conditions import IfCondition",
        "from launch import LaunchService",
        "from launch_ros.actions import ComposableNodeContainer",
        "import launch_ros.descriptions",
        "ExecuteProcess(cmd=['true'], respawn=True)",
        "Node(package='pkg', executable='say', output={'both': 'screen'})",
        "Node(package='pkg', executable='say', parameters=[{}])",
        "from launch_ros.parameter_descriptions import ParameterValue",
        "GroupAction([], scoped=False)",
    ],
)
def test_what_is_missing_says_that_it_needs_the_real_package(ros2, line):
    result = ros2.launch(f"{line}\nactions = []")
    assert result.returncode == 1
    assert (
        "is not in the embedded stand-in for `ros2 launch`: it needs the real package" in lines_of(result)[-1]
    )


@pytest.mark.stand_in_only
def test_a_reader_that_goes_does_not_stop_the_launch(ros2, read_until):
    script = "echo up; sleep 0.5; echo more; sleep 0.2; touch done"
    body = f"actions = [ExecuteProcess(cmd=['sh', '-c', '{script}'], name='p', output='screen')]"
    process = ros2.start("launch", str(ros2.launch_file(body)))
    read_until(process, "[p-1] up")
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert (ros2.folder / "done").exists()
