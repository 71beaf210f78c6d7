import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { check } from './report.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const screenshots = fileURLToPath(new URL('../out/', import.meta.url));
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-angle=swiftshader', '--use-gl=angle', '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** Runs `use` with a new browser without a past. Fails where there is no Chromium: a skipped test proves nothing. */
export async function withBrowser(use) {
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}: install chromium, or set CHROMIUM`);
  mkdirSync(screenshots, { recursive: true });
  const profile = mkdtempSync(path.join(tmpdir(), 'xiangtu-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath, args, headless: true, chromiumSandbox: false, locale: 'zh-CN', viewport: { width: 1280, height: 800 },
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/**
 * Opens a page in a tab of its own, runs `use` with it, and then checks that nothing went wrong beside: no error on the
 * console, no failed request, no other host. `options`: name, viewport, colorScheme.
 */
export async function visit(browser, url, { name, viewport, colorScheme = 'light' }, use) {
  const page = await browser.newPage();
  const faults = watch(page, new URL(url).host);
  if (viewport) await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  try {
    await page.goto(url, { waitUntil: 'load' });
    await use(page);
  } finally {
    await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    await page.close();
  }
  check(faults.length === 0, `${name}: no errors, and nothing from elsewhere`, faults.slice(0, 5).join(' | '));
}

function watch(page, host) {
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(`uncaught ${error.message}`));
  page.on('websocket', (socket) => new URL(socket.url()).host !== host && faults.push(`opened ${socket.url()}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.host !== host) faults.push(`asked ${url.host}`);
  });
  page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') faults.push(`${reason} ${request.url()}`); // the map gives up tiles that it has passed
  });
  return faults;
}
