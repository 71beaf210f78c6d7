import { createClient, type Client } from 'graphql-ws';
import { ChangesDocument, type ChangesSubscription } from './generated/graphql';
import { layerKey, type LayerKey } from './layers';
import type { TileId } from './map/map';

/** The page's ear for the changes of the map. */
export interface Changes {
  client: Client;
}

/** How long to wait, in milliseconds, before asking again for what the server has ended. */
const pause = 1000;

/** Waits before the connection is tried again: longer from try to try, and each page for a time of its own. */
const retryWait = (tries: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tries, 30_000) * (0.5 + Math.random())));

/**
 * Hears of what changes after the revisions of the layers that the page has read, and goes on from what it has heard
 * last whenever the connection was lost.
 */
export function followChanges(revisions: Map<LayerKey, number>, changed: (layer: LayerKey, tiles: TileId[] | null) => void): Changes {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const client = createClient({ url: url.href, retryAttempts: Infinity, shouldRetry: () => true, retryWait });
  // The variables are written anew for each connection, so they say what has been heard until then.
  const variables = {
    get since() {
      return [...revisions].map(([layer, revision]) => ({ layer: layer.toUpperCase(), revision }));
    },
  };
  const listen = () => {
    const again = () => void setTimeout(listen, pause);
    client.subscribe<ChangesSubscription>(
      { query: ChangesDocument.toString(), variables },
      {
        next: ({ data }) => {
          for (const { layer, revision, tiles } of data?.tilesChanged.layers ?? []) {
            revisions.set(layerKey(layer), revision);
            changed(layerKey(layer), tiles);
          }
        },
        error: again,
        complete: again,
      },
    );
  };
  listen();
  return { client };
}
