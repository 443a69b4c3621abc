# SPDX-License-Identifier: Apache-2.0
import torch
from mmengine.runner import CheckpointLoader

from mmmetaformer.compat import safetensors_loader
from mmmetaformer.weights.publish import save_weights


def test_mmengine_loads_weights_and_config(tmp_path):
    metadata = {'format': 'pt', 'config': "model = dict(type='A')\n"}
    path = str(tmp_path / 'model.safetensors')
    save_weights({'a': torch.arange(3.0)}, path, metadata)
    checkpoint = CheckpointLoader.load_checkpoint(path, map_location='cpu')
    assert checkpoint['state_dict']['a'].tolist() == [0, 1, 2]
    assert checkpoint['meta']['cfg'] == metadata['config']


def test_other_files_are_still_loaded_with_torch(tmp_path):
    path = str(tmp_path / 'model.safetensors.pth')
    torch.save({'a': torch.ones(1)}, path)
    assert list(CheckpointLoader.load_checkpoint(path)) == ['a']


def test_second_install_changes_nothing():
    before = dict(CheckpointLoader._schemes)
    safetensors_loader.install()
    assert before == CheckpointLoader._schemes
