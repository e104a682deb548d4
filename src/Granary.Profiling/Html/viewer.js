'use strict';
(() => {
  const data = JSON.parse(document.getElementById('profile').textContent);
  const ns = 'http://www.w3.org/2000/svg';
  const byId = id => document.getElementById(id);
  const row = 17;
  const names = { cpu: 'On CPU', off_cpu: 'Off CPU', allocations: 'Allocations', page_faults: 'Page faults', contention: 'Lock contention' };
  const states = { running: '#3d9a50', runnable: '#e0a100', sleeping: '#b9c0ca', disk: '#c62828', lock: '#7b52ab', stopped: '#555555' };
  let track = 0, root = null, zoom = null, from = null, to = null, inverted = false, needle = null, flipped = false;

  function make(tag, attributes, parent, text) {
    const element = document.createElementNS(ns, tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    if (text !== undefined) element.textContent = text;
    if (parent) parent.appendChild(element);
    return element;
  }
  function html(tag, parent, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    if (parent) parent.appendChild(element);
    return element;
  }
  function amount(value, unit) {
    const sign = value < 0 ? '-' : '', v = Math.abs(value);
    if (unit === 'bytes') {
      for (const [step, name] of [[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']]) if (v >= step) return sign + (v / step).toFixed(1) + ' ' + name;
      return sign + Math.round(v) + ' B';
    }
    for (const [step, name] of [[1e9, 's'], [1e6, 'ms'], [1e3, 'us']]) if (v >= step) return sign + (v / step).toFixed(step === 1e9 ? 2 : 1) + ' ' + name;
    return sign + Math.round(v) + ' ns';
  }
  const percent = part => (100 * part).toFixed(Math.abs(part) >= 0.0995 ? 1 : 2) + '%';

  // A tree of frames: value is all below, self what ended here; in a difference, before is the value of the first profile.
  function build() {
    const t = data.tracks[track];
    const top = { frame: -1, value: 0, before: 0, self: 0, kids: new Map(), depth: 0, up: null };
    if (!t) return top;
    const frames = [];
    for (let i = 0; i < t.stack.length; i++) {
      if (from !== null && t.at && (t.at[i] < from || t.at[i] > to)) continue;
      frames.length = 0;
      for (let s = t.stack[i]; s > 0; s = data.stacks[s][0]) frames.push(data.stacks[s][1]);
      if (!inverted) frames.reverse();
      const value = t.weight[i], before = t.before ? t.before[i] : 0;
      let at = top;
      at.value += value; at.before += before;
      for (const frame of frames) {
        let next = at.kids.get(frame);
        if (!next) { next = { frame, value: 0, before: 0, self: 0, kids: new Map(), depth: at.depth + 1, up: at }; at.kids.set(frame, next); }
        next.value += value; next.before += before;
        at = next;
      }
      at.self += value;
    }
    return top;
  }
  const wide = node => data.diff && flipped ? node.before : node.value;
  const label = node => node.frame < 0 ? 'all' : data.frames[node.frame][0];

  function color(node) {
    if (data.diff) {
      // Gregg, "Differential flame graphs": red grew, blue shrank, the deeper the more, by the share of the whole that changed
      const whole = Math.max(root.value, root.before) || 1, change = (node.value - node.before) / whole;
      const strong = Math.min(1, Math.sqrt(Math.abs(change)) * 2), other = Math.round(245 - 190 * strong);
      return change > 0 ? `rgb(245,${other},${other})` : change < 0 ? `rgb(${other},${other},245)` : 'rgb(245,245,245)';
    }
    if (node.frame < 0) return '#d0d4da';
    const [name, module] = data.frames[node.frame];
    let hash = 0;
    for (const c of name) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
    const shade = hash % 22;
    if (module === 'kernel') return `hsl(${18 + shade % 8},78%,${66 + shade % 12}%)`;
    if (module === 'jit' || module.endsWith('.dll')) return `hsl(${130 + shade},42%,${66 + shade % 10}%)`;
    return `hsl(${40 + shade},82%,${66 + shade % 10}%)`;
  }

  function flame() {
    const svg = byId('flame');
    svg.replaceChildren();
    const width = svg.clientWidth || 1000, base = zoom || root, scale = width / (wide(base) || 1);
    const shown = [];
    let deepest = 0, hits = 0;
    for (let n = base.up; n; n = n.up) shown.push([n, 0, width, true]);
    const stack = [[base, 0]];
    while (stack.length) {
      const [node, x] = stack.pop(), w = wide(node) * scale;
      if (w < 0.4) continue;
      shown.push([node, x, w, false]);
      deepest = Math.max(deepest, node.depth);
      let at = x;
      for (const kid of [...node.kids.values()].sort((a, b) => label(a) < label(b) ? -1 : 1)) { stack.push([kid, at]); at += wide(kid) * scale; }
    }
    const covered = node => { for (let n = node.up; n; n = n.up) if (n.frame >= 0 && needle.test(label(n))) return true; return false; };
    const height = (deepest + 1) * row + 4;
    svg.setAttribute('height', height);
    for (const [node, x, w, dim] of shown) {
      const y = inverted ? node.depth * row : height - (node.depth + 1) * row - 2;
      const hit = needle && node.frame >= 0 && needle.test(label(node));
      if (hit && !covered(node)) hits += wide(node);
      const rect = make('rect', { x: x.toFixed(2), y, width: Math.max(0.4, w - 0.3).toFixed(2), height: row - 1, rx: 1, fill: color(node), class: 'f' + (hit ? ' hit' : '') + (dim ? ' dim' : '') }, svg);
      rect.addEventListener('click', () => { zoom = node === root ? null : node; flame(); });
      rect.addEventListener('mousemove', () => describe(node));
      const room = Math.floor((w - 6) / 6.7);
      if (room >= 3) make('text', { x: (x + 3).toFixed(2), y: y + 12 }, svg, label(node).length > room ? label(node).slice(0, room - 1) + '…' : label(node));
    }
    const unit = data.tracks[track] ? data.tracks[track].unit : 'ns';
    byId('matched').textContent = needle ? `matched ${percent(hits / (wide(base) || 1))} of ${amount(wide(base), unit)}` : `${amount(wide(base), unit)} in all`;
  }
  function describe(node) {
    const unit = data.tracks[track].unit, module = node.frame >= 0 ? data.frames[node.frame][1] : '';
    byId('hover').textContent = data.diff
      ? `${label(node)}: ${amount(node.value, unit)} now, ${amount(node.before, unit)} before, ${node.value >= node.before ? '+' : ''}${amount(node.value - node.before, unit)} (${percent((node.value - node.before) / (root.before || root.value || 1))} of all)`
      : `${label(node)}${module ? ' (' + module + ')' : ''}: ${amount(node.value, unit)}, ${percent(node.value / (root.value || 1))}; itself ${amount(node.self, unit)}`;
  }

  function hottest() {
    const body = byId('hot');
    body.replaceChildren();
    const t = data.tracks[track];
    if (!t) return;
    const self = new Map(), before = new Map();
    let all = 0;
    for (let i = 0; i < t.stack.length; i++) {
      if (from !== null && t.at && (t.at[i] < from || t.at[i] > to)) continue;
      const frame = t.stack[i] > 0 ? data.stacks[t.stack[i]][1] : -1;
      self.set(frame, (self.get(frame) || 0) + t.weight[i]);
      if (t.before) before.set(frame, (before.get(frame) || 0) + t.before[i]);
      all += t.weight[i];
    }
    const change = frame => (self.get(frame) || 0) - (before.get(frame) || 0);
    const list = [...self.keys()].sort((a, b) => data.diff ? Math.abs(change(b)) - Math.abs(change(a)) : self.get(b) - self.get(a)).slice(0, 15);
    for (const frame of list) {
      const tr = html('tr', body);
      html('td', tr, data.diff ? (change(frame) >= 0 ? '+' : '') + amount(change(frame), t.unit) : amount(self.get(frame), t.unit), 'n');
      html('td', tr, percent(data.diff ? change(frame) / (root.before || root.value || 1) : self.get(frame) / (all || 1)), 'n');
      html('td', tr, frame < 0 ? 'all' : data.frames[frame][0], 'code');
      html('td', tr, frame < 0 ? '' : data.frames[frame][1], 'mute');
    }
  }

  function timeline() {
    const svg = byId('timeline');
    if (!svg || !data.seconds) return;
    svg.replaceChildren();
    const width = svg.clientWidth || 1000, left = 170, lane = 15, scale = (width - left - 6) / data.seconds;
    const x = at => left + at * scale;
    let y = 4;
    for (const s of data.series) {
      const most = Math.max(...s.value, 1e-9), h = 32;
      make('text', { x: 4, y: y + 12, class: 'lane' }, svg, s.name);
      make('text', { x: 4, y: y + 25, class: 'axis' }, svg, 'up to ' + (s.unit === 'bytes' ? amount(most, 'bytes') : most.toFixed(2) + ' ' + s.unit));
      make('polyline', { points: s.at.map((at, i) => x(at).toFixed(1) + ',' + (y + h - 2 - (h - 6) * s.value[i] / most).toFixed(1)).join(' '), fill: 'none', stroke: '#2f6fd0', 'stroke-width': 1.5 }, svg);
      y += h + 4;
    }
    if (data.events.length) {
      make('text', { x: 4, y: y + 11, class: 'lane' }, svg, 'events');
      for (const e of data.events) {
        const mark = make('rect', { x: x(e.at).toFixed(2), y, width: Math.max(1.5, e.seconds * scale).toFixed(2), height: lane - 2, fill: e.kind === 'gc' ? '#c2185b' : '#7b52ab' }, svg);
        make('title', {}, mark, e.text);
      }
      y += lane + 2;
    }
    for (const t of data.threads.slice(0, 40)) {
      make('text', { x: 4, y: y + 11, class: 'lane' }, svg, `${t.name} ${t.thread}`.slice(0, 25));
      for (let i = 0; i < t.from.length; i++) {
        const r = make('rect', { x: x(t.from[i]).toFixed(2), y, width: Math.max(0.5, (t.to[i] - t.from[i]) * scale).toFixed(2), height: lane - 3, fill: states[t.state[i]] }, svg);
        if (t.from.length < 400) make('title', {}, r, `${t.state[i]} ${(t.to[i] - t.from[i]).toFixed(2)} s`);
      }
      y += lane;
    }
    for (let i = 0; i <= 10; i++) make('text', { x: Math.min(x(data.seconds * i / 10), width - 34), y: y + 10, class: 'axis' }, svg, (data.seconds * i / 10).toFixed(1) + ' s');
    svg.setAttribute('height', y + 14);
    const chosen = make('rect', { y: 0, height: y, x: from === null ? 0 : x(from), width: from === null ? 0 : Math.max(0, (to - from) * scale), class: 'sel' }, svg);
    let start = null;
    const when = event => Math.min(data.seconds, Math.max(0, (event.clientX - svg.getBoundingClientRect().left - left) / scale));
    svg.onpointerdown = event => { start = when(event); svg.setPointerCapture(event.pointerId); };
    svg.onpointermove = event => {
      if (start === null) return;
      const now = when(event);
      chosen.setAttribute('x', x(Math.min(start, now)));
      chosen.setAttribute('width', Math.abs(now - start) * scale);
    };
    svg.onpointerup = event => {
      if (start === null) return;
      const now = when(event);
      if (Math.abs(now - start) * scale < 4) from = to = null; else { from = Math.min(start, now); to = Math.max(start, now); }
      start = null;
      redo();
    };
  }

  function redo() {
    zoom = null;
    root = build();
    byId('range').textContent = from === null ? '' : `only ${from.toFixed(2)} to ${to.toFixed(2)} s (click the timeline for all)`;
    flame(); hottest(); timeline();
  }
  function tabs() {
    const bar = byId('tabs');
    data.tracks.forEach((t, i) => {
      const button = html('button', bar, names[t.kind] || t.kind);
      button.setAttribute('aria-pressed', i === track);
      button.addEventListener('click', () => { track = i; [...bar.children].forEach((b, j) => b.setAttribute('aria-pressed', j === i)); redo(); });
    });
  }
  byId('search').addEventListener('input', event => {
    try { needle = event.target.value ? new RegExp(event.target.value, 'i') : null; } catch { needle = null; }
    flame();
  });
  byId('reset').addEventListener('click', () => { zoom = null; flame(); });
  byId('invert').addEventListener('click', event => { inverted = !inverted; event.target.setAttribute('aria-pressed', inverted); redo(); });
  if (data.diff) byId('flip').addEventListener('click', event => { flipped = !flipped; event.target.setAttribute('aria-pressed', flipped); flame(); });
  else byId('flip').hidden = true;
  window.addEventListener('resize', () => { flame(); timeline(); });
  for (const span of document.querySelectorAll('.key span')) span.style.setProperty('--c', states[span.dataset.state]);
  tabs();
  redo();
})();
