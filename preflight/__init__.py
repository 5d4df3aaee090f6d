"""An environment file held against the account it names, before anything is deployed."""

import clean_end
