'use strict';
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const plots = [...document.querySelectorAll('.plot')];
  const views = new Map();

  function themed(width) {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const text = { labelColor: color('--soft'), titleColor: color('--soft') };
    const lines = { domainColor: color('--line'), tickColor: color('--line'), gridColor: color('--line') };
    return {
      background: 'transparent',
      font: 'system-ui, sans-serif',
      view: { stroke: color('--line') },
      axis: { ...text, ...lines, titleFontWeight: 'normal' },
      legend: {
        ...text, orient: 'bottom', labelLimit: Math.min(220, width - 60),
        columns: Math.max(1, Math.floor(width / 170)),
      },
      bar: { color: color('--accent') },
      range: { heatmap: [color('--paper'), color('--accent')] },
    };
  }

  async function draw(plot) {
    const spec = JSON.parse(document.getElementById(plot.dataset.chart).textContent);
    views.get(plot)?.finalize();
    const result = await vegaEmbed(plot, spec, {
      actions: false,
      renderer: 'svg',
      config: themed(plot.clientWidth),
      tooltip: { theme: dark.matches ? 'dark' : 'light' },
    });
    views.set(plot, result);
    plot.dataset.width = plot.clientWidth;
  }

  // Charts are drawn when they come near the window: a page has a dozen.
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        near.unobserve(entry.target);
        draw(entry.target);
      }
    }
  }, { rootMargin: '400px' });
  plots.forEach((plot) => near.observe(plot));
  const again = () => [...views.keys()].forEach(draw);
  dark.addEventListener('change', again);
  let waiting;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      [...views.keys()].filter((p) => +p.dataset.width !== p.clientWidth).forEach(draw);
    }, 200);
  });
  addEventListener('beforeprint', () => plots.forEach((p) => views.has(p) || draw(p)));

  for (const table of document.querySelectorAll('table.sortable')) {
    const heads = [...table.querySelectorAll('th')];
    heads.forEach((head, column) => head.querySelector('button').addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') === 'descending';
      heads.forEach((one) => one.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const body = table.tBodies[0];
      const key = (row) => {
        const cell = row.cells[column];
        return 'value' in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
      };
      const compare = (a, b) => {
        if (typeof a === 'string' || typeof b === 'string') return String(b).localeCompare(String(a));
        // Cells without a value stay at the end.
        if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b) || 0;
        return (b - a) * (up ? -1 : 1);
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort(([a], [b]) => (typeof a === 'string' && up ? -compare(a, b) : compare(a, b)));
      body.append(...rows.map(([, row]) => row));
    }));
  }

  const viewer = document.getElementById('viewer');
  for (const picture of document.querySelectorAll('.picture')) {
    picture.addEventListener('click', () => {
      const { src, alt } = picture.querySelector('img');
      Object.assign(viewer.querySelector('img'), { src, alt });
      viewer.showModal();
    });
  }
  viewer.addEventListener('click', (event) => event.target === viewer && viewer.close());

  for (const button of document.querySelectorAll('.copy')) {
    button.addEventListener('click', async () => {
      const text = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = 'Copied';
      } catch {
        // Browsers may refuse it to files: select the text instead.
        getSelection().selectAllChildren(text);
      }
    });
  }
})();
