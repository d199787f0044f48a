import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

type Store = NonNullable<ApolloServerOptions<object>['documentStore']>;

/** The documents of all clients are a few dozen. */
const MAX_DOCUMENTS = 300;
/** A parsed document takes up to some 150 bytes for each character of its text. */
const MAX_CHARACTERS = 200_000;
/** Hashes of documents that came once. */
const MAX_SEEN = 2_000;

/**
 * Keeps documents that came twice, which Apollo then need not parse and validate again. A document that comes only once is
 * forgotten with its request: clients that never repeat a document neither push the others out nor fill the heap
 * (`npm run bench -- --only=rss`).
 */
export class DocumentStore implements Store {
  private readonly seen = new LRUCache<string, true>({ max: MAX_SEEN });
  private readonly documents = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ loc }) => loc?.source.body.length ?? MAX_CHARACTERS,
  });

  /** All documents that were ever kept. */
  private readonly kept = new WeakSet<DocumentNode>();

  /** Whether it came twice, so that it may come again as this very object. */
  mayComeAgain(document: DocumentNode): boolean {
    return this.kept.has(document);
  }

  get(hash: string): Promise<DocumentNode | undefined> {
    return Promise.resolve(this.documents.get(hash));
  }

  set(hash: string, document: DocumentNode): Promise<void> {
    if (this.seen.delete(hash)) {
      this.documents.set(hash, document);
      this.kept.add(document);
    } else {
      this.seen.set(hash, true);
    }
    return Promise.resolve();
  }

  delete(hash: string): Promise<boolean> {
    return Promise.resolve(this.documents.delete(hash));
  }
}
