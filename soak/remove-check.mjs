// Loaded ahead of tsx: files of the server come with some places changed. CHANGED_CHECKS says
// which, as JSON: [{ url, start, end, text }], in the order of the files.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const changes = JSON.parse(process.env.CHANGED_CHECKS ?? '[]');

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const here = changes.filter((change) => change.url === url.split('?')[0]);
  if (here.length === 0) return loaded;
  let source = String(loaded.source);
  for (const { start, end, text } of here.reverse()) {
    source = source.slice(0, start) + text + source.slice(end);
  }
  return { ...loaded, source };
}

if (isMainThread) register(import.meta.url);
