"""What holds for the tests of all packages."""

import signal

# A run started in the background by a script, as CI does it, ignores SIGINT from birth, and so would every program
# that a test starts. A handler of our own is not handed down: what we start has the default again.
signal.signal(signal.SIGINT, signal.default_int_handler)
