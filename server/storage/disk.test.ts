import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskStorage } from './disk.ts';
import { createDiskEndpoint } from './disk-endpoint.ts';
import { describeMultipart } from './multipart.contract.ts';
import { describeStorage, type OpenStorage } from './storage.contract.ts';

const open: OpenStorage = async ({ now }) => {
  const dir = await mkdtemp(join(tmpdir(), 'forecourt-disk-'));
  const server = createServer();
  const storage = createDiskStorage({
    dir,
    publicUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: Buffer.from('a secret of the tests'),
    now,
  });
  const endpoint = createDiskEndpoint(storage);
  server.on('request', (req, res) => {
    void endpoint(req, res).then((owned) => {
      if (!owned) res.writeHead(404).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    storage,
    refusesUsedKeys: true,
    redirect(url, from, to) {
      return forge(url, (payload) => payload.replace(from, to));
    },
    renumber(url, partNumber) {
      return forge(url, (payload) => payload.replace(/\d+(,\d+\])$/, `${partNumber}$1`));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await storage.close();
      await rm(dir, { recursive: true });
    },
  };
};

function forge(url: string, change: (payload: string) => string): string {
  const payload = url.slice(url.lastIndexOf('/') + 1).split('.')[0]!;
  const forged = change(Buffer.from(payload, 'base64url').toString());
  return url.replace(payload, Buffer.from(forged).toString('base64url'));
}

describeStorage('disk storage', open);
describeMultipart('disk storage', open);
