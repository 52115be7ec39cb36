// What `axe.rs` asks of a page beside axe-core's rules. Everything here only reads.
'use strict';

window.doorstepReach ??= (() => {
  const TOUCHED = 'button, a[href], input, select, textarea, summary, [role=button], [role=link], [role=option], [role=radio], '
    + '[role=checkbox], [role=switch], [role=tab], [role=menuitem], [role=slider]';
  const said = (element) => {
    const marks = ['id', 'data-action', 'data-name', 'href', 'type', 'role'].filter((name) => element.getAttribute(name));
    const classes = [...element.classList].map((name) => `.${name}`).join('');
    const name = (element.innerText || element.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 30);
    return `${element.localName}${classes}${marks.map((mark) => `[${mark}=${element.getAttribute(mark)}]`).join('')} "${name}"`;
  };
  const isShown = (element) =>
    element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && !element.closest('[aria-hidden=true], [inert], [hidden]');

  // Of an address what its kind of page is: an id has a digit in it.
  const pattern = () => location.pathname.split('/').map((part) => (/\d/.test(part) ? '*' : part)).join('/');

  // What kinds of things are on the page, in no order and however many; two pages with the same are looked at once.
  const signature = () => {
    const kinds = new Set();
    for (const element of document.body.querySelectorAll('*')) {
      if (element.ownerSVGElement || !isShown(element)) continue;
      const marks = ['role', 'type', 'data-action', 'data-control', 'data-screen', 'data-step', 'data-section', 'data-state', 'aria-invalid', 'aria-expanded', 'aria-disabled',
        'aria-current', 'aria-live', 'disabled', 'open'];
      const own = marks.map((mark) => element.getAttribute(mark) ?? '').join(',');
      kinds.add([element.parentElement.localName, element.localName, [...element.classList].sort().join('.'), own].join('|'));
    }
    let hash = 0xcbf29ce484222325n;
    for (const letter of [...kinds].sort().join('\n')) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(letter.codePointAt(0))) * 0x100000001b3n);
    }
    return `${pattern()} ${hash.toString(16)}`;
  };

  // What is touched and smaller than a fingertip (WCAG 2.5.8, and 48 px in the app by its own rule): in the office 24 px, and so in the designer's sheet.
  // A link within a sentence is as high as its line.
  const small = () => {
    const office = location.pathname.startsWith('/office');
    const modal = document.querySelector('dialog:modal');
    const found = [];
    for (const element of (modal ?? document).querySelectorAll(TOUCHED)) {
      if (element.ownerSVGElement || !isShown(element)) continue;
      if (element.matches(':disabled, [aria-disabled=true], [type=hidden], .unseen, .skip:not(:focus)')) continue;
      if (element.localName === 'a' && getComputedStyle(element).display === 'inline') {
        const around = [...element.parentElement.childNodes].filter((node) => node !== element).map((node) => node.textContent.trim()).join('');
        if (around) continue;
      }
      const boxes = [element, element.closest('label'), ...(element.matches('[type=radio], [type=checkbox]') ? element.labels : [])].filter(Boolean);
      const sizes = boxes.map((box) => box.getBoundingClientRect());
      const width = Math.max(...sizes.map((size) => size.width));
      const height = Math.max(...sizes.map((size) => size.height));
      if (width === 0 && height === 0) continue;
      const least = office || element.closest('.cells') ? 24 : 48;
      // Half a pixel is lost where lengths are rounded to the screen's.
      if (width < least - 0.5 || height < least - 0.5) {
        found.push(`serious | target-below-${least} | ${said(element)} | ${width.toFixed(1)} × ${height.toFixed(1)}`);
      }
    }
    return found;
  };

  // What makes the page wider than its screen (WCAG 1.4.10). What scrolls in itself may be as wide as it likes.
  const wide = (width, named) => {
    const root = document.documentElement;
    if (root.scrollWidth <= width) return [];
    const scrolls = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== 'visible') return true;
      }
      return false;
    };
    const out = [...document.body.querySelectorAll('*')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5) && !scrolls(element);
    });
    const inner = out.filter((element) => !out.some((other) => other !== element && element.contains(other)));
    return [`serious | ${named} | ${inner.slice(0, 3).map(said).join(' ; ')} | the page is ${root.scrollWidth} px wide`];
  };

  // What lies half behind a bar is scrolled out from there by whoever means it: while axe measures, bars cover nothing.
  const bars = (aside) => {
    for (const bar of document.querySelectorAll('.top, .bottom, .late')) bar.style.position = aside ? 'static' : '';
  };

  // What a reader would miss if it were another afterwards.
  const state = () => {
    const fields = [...document.querySelectorAll('input, select, textarea')].filter((field) => field.type !== 'file');
    return JSON.stringify({
      fields: fields.map((field) => [field.id || field.name, field.matches('[type=radio], [type=checkbox]') ? field.checked : field.value]),
      open: [...document.querySelectorAll('details[open], dialog[open]')].length,
      focus: document.activeElement?.matches('input, select, textarea') ? document.activeElement.id : '',
    });
  };
  // What is made anew in the other language, a summary of mistakes, has lost the focus: a reader's would be on the switch.
  const focusOn = (id) => {
    const element = id && document.getElementById(id);
    if (element && document.activeElement !== element) element.focus({preventScroll: true});
  };

  // As if it had been chosen: nothing is written, since a browser that is killed next might keep it. Nothing: what was chosen counts again.
  const pretended = new Map();
  const stored = Storage.prototype.getItem;
  Storage.prototype.getItem = function (name) {
    return pretended.get(name) ?? stored.call(this, name);
  };
  const pretend = (name, value) => (value === null ? pretended.delete(name) : pretended.set(name, value));

  const readIn = (tag) => {
    pretend('doorstep.language', tag);
    dispatchEvent(new StorageEvent('storage', {key: 'doorstep.language'}));
  };

  const textSize = (percent) => {
    pretend('doorstep.text-size', percent);
    dispatchEvent(new Event('doorstep-appearance'));
  };

  // Somebody is there.
  const stay = () => window.dispatchEvent(new Event('wheel'));

  return {pattern, signature, small, wide, bars, state, focusOn, readIn, textSize, stay};
})();
