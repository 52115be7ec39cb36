// Keeps the app's files on the device, so that it starts without a network.
//
// A build is all or nothing: installing fails if any file of it does.
// A new build waits until a page tells it to take over, which pages do only when no form is open.
// The files of a build stay as long as a window that started with it is open.
// A build has started when a page of it says so. One that was asked for a few times and never did gives way to the last that has.
// Forms, answers and everything under /api are none of its business: those are the app's, in IndexedDB.
// Nor are the administrator's pages under /office, which need the server; without one it says so.
'use strict';

// `cargo xtask` writes {"id": "<hash of all files>", "files": ["/index.html", …], "rest": ["/doorstep-part-….wasm", …], "later": ["/codes.js", …], "design": ["/design.html", …]} here
// once Trunk has named the files. The rest is not needed to fill in and finish a form: it is fetched once the page has been up for a while, or when it is
// asked for. What comes later only some devices ask for; then all of it is kept as the rest is, or nothing. So is the designer.
const BUILD = /*BUILD*/null;

const PREFIX = 'doorstep-';
const CACHE = PREFIX + (BUILD ? BUILD.id : 'none');
// Which build each open window started with: the worker itself forgets when it is stopped.
const WINDOWS = 'doorstep.windows';
// Which build started last, and how often this one was asked for and has not yet.
const BUILDS = 'doorstep.builds';
// A slow phone's user may ask once more before the page is there.
const TRIES = 2;
// What hindered it may be gone by then.
const TRY_AGAIN_MS = 24 * 60 * 60 * 1000;
// Pictures of the ground for maps: those that somebody had kept (the settings page writes and removes them), and those that were looked at,
// of which the oldest go first.
const KEPT_TILES = 'doorstep.map';
const TILES = 'doorstep.tiles';
const MOST_TILES = 2000;
const TRIM_AFTER = 100;
// The designer's page.
const DESIGN = '/design.html';
// What is kept is asked for with other headers than it was fetched with.
const ANY_HEADERS = { ignoreVary: true };

if (BUILD) {
  addEventListener('install', (event) => event.waitUntil(install()));
  addEventListener('activate', (event) => event.waitUntil(activate()));
  addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return;
    if (request.mode === 'navigate' && /^\/office(\/|$)/.test(url.pathname)) {
      event.respondWith(fetch(request).catch(officeNeedsServer));
    } else if (request.mode === 'navigate' && /^\/design(\/|$)/.test(url.pathname)) {
      event.respondWith(designer(event, request));
    } else if (request.mode === 'navigate') {
      const served = page(request);
      event.respondWith(served.then(({ response }) => response));
      event.waitUntil(served.then(({ build }) => remember(event.resultingClientId, build)).then(clean));
    } else if (url.pathname.startsWith('/tiles/')) {
      event.respondWith(tile(event, request, url));
    } else {
      event.respondWith(file(request));
    }
  });
  addEventListener('message', (event) => {
    if (event.data === 'take-over') event.waitUntil(skipWaiting());
    if (event.data === 'started') event.waitUntil(started(event.source?.id));
    if (event.data === 'fetch-rest') event.waitUntil(fetchRest());
  });
}

async function install() {
  const asked = await Promise.all(BUILD.later.map((path) => caches.match(path, ANY_HEADERS)));
  const designs = await caches.match(DESIGN, ANY_HEADERS);
  const isUpdate = (await caches.keys()).some((name) => name.startsWith(PREFIX) && name !== CACHE);
  const cache = await caches.open(CACHE);
  // Who had it in the build before has it in this one, too, before there is no network.
  const paths = [...BUILD.files, ...(isUpdate ? BUILD.rest : []), ...(asked.some(Boolean) ? BUILD.later : []), ...(designs ? BUILD.design : [])];
  await Promise.all(paths.map(async (path) => {
    // The browser's own cache may hold the file of another build under the same name.
    const response = await fetch(path, { cache: 'no-cache', credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await cache.put(path, await asServed(response));
  }));
}

async function activate() {
  await clean();
  // The very first page came from the network; from now on it is served from here like any other.
  await clients.claim();
}

// Every page of the app is the same file; the app reads the address.
async function page(request) {
  const build = await buildToServe();
  const cache = await caches.open(PREFIX + build);
  return { build, response: (await cache.match('/index.html', ANY_HEADERS)) ?? (await fetch(request)) };
}

// Whoever opened it once has it without a network from then on.
async function designer(event, request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(DESIGN, ANY_HEADERS);
  event.waitUntil(remember(event.resultingClientId, BUILD.id));
  if (kept) return kept;
  const response = await fetch(request).catch(officeNeedsServer);
  if (response.ok) event.waitUntil(keepDesigner(cache));
  return response;
}

// The page last: it is the sign that all of it is there.
async function keepDesigner(cache) {
  const paths = BUILD.design.filter((path) => path !== DESIGN);
  for (const path of [...paths, DESIGN]) {
    const response = await fetch(path, { credentials: 'same-origin' });
    if (!response.ok) return;
    await cache.put(path, await asServed(response));
  }
}

function officeNeedsServer() {
  const text = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>入户 · Doorstep</title><main><h1>连不上服务器</h1><p>单位管理的页面要连着服务器才能用。<a href="">再试一次</a></p>
<p lang="en">The server can't be reached, and the office's pages need it. <a href="">Try again</a></p></main>`;
  return new Response(text, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

// This build, unless it was tried in vain and there is another that has started once.
async function buildToServe() {
  const good = await known('/good');
  if (!good || good.build === BUILD.id) return BUILD.id;
  const kept = await known('/tries');
  const goesOn = kept?.build === BUILD.id && Date.now() - kept.at < TRY_AGAIN_MS;
  const tries = goesOn ? kept : { build: BUILD.id, count: 0, at: Date.now() };
  if (tries.count >= TRIES && (await caches.has(PREFIX + good.build))) return good.build;
  await know('/tries', { ...tries, count: tries.count + 1 });
  return BUILD.id;
}

// A page is up: whichever build it came from is the one to go back to.
async function started(client) {
  const windows = await caches.open(WINDOWS);
  const kept = client && (await windows.match(`/${client}`));
  if (!kept) return;
  const { build } = await kept.json();
  // The one that stood in for this build is that already.
  if (build === BUILD.id) await know('/good', { build });
}

async function known(path) {
  const kept = await (await caches.open(BUILDS)).match(path);
  return kept && kept.json();
}

async function know(path, what) {
  await (await caches.open(BUILDS)).put(path, Response.json(what));
}

// Names carry the hash of what is in them, so that any build's copy is the right one.
async function file(request) {
  const cache = await caches.open(CACHE);
  const path = new URL(request.url).pathname;
  if (BUILD.later.includes(path)) return later(request, cache);
  const kept = (await cache.match(request, ANY_HEADERS)) ?? (await caches.match(request, ANY_HEADERS));
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && BUILD.rest.includes(path)) await cache.put(path, await asServed(response.clone()));
  return response;
}

// One after the other, so that what the page asks for comes between. Without a network the next start goes on with it.
async function fetchRest() {
  const cache = await caches.open(CACHE);
  for (const path of BUILD.rest) {
    if (await cache.match(path, ANY_HEADERS)) continue;
    const response = await fetch(path, { credentials: 'same-origin' }).catch(() => null);
    if (!response?.ok) return;
    await cache.put(path, await asServed(response));
  }
}

// Their names carry no hash: they belong together, and are kept together.
async function later(request, cache) {
  if (!(await cache.match(request, ANY_HEADERS))) {
    await cache.addAll(BUILD.later.map((path) => new Request(path, { cache: 'no-cache', credentials: 'same-origin' })));
  }
  return cache.match(request, ANY_HEADERS);
}

// Another map of the office has other addresses; without a network the one before is better than none. A kiosk keeps nothing (`once`).
async function tile(event, request, url) {
  if (url.searchParams.has('once')) return fetch(request);
  const kept = await tileOf(request, ANY_HEADERS);
  if (kept) return kept;
  try {
    const response = await fetch(request);
    // What is fetched otherwise than to be looked at, whoever fetches keeps.
    if (response.ok && request.destination === 'image') event.waitUntil(lookedAt(request, response.clone()));
    return response;
  } catch (error) {
    const before = await tileOf(request, { ...ANY_HEADERS, ignoreSearch: true });
    if (before) return before;
    throw error;
  }
}

async function tileOf(request, how) {
  return (await caches.match(request, { ...how, cacheName: KEPT_TILES })) ?? caches.match(request, { ...how, cacheName: TILES });
}

let tilesSinceTrim = TRIM_AFTER;

async function lookedAt(request, response) {
  const cache = await caches.open(TILES);
  await cache.put(request, response);
  tilesSinceTrim += 1;
  if (tilesSinceTrim < TRIM_AFTER) return;
  tilesSinceTrim = 0;
  const all = await cache.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_TILES)).map((old) => cache.delete(old)));
}

async function remember(client, build) {
  if (!client) return;
  const cache = await caches.open(WINDOWS);
  await cache.put(`/${client}`, Response.json({ build, at: Date.now() }));
}

// Deletes the builds that no open window started with, but for the last that is known to start. A window of unknown build keeps them all.
async function clean() {
  const cache = await caches.open(WINDOWS);
  const open = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const unknown = new Set(open.map((client) => `/${client.id}`));
  const used = new Set([CACHE]);
  const good = await known('/good');
  if (good) used.add(PREFIX + good.build);
  for (const request of await cache.keys()) {
    const { build, at } = await (await cache.match(request)).json();
    const isOpen = unknown.delete(new URL(request.url).pathname);
    // A window that is still being loaded is not listed yet.
    if (isOpen || Date.now() - at < 60_000) used.add(PREFIX + build);
    else await cache.delete(request);
  }
  if (unknown.size > 0) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !used.has(name)) await caches.delete(name);
  }
}

// A redirected answer must not be given to a navigation, so that only its content is kept.
async function asServed(response) {
  if (!response.redirected) return response;
  const { status, statusText, headers } = response;
  return new Response(await response.blob(), { status, statusText, headers });
}
