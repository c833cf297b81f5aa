import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium as playwright } from 'playwright-core';

const run = promisify(execFile);

/** A headless Chromium out of the installed packages: nothing else is needed on the machine. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await playwright.launch({
    executablePath: await unpacked(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-setuid-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--no-zygote',
    ],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    // However slow the machine is.
    context.setDefaultTimeout(90_000);
    return context;
  };
  return browser;
}

/**
 * Where the browser is, unpacked on first use. The package unpacks into the
 * temporary folder of its process, piece by piece: here a process of its own
 * does it aside, and the whole is moved in, so that nobody starts half a file.
 */
async function unpacked(): Promise<string> {
  const home = join(tmpdir(), 'forecourt-chromium-147');
  const executable = join(home, 'chromium');
  if (existsSync(executable)) return executable;
  const aside = mkdtempSync(`${home}-`);
  const script = fileURLToPath(new URL('./unpack-browser.ts', import.meta.url));
  await run(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, TMPDIR: aside },
  });
  try {
    renameSync(aside, home);
  } catch (error) {
    rmSync(aside, { recursive: true });
    if (!existsSync(executable)) throw error;
  }
  return executable;
}
