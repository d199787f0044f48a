import { type DocumentNode, parse } from 'graphql';
import { DocumentStore } from '../../src/http/graphql/document-store';

describe('the store of documents', () => {
  const document = (text: string): DocumentNode => parse(text);

  test('keeps a document that came twice, and none that came once', async () => {
    const store = new DocumentStore();
    const first = document('{ me { id } }');
    const second = document('{ me { id } }');
    await store.set('me', first);
    expect(await store.get('me')).toBeUndefined();
    await store.set('me', second);
    expect(await store.get('me')).toBe(second);
    for (let i = 0; i < 10_000; i++) await store.set(`once ${i}`, document('{ me { id } }'));
    expect(await store.get('me')).toBe(second);
    expect(await store.get('once 9999')).toBeUndefined();
  });

  test('lets go of those that were not used for longest, by their number and by their size', async () => {
    const keep = async (store: DocumentStore, hash: string, text: string): Promise<void> => {
      for (let use = 0; use < 2; use++) await store.set(hash, document(text));
    };
    const many = new DocumentStore();
    for (let i = 0; i <= 300; i++) await keep(many, String(i), `{ me { id } } # ${i}`);
    expect(await many.get('0')).toBeUndefined();
    expect(await many.get('300')).toBeDefined();

    const large = new DocumentStore();
    for (let i = 0; i < 5; i++) await keep(large, String(i), `{ me { id } } # ${'x'.repeat(50_000)}`);
    expect(await large.get('0')).toBeUndefined();
    expect(await large.get('4')).toBeDefined();
  });
});
