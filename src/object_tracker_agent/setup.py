from setuptools import find_packages, setup

package_name = "object_tracker_agent"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test", "test.*"]),
    package_data={
        "object_tracker_agent.presets": ["*.yaml"],
        "object_tracker_agent.ros": ["*.xml"],
        "object_tracker_agent.shipped": ["*/*"],
    },
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="Object Tracker developers",
    maintainer_email="object-tracker@example.com",
    description="Reinforcement learning of a robot that drives to another by what its camera sees.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "trainer = object_tracker_agent.training.trainer_main:main",
            "rollout_worker = object_tracker_agent.training.worker_main:main",
            "benchmark = object_tracker_agent.benchmark.main:main",
            "export_sb3 = object_tracker_agent.export.export_sb3_main:main",
            "account = object_tracker_agent.account.account_main:main",
            "await_end = object_tracker_agent.runs.wait_main:main",
            "announce_training = object_tracker_agent.rendezvous.announce_main:main",
            "find_training = object_tracker_agent.rendezvous.find_main:main",
            "make_secret = object_tracker_agent.security.make_secret_main:main",
            "load_test = object_tracker_agent.load_test.main:main",
            "status = object_tracker_agent.status.main:main",
            "evaluate = object_tracker_agent.evaluation.evaluate_main:main",
            "upload_checkpoint = object_tracker_agent.storage.upload_main:main",
        ],
    },
)
