# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a config or with the words after --cfg-options."""

from config_key_mutations import ARGUMENTS, OLD_KEYS, TYPOS
from config_value_mutations import BROKEN, VALIDATION, VALUES

CONFIGS = OLD_KEYS + TYPOS + ARGUMENTS + VALUES + BROKEN + VALIDATION
