"""What holds for the tests of all packages."""

import signal

from hypothesis import settings

# A run started in the background by a script, as CI does it, ignores SIGINT from birth, and so would every
# program that a test starts. A handler of our own is not handed down: what we start has the default again.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says nothing on a machine that does other things as well.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
