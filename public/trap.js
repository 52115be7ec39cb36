// Shows the reload notice when the app has stopped in a way that its panic hook never sees:
// a stack overflow, memory that ran out, or a module that did not load.
// Plain script, since it must work when nothing else does.
'use strict';

(() => {
  const show = () => {
    const notice = document.getElementById('trap-notice');
    if (notice) notice.hidden = false;
  };
  const fatal = (reason) =>
    reason instanceof WebAssembly.RuntimeError ||
    reason instanceof WebAssembly.CompileError ||
    reason instanceof WebAssembly.LinkError ||
    // What a browser throws when the app's own recursion is too deep.
    (reason instanceof RangeError && /call stack/i.test(reason.message));

  // At a kiosk nobody would press the button, and what is on the screen yet is somebody's.
  const isKiosk = () => {
    try {
      return Boolean(localStorage.getItem('doorstep.kiosk'));
    } catch {
      return false;
    }
  };
  if (isKiosk()) {
    setInterval(() => {
      const notice = document.getElementById('trap-notice');
      if (notice && !notice.hidden) location.replace('/kiosk');
    }, 5000);
  }

  addEventListener('error', (event) => {
    if (fatal(event.error)) show();
  });
  addEventListener('unhandledrejection', (event) => {
    if (fatal(event.reason)) show();
  });
})();
