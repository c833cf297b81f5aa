/** Opens live streams and holds them: its process is ended while nothing gets through. */
import { openSse, openWebSocket } from './live-readers.ts';

const [url = '', vehicleId = '', transport, count] = process.argv.slice(2);
const open = transport === 'sse' ? openSse : openWebSocket;
await Promise.all(Array.from({ length: Number(count) }, () => open(url, vehicleId, () => {})));
process.send?.('open');
