"""One look at the account: a promise of the file, and what is not as it says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from preflight.account import Account
from preflight.errors import DeniedError, MissingError, NotAskedError, NotTriedError
from settings import Settings
from verify.finding import Finding


@dataclass(frozen=True)
class Look:
    """What the file promises of the account.

    Attributes:
        what: The promise, as a sentence.
        fix: What to do where it does not hold.
        problems: Yields what is not as the file says, each with its path in the file. Raises NotAskedError where the
            file has nothing of the kind, and NotTriedError where it cannot be looked at.
    """

    what: str
    fix: str
    problems: Callable[[Settings, Account], Iterable[str]]

    def __call__(self, settings: Settings, account: Account) -> Finding | None:
        """Look; None where the file has nothing of the kind.

        Raises:
            PreflightError: If the account cannot be asked.
        """
        try:
            return Finding(self.what, problems=[*self.problems(settings, account)], fix=self.fix)
        except NotAskedError:
            return None
        except (NotTriedError, MissingError) as reason:
            return Finding(self.what, not_tried=str(reason))
        except DeniedError as denied:
            return Finding(self.what, not_tried=f"these credentials may not call {denied}")
