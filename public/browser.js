// Says which browser to use where this one can't do what the app needs, or is one inside another app, which may throw away what is kept.
// Plain script in the words of old browsers, since it must work where nothing else does; the app looks at `data-unfit` and does not begin.
(function () {
  'use strict';

  // Checked by what is there, not by name. Together these came with Chromium 109, Safari 16.4 and Firefox 115, or before.
  function lacks() {
    try {
      if (!window.WebAssembly || !window.indexedDB || !window.BigInt || !window.HTMLDialogElement) return true;
      if (!window.CSS || !CSS.supports('height', '100dvh')) return true;
      // Not there on a page without TLS, where the app itself says so.
      if (window.isSecureContext && !(navigator.locks && navigator.serviceWorker && window.crypto && crypto.subtle)) return true;
      // A module with vector instructions: as new as the newest that the app is compiled for.
      var simd = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
      return !WebAssembly.validate(simd);
    } catch (error) {
      return true;
    }
  }

  // WeChat, Alipay, DingTalk, QQ, Weibo, and the like.
  var inside = /MicroMessenger|AlipayClient|DingTalk|\bQQ\/|Weibo|Lark|FBAN|FBAV|Instagram/i.test(navigator.userAgent);
  var why = inside ? 'inside' : lacks() ? 'old' : '';
  if (!why) return;
  document.documentElement.setAttribute('data-unfit', why);
  function show() {
    var notice = document.getElementById('unfit-' + why);
    if (notice) notice.removeAttribute('hidden');
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', show);
  else show();
})();
