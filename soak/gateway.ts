import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../scripts/radosgw.sh', import.meta.url));

/** `stopped`: connections are refused. `stalled`: they are taken, and nothing is ever answered. */
export type Outage = 'stopped' | 'stalled';

/** Kills or freezes the gateway of the object store in RADOSGW_DIR. */
export async function breakGateway(outage: Outage): Promise<void> {
  await promisify(execFile)(SCRIPT, ['break', outage]);
}

/** Resolves when the gateway answers again, with all that it had. */
export async function mendGateway(): Promise<void> {
  await promisify(execFile)(SCRIPT, ['mend']);
}
