/** What the servers of live events share: the schema of the product, and one event, published when the parent says so. */
import { readFileSync } from 'node:fs';

export const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** Publishes the event of the bench under the number that the parent names. */
export function onTrigger(publish) {
  process.on('message', ({ first }) => {
    publish(JSON.parse(process.env.EVENT.replaceAll(/event \d+\./g, `event ${first}.`)));
  });
  process.on('disconnect', () => process.exit(0));
}
