# SPDX-License-Identifier: Apache-2.0
"""Clicks through a page: `apt install chromium`, `pip install playwright`."""

import shutil

import pytest
from logs import training_line, write_start
from records import image_file, segmentor_record

from mmmetaformer.engine.val_record.file import write_record
from mmmetaformer.report import write_report

CHROMIUM = shutil.which('chromium') or shutil.which('google-chrome')
NAMES = ('sky', 'sea', 'sand')
#: Seconds that the browser may take for a step, on a busy machine.
PATIENCE = 30

playwright = pytest.importorskip(
    'playwright.sync_api', reason='no browser driver: pip install playwright'
)
pytest.importorskip('vl_convert', reason="no charts: pip install -e '.[report]'")
pytestmark = [
    pytest.mark.slow,  # starts a browser, and bundles the chart library
    pytest.mark.skipif(CHROMIUM is None, reason='no browser: apt install chromium'),
]


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as driver:
        # Chromium's sandbox does not start as root, as in containers.
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=['--no-sandbox']
        )
        yield browser
        browser.close()


@pytest.fixture(scope='module')
def page_file(tmp_path_factory):
    work_dir = tmp_path_factory.mktemp('run')
    lines = [
        training_line(step, loss=9 / step, loss_a=5 / step, loss_b=4 / step)
        for step in range(10, 20010, 10)
    ]
    lines.append(dict(mIoU=20.0, aAcc=50.0, step=20000))
    folder = write_start(work_dir, '20260101_000000', lines)
    path = image_file(work_dir)
    write_record(folder, segmentor_record(path, NAMES, palette=[(9, 9, 9)] * 3))
    return write_report(work_dir)


@pytest.fixture(params=['light', 'dark'])
def page(request, browser, page_file):
    """Return the page, drawn completely; check that it asked for nothing else."""
    context = browser.new_context(
        viewport=dict(width=1400, height=900), color_scheme=request.param
    )
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.troubles = []
    page.on('pageerror', lambda error: page.troubles.append(str(error)))
    page.on('console', lambda message: page.troubles.append(message.text))
    page.on('request', lambda request: page.troubles.append(request.url))
    page.goto(page_file.as_uri())
    for plot in page.locator('.plot').all():
        plot.scroll_into_view_if_needed()
        plot.locator('svg').wait_for()
    yield page
    page.troubles.remove(page_file.as_uri())
    asked = [one for one in page.troubles if not one.startswith(('data:', 'blob:'))]
    assert asked == []
    context.close()


def test_clicks(page):
    # A chart says what it is to those who do not see it.
    plot = page.locator('.plot', has=page.get_by_text('loss_a', exact=True))
    words = 'Loss parts over the iterations: loss_a, loss_b'
    assert page.locator(f'figure [aria-label="{words}"]').count() == 1
    # A name in a legend: its curve stays, the other one fades.
    # (The text itself takes no clicks: what is around it does.)
    plot.get_by_text('loss_a', exact=True).click(force=True)
    faded = plot.locator('.mark-line path[opacity="0.1"]')
    faded.first.wait_for(state='attached')
    assert faded.count() == 1
    # A head of a table sorts it, and says so.
    table = page.get_by_role('region', name='Results by class')
    table.get_by_role('button', name='IoU %').click()
    cells = [float(cell) for cell in table.locator('td:nth-child(2)').all_inner_texts()]
    assert cells == sorted(cells, reverse=True)
    table.get_by_role('button', name='class').click()
    table.get_by_role('button', name='class').click()
    assert table.locator('td:first-child').all_inner_texts() == sorted(NAMES)
    assert table.locator('th').first.get_attribute('aria-sort') == 'ascending'
    # A picture opens, and closes by the keyboard.
    picture = page.get_by_role('button', name='Enlarge: prediction').first
    picture.click()
    viewer = page.get_by_role('dialog')
    assert viewer.locator('img').get_attribute('src').startswith('data:image/webp')
    page.keyboard.press('Escape')
    viewer.wait_for(state='hidden')
    # A link of the navigation goes to its section.
    page.get_by_role('link', name='Settings').click()
    page.wait_for_function('scrollY > 500')


def test_narrow(page):
    page.set_viewport_size(dict(width=400, height=800))
    # Charts are drawn again at the new width; only tables scroll sideways.
    page.wait_for_function(
        '[...document.querySelectorAll(".plot svg")].every(o => o.clientWidth < 400)'
    )
    page.wait_for_function('document.documentElement.scrollWidth <= innerWidth')
    assert page.locator('.plot svg').count() == page.locator('.plot').count()


def test_colors_follow_the_system(browser, page_file):
    context = browser.new_context(color_scheme='light')
    page = context.new_page()
    page.goto(page_file.as_uri())
    label = page.locator('.plot svg .role-axis-label text').first
    label.wait_for(timeout=1000 * PATIENCE)
    seen = []
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(1500)
        paper = page.evaluate('getComputedStyle(document.body).backgroundColor')
        seen.append((paper, label.get_attribute('fill')))
    assert seen[0] == ('rgb(255, 255, 255)', '#57606a')
    assert seen[1] == ('rgb(15, 19, 24)', '#9aa5b1')
    context.close()
