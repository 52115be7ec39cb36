// Watches what moves by itself from before the first paint (the Layout Instability API): each move that follows nothing that was done, with its page.
'use strict';

if (!window.doorstepShifts) {
  window.doorstepShifts = [];
  // What a test types or presses by script is no input to the browser; it is to its reader.
  let done = -Infinity;
  for (const kind of ['input', 'change', 'click']) addEventListener(kind, (event) => { done = event.timeStamp; }, true);
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput || (shift.startTime > done && shift.startTime - done < 500)) continue;
      const moved = shift.sources?.map(({node}) => node?.nodeType === 1 ? node : node?.parentElement).filter(Boolean) ?? [];
      const said = moved.slice(0, 3).map((node) => `${node.localName}.${[...node.classList].join('.')}`).join(' ');
      window.doorstepShifts.push({at: shift.startTime, by: shift.value, page: location.pathname, said});
    }
  }).observe({type: 'layout-shift', buffered: true});
}
