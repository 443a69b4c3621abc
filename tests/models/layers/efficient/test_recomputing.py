# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn
from torch.autograd.graph import save_on_cpu, saved_tensors_hooks
from torch.utils.checkpoint import checkpoint
from ways import both_ways, errors

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import LayerNorm2d, Pointwise, Recomputing
from mmmetaformer.models.layers.efficient import recomputing

chain = Recomputing().chain


@pytest.fixture
def norm():
    norm = LayerNorm2d(8)
    nn.init.uniform_(norm.weight, 0.5, 1.5)
    return norm


@pytest.fixture
def x():
    return torch.randn(2, 8, 5, 7, requires_grad=True)


def kept(function, *inputs, there=()):
    with SavedBytes([*inputs, *there]) as saved:
        function(*inputs)
    return sum(saved.bytes.values())


def test_what_is_computed_again_is_not_kept(norm, x):
    conv = nn.Conv2d(8, 8, 3)
    there = [*norm.parameters(), *conv.parameters()]

    def forward(x):
        return chain(x, norm, conv)

    # Less the norm's mean and deviation of each position.
    saved = kept(lambda x: conv(norm(x)), x, there=there)
    assert saved - kept(forward, x, there=there) == x.nbytes
    ours, plainly = both_ways(forward, x)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


def test_a_chain_keeps_its_start_alone(x):
    weight = torch.randn(8, 8, 1, 1, requires_grad=True)

    def forward(x, weight):
        return chain(
            x, torch.sigmoid, torch.tanh, lambda z: nn.functional.conv2d(z, weight)
        )

    # Sigmoid and tanh save their own outputs, so norms are better functions. Here both
    # are recomputed from x when the convolution asks.
    ours, plainly = both_ways(forward, x, weight)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


@pytest.mark.parametrize(
    ('linear', 'of_output'), [(Pointwise(8, 24), 0), (nn.Conv2d(8, 24, 1), 1)]
)
def test_a_cheap_map_is_computed_again(linear, of_output, norm, x):
    conv = nn.Conv2d(24, 8, 3)
    there = [p for part in (norm, linear, conv) for p in part.parameters()]

    def forward(x):
        return chain(
            x, norm, lambda x: Recomputing().chain_after(linear, x, torch.square, conv)
        )

    norm_saves = kept(lambda x: chain(x, norm, torch.sum), x, there=there)
    saved = kept(forward, x, there=there) - norm_saves
    assert saved == of_output * 24 * 2 * 5 * 7 * 4
    ours, plainly = both_ways(forward, x)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


def test_views_and_several_uses(norm, x):
    calls = []

    def function(x):
        calls.append(1)
        return norm(x)

    def consumer(y):
        first, second = y.split(4, 1)
        return first.mul(second.transpose(2, 3).transpose(2, 3)) * y.mean() + second**2

    def forward(x):
        return chain(x, function, consumer)

    ours, plainly = both_ways(forward, x)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))
    # Forward twice, and once again for all uses in the backward pass.
    assert len(calls) == 3
    output = forward(x).sum()
    output.backward(retain_graph=True)
    once = x.grad.clone()
    output.backward()
    assert torch.equal(x.grad, 2 * once)


def test_a_chain_inside_a_chain(x):
    def forward(x):
        # The product saves values of both chains.
        return chain(x, torch.sin, lambda y: chain(y * 2, torch.exp, lambda z: z * y))

    ours, plainly = both_ways(forward, x)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


def test_a_function_that_overwrites_its_input_is_refused(x):
    output = chain(x * 1, lambda y: y.mul_(2), torch.square)
    with pytest.raises(RuntimeError, match='in-place operation'):
        output.sum().backward()


def test_nothing_is_recomputed_where_that_saves_nothing(x):
    calls = []

    def frozen(x):
        calls.append(1)
        return x.sin()

    chain(x.detach(), frozen, nn.Conv2d(8, 8, 3)).sum().backward()
    assert len(calls) == 1


def test_the_backward_pass_frees_it(norm, x):
    recipes = []
    original = recomputing.Recipe

    class Spy(original):
        def __init__(self, *args):
            super().__init__(*args)
            recipes.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recomputing, 'Recipe', Spy)
        output = chain(x, norm, lambda y: y.square() * y)
        output.sum().backward(retain_graph=True)
    assert recipes[0].uses == 2
    assert recipes[0].recomputed is None


def test_a_graph_that_is_dropped_is_freed(norm, x):
    # An output that is kept as it is would keep its own graph alive.
    storages = []

    def consumer(y):
        z = y.exp()
        storages.append(
            torch.multiprocessing.reductions.StorageWeakRef(z.untyped_storage())
        )
        return z

    output = chain(x, norm, consumer)
    assert not storages[0].expired()
    del output
    assert storages[0].expired()


@torch.no_grad()
def test_inference_frees_what_lies_between(x):
    storages = []

    def note(x):
        y = x.sin()
        storages.append(
            torch.multiprocessing.reductions.StorageWeakRef(y.untyped_storage())
        )
        return y

    expired = []

    def last(x):
        expired.extend(storage.expired() for storage in storages)
        return x

    chain(note(x), note, note, last)
    assert expired == [True, True, False]


def test_changes_in_place_are_seen(norm, x):
    inner = (x * 2).detach().requires_grad_()
    output = chain(inner, norm, lambda y: y.square())
    with torch.no_grad():
        inner.mul_(3)
    with pytest.raises(RuntimeError, match='modified by an inplace operation'):
        output.sum().backward()

    def changes_what_is_kept(y):
        z = y * 2
        result = z.square()
        z.add_(1)
        return result

    output = chain(x, norm, changes_what_is_kept)
    with pytest.raises(RuntimeError, match='modified by an inplace operation'):
        output.sum().backward()


def test_a_consumer_that_changes_the_value(norm, x):
    def consumer(y):
        return y.mul_(2).square()

    ours, plainly = both_ways(lambda x: chain(x, norm, consumer), x)
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


def test_other_hooks_get_what_is_kept(norm, x):
    packed, unpacked = [], []

    def pack(tensor):
        packed.append(tensor)
        return len(packed) - 1

    def unpack(index):
        unpacked.append(index)
        return packed[index]

    def run():
        output = chain(x, norm, lambda y: y.square() * 3)
        (grad,) = torch.autograd.grad(output.sum(), x)
        return grad

    expected = run()
    with saved_tensors_hooks(pack, unpack):
        grad = run()
    assert torch.equal(grad, expected)
    assert packed
    assert set(unpacked) <= set(range(len(packed)))
    assert any(tensor.data_ptr() == x.data_ptr() for tensor in packed)


def to_contiguous_memory():
    """What `save_on_cpu(pin_memory=True)` does, without a GPU."""
    return saved_tensors_hooks(
        lambda tensor: torch.empty(tensor.size()).copy_(tensor), lambda saved: saved
    )


@pytest.mark.parametrize('offload', [save_on_cpu, to_contiguous_memory])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_offloading(x, offload, memory_format):
    # The sine keeps the memory format of its input, which a norm does not.
    x = x.detach().contiguous(memory_format=memory_format).requires_grad_()
    weight = torch.randn(8, 8, 3, 3)  # whose gradient needs what is recomputed

    def forward(x, weight):
        return chain(x, torch.sin, lambda y: nn.functional.conv2d(y, weight))

    def offloaded(x, weight):
        with offload():
            return forward(x, weight)

    found = both_ways(offloaded, x, weight)[0]
    assert max(errors(found, both_ways(forward, x, weight)[1])) < 1e-6


@pytest.mark.parametrize('use_reentrant', [False, True])
def test_checkpointing(norm, x, use_reentrant):
    conv = nn.Conv2d(8, 8, 3)

    def forward(x):
        return chain(x, norm, conv)

    def checkpointed(x):
        return checkpoint(forward, x, use_reentrant=use_reentrant)

    ours, plainly = both_ways(checkpointed, x)
    expected = both_ways(forward, x)[1]
    for results in (ours, plainly):
        assert all(torch.equal(a, b) for a, b in zip(results, expected, strict=True))


def test_checkpointing_keeps_nothing_inside(norm, x):
    alive, calls = [], []

    def consumer(y):
        calls.append(1)
        z = y.exp()
        alive.append(
            torch.multiprocessing.reductions.StorageWeakRef(z.untyped_storage())
        )
        return z.sum((1, 2, 3))

    def forward(x):
        return chain(x, norm, consumer)

    output = checkpoint(forward, x, use_reentrant=False)
    assert alive[0].expired()
    output.sum().backward()
    assert len(calls) == 2


def test_autocast_holds_in_the_backward_pass(x):
    linear, conv = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3)

    def forward(x):
        with torch.autocast('cpu', torch.bfloat16):
            return chain(x, linear, conv)

    ours, plainly = both_ways(forward, x)
    assert ours[0].dtype == torch.bfloat16
    assert all(torch.equal(a, b) for a, b in zip(ours, plainly, strict=True))


def test_torch_that_cannot_report_its_hooks(monkeypatch, norm, x):
    there = list(norm.parameters())
    usual = kept(lambda x: norm(x).square(), x, there=there)
    assert kept(lambda x: chain(x, norm, torch.square), x, there=there) < usual
    monkeypatch.setattr(recomputing, 'can_read_hooks', lambda: False)
    assert kept(lambda x: chain(x, norm, torch.square), x, there=there) == usual
