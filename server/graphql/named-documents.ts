import { createGraphQLError, type Plugin } from 'graphql-yoga';
import { hashIn, namedDocument } from '../documents/document-id.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import type { Viewer } from '../accounts/viewer.ts';

/** Puts the text of a document in the place of its hash. */
export function useNamedDocuments(
  { find }: Pick<TrustedDocuments, 'find'>,
  viewerOf: (request: Request) => Promise<Viewer>,
): Plugin {
  return {
    async onParams({ params, request, setParams }) {
      if (params.query) return;
      const named =
        namedDocument(params as { documentId?: unknown; extensions?: unknown }) ??
        inAddress(request);
      if (named === undefined || named === null) return;
      const hash = hashIn(named);
      const { dealershipId } = await viewerOf(request);
      const query = hash === null ? null : await find(dealershipId, hash);
      if (query === null) throw notRegistered();
      const { documentId: _, ...others } = params as typeof params & { documentId?: unknown };
      setParams({ ...others, query });
    },
  };
}

/** Of a GET Yoga reads the parameters that it knows alone. */
function inAddress({ method, url }: Request): string | null {
  return method === 'GET' ? new URL(url).searchParams.get('documentId') : null;
}

function notRegistered() {
  // What clients of automatically persisted queries send the text after.
  return createGraphQLError('PersistedQueryNotFound', {
    extensions: {
      code: 'PERSISTED_QUERY_NOT_FOUND',
      hint: 'Nobody has registered this document here. Send its text, or register it with registerDocuments.',
      http: { status: 200 },
    },
  });
}
