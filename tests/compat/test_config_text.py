# SPDX-License-Identifier: Apache-2.0
from mmengine.config import Config

from mmmetaformer.compat import config_text


def test_the_same_text_is_formatted_once(monkeypatch):
    cfg = Config(dict(model=dict(type='A', depth=3), values=[1, 2]))
    calls = []
    before = cfg.pretty_text

    def format_code(text, style_config):
        calls.append(text)
        return f'{text}# {len(calls)}', True

    monkeypatch.setattr(
        config_text._module(), 'FormatCode', config_text._remembering(format_code)
    )
    texts = [cfg.pretty_text for _ in range(3)]
    assert len(calls) == 1
    assert texts == [texts[0]] * 3
    cfg.model.depth = 4
    assert 'depth=4' in cfg.pretty_text.replace(' ', '')
    assert len(calls) == 2
    monkeypatch.undo()
    cfg.model.depth = 3
    assert cfg.pretty_text == before


def test_mmengine_uses_it_and_a_second_install_changes_nothing():
    before = config_text._module().FormatCode
    assert before.__module__ == config_text.__name__
    config_text.install()
    assert config_text._module().FormatCode is before
