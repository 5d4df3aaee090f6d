"""What ends a command of the rehearsal in one line, in place of a traceback."""

from rehearsal.aws import AWS_ERRORS
from rehearsal.errors import RehearsalError
from rehearsal.parts import PartError
from settings import SettingsError

EXPECTED: tuple[type[Exception], ...] = (RehearsalError, PartError, SettingsError, OSError, *AWS_ERRORS)
