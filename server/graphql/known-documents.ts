import { getOperationAST, type DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { createSecondChance } from '../second-chance.ts';

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
  const documents = createSecondChance<DocumentNode>(MAX_DOCUMENTS);
  return {
    find: (text) => documents.find(text) ?? null,

    plugin: {
      onExecute({ args }) {
        const { params } = args.contextValue as { params?: { query?: string } };
        const text = params?.query;
        if (text === undefined || text.length > MAX_CHARACTERS || documents.find(text)) return;
        if (!getOperationAST(args.document, args.operationName)) return;
        documents.keep(text, args.document);
      },
    },
  };
}
