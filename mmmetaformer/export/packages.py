# SPDX-License-Identifier: Apache-2.0
"""The packages of the extra `export`."""

import importlib.util

from mmmetaformer.errors import ConfigError

__all__ = ['ONNX_PACKAGES', 'need_packages']

#: What writing and checking an ONNX file imports.
ONNX_PACKAGES = ('onnx', 'onnxscript', 'onnxruntime')


def need_packages() -> None:
    """Refuse to go on without the packages that ONNX files need.

    Raises:
        ConfigError: One is not installed.
    """
    missing = [n for n in ONNX_PACKAGES if importlib.util.find_spec(n) is None]
    if missing:
        raise ConfigError(
            f'ONNX files need {" and ".join(missing)}, not installed here: '
            "pip install 'mmmetaformer[export]'"
        )
