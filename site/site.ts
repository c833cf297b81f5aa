import type { IncomingMessage, ServerResponse } from 'node:http';
import { Assets } from './assets.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { SHOWROOM, VEHICLE_PAGE, type ShowroomData, type VehiclePageData } from './documents.ts';
import type { SafeHtml } from './html.ts';
import { messagePage } from './message-page.ts';
import { page, type PageContent, type PageFrame } from './page.ts';
import { showroomPage } from './showroom-page.ts';
import { readShowroomQuery, showroomVariables } from './showroom-query.ts';
import { readRoute } from './staff/route.ts';
import { staffShell } from './staff-shell.ts';
import { vehiclePage } from './vehicle-page.ts';

export interface SiteOptions {
  /** Executes a GraphQL document in process as an anonymous visitor. */
  execute(document: string, variables?: Record<string, unknown>): Promise<SiteAnswer>;
  /** Shown on the log-in page in the demo; null elsewhere. */
  demoAccount: { email: string; password: string } | null;
  /** Whether anybody can make a dealership. */
  signUpOpen: boolean;
  /** Folder of built browser modules and stylesheets (dist/site). */
  assetsDir: string;
  /** Where visitors reach the site, such as https://media.example. */
  publicUrl: string;
  /** Origins of the storage or CDN that pictures come from, where it is not the site itself. */
  imageOrigins: readonly string[];
  /** Origins that presigned uploads go to, where it is not the site itself. */
  uploadOrigins: readonly string[];
}

export interface SiteAnswer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** Answers a request for a page of the site; resolves to false when the path is not its own. */
export type SiteHandler = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

type Loaded<Data> = { data: Data } | { failed: 'bad-input' | 'unavailable' };

const NOT_FOUND = messagePage(
  'This vehicle is not here',
  'It may have been sold, or the address has a mistake in it.',
);
const NO_SUCH_PAGE = messagePage('There is no such page', 'The address has a mistake in it.');
const STALE_PAGE = messagePage(
  'That page has moved on',
  'The list of vehicles has changed since the link was made.',
);
const UNAVAILABLE = messagePage(
  'The showroom is not available',
  'Something went wrong on our side. Please try again in a moment.',
);

/** The showroom, the public vehicle pages, the staff pages and their files. */
export function createSite(options: SiteOptions): SiteHandler {
  const assets = new Assets(options.assetsDir);
  const frame: PageFrame = {
    assetUrl: (name) => assets.url(name),
    showApiLink: options.demoAccount !== null,
  };
  const policies = {
    public: contentSecurityPolicy('public', options),
    staff: contentSecurityPolicy('staff', options),
  };

  async function load<Data>(
    document: string,
    variables: Record<string, unknown>,
  ): Promise<Loaded<Data>> {
    const { data, errors } = await options.execute(document, variables);
    if (errors === undefined || errors.length === 0) return { data: data as Data };
    const isBadInput = errors.every((error) => error.extensions?.['code'] === 'BAD_USER_INPUT');
    return { failed: isBadInput ? 'bad-input' : 'unavailable' };
  }

  function send(
    res: ServerResponse,
    status: number,
    audience: 'public' | 'staff',
    document: SafeHtml,
  ): void {
    const body = Buffer.from(document.toString());
    res.writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': body.length,
      'Content-Security-Policy': policies[audience],
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'strict-origin-when-cross-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-cache',
    });
    res.end(body);
  }

  function sendPage(res: ServerResponse, status: number, content: PageContent): void {
    send(res, status, 'public', page(frame, content));
  }

  async function showroom(res: ServerResponse, parameters: URLSearchParams): Promise<void> {
    const query = readShowroomQuery(parameters);
    const loaded = await load<ShowroomData>(SHOWROOM, showroomVariables(query));
    if ('data' in loaded) sendPage(res, 200, showroomPage(query, loaded.data, options.publicUrl));
    else if (loaded.failed === 'bad-input') sendPage(res, 404, STALE_PAGE);
    else sendPage(res, 503, UNAVAILABLE);
  }

  async function vehicle(res: ServerResponse, id: string): Promise<void> {
    const loaded = await load<VehiclePageData>(VEHICLE_PAGE, { id });
    if ('data' in loaded && loaded.data.vehicle !== null) {
      sendPage(res, 200, vehiclePage(loaded.data.vehicle, options.publicUrl));
    } else if ('data' in loaded || loaded.failed === 'bad-input') sendPage(res, 404, NOT_FOUND);
    else sendPage(res, 503, UNAVAILABLE);
  }

  return async (req, res) => {
    const [path = '/', search = ''] = (req.url ?? '/').split(/\?(.*)/s);
    const segments = decodedSegments(path);
    if (segments === null || !isOwn(path)) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return true;
    }
    const parameters = new URLSearchParams(search);
    const [area = '', id = ''] = segments;
    if (area === '') await showroom(res, parameters);
    else if (area === 'assets') {
      if (!assets.serve(id, parameters.get('v'), req, res)) sendPage(res, 404, NO_SUCH_PAGE);
    } else if (area === 'staff') send(res, 200, 'staff', staffShell(frame, options));
    else if (id === '') res.writeHead(308, { Location: '/' }).end();
    else await vehicle(res, id);
    return true;
  };
}

const PUBLIC_PATHS = [/^\/$/, /^\/vehicles(\/[^/]*)?$/, /^\/assets\/[^/]+$/];

function isOwn(path: string): boolean {
  return (
    PUBLIC_PATHS.some((pattern) => pattern.test(path)) ||
    readRoute({ pathname: path, search: '' }).name !== 'unknown'
  );
}

/** `null` for a path that is not well-formed. */
function decodedSegments(path: string): string[] | null {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}
