import { getOperationAST, type DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';

/** Of documents that are known, and of characters that one of them has. */
const MAX_DOCUMENTS = 1_000;
const MAX_CHARACTERS = 10_000;

/** Documents that were found valid and without excess: each was executed once. */
export interface KnownDocuments {
  find(text: string): DocumentNode | null;
  /** The last of the plugins. */
  plugin: Plugin<Context>;
}

export function createKnownDocuments(): KnownDocuments {
  const documents = new Map<string, DocumentNode>();
  return {
    find(text) {
      const document = documents.get(text);
      if (!document) return null;
      // The one that was asked for least lately is forgotten first.
      documents.delete(text);
      documents.set(text, document);
      return document;
    },

    plugin: {
      onExecute({ args }) {
        const { params } = args.contextValue as { params?: { query?: string } };
        const text = params?.query;
        if (text === undefined || text.length > MAX_CHARACTERS || documents.has(text)) return;
        if (!getOperationAST(args.document, args.operationName)) return;
        const [oldest] = documents.keys();
        if (documents.size >= MAX_DOCUMENTS && oldest !== undefined) documents.delete(oldest);
        documents.set(text, args.document);
      },
    },
  };
}
