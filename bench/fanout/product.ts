/** The server of the soaks, which also writes events, with a heap that is cleaned when it is asked for. */
import process from 'node:process';

process.on('SIGUSR2', () => globalThis.gc?.());

await import('../../soak/event-server.ts');
