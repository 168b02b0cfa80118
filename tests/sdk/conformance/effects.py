"""The effect of every operation that writes or gives out a session."""

import effects_account
import effects_delegation
import effects_roles
import effects_users
from effects_account import FORGOTTEN, LATER

EFFECTS = {
    **effects_users.EFFECTS,
    **effects_roles.EFFECTS,
    **effects_account.EFFECTS,
    **effects_delegation.EFFECTS,
}

# What is read of an effect after a restart, where it is not what was read before.
RESTARTED = FORGOTTEN

# Operations that come one after the other, with a restart after each round.
ROUNDS = [sorted(EFFECTS.keys() - LATER), sorted(LATER)]
