import { prepare } from './prepare.ts';

// The server's own sources import the client. The pages are made while it starts.
await prepare(['database client']);
const pages = prepare(['element', 'staff pages']);
const { serve } = await import('../server/serve.ts');
await serve(pages);
